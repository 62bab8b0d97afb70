"""Honest work is not stopped: every gate passes or has nothing to judge."""

import pytest

from include.overnight.domain.gates import GateName, GateStatus

from .honest_changes import HONEST

MUST_RUN = {
    "python": {*GateName} - {GateName.CDW},
    "javascript": {*GateName} - {GateName.CDW, GateName.BUILD, GateName.LINT},
    "make": {*GateName} - {GateName.CDW, GateName.BUILD},
}
"""The gates that always have something to judge; cdw has when the API or Markdown changes."""


QUICK = 10
"""One in so many is judged by `make test`, the others with the slow tests."""
_ROWS = [
    pytest.param(change, id=change.name, marks=[pytest.mark.slow] if number % QUICK else [])
    for number, change in enumerate(HONEST)
]


@pytest.mark.parametrize("change", _ROWS)
def test_an_honest_change_passes_every_gate(court, row, change):
    _, verdict = court(change.project).judge(change)
    assert verdict.passed, verdict.reason
    assert len(verdict.results) == len(GateName)
    ran = {result.gate for result in verdict.results if result.status is GateStatus.PASS}
    assert ran >= MUST_RUN[change.project], verdict.results
    row("honest", change.name, "", verdict.reason)


def test_there_are_enough_of_them():
    assert len({change.name for change in HONEST}) == len(HONEST) >= 22
