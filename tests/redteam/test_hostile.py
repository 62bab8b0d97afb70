"""Hostile changes are stopped, each by the gate that is there for it."""

import pytest

from include.overnight.services.gating import IN_THE_TREE

from .attacks import ATTACKS, TOGETHER, name_of
from .court import stopped
from .hostile_changes import HOSTILE

QUICK = 12
"""One in so many of the changes that only a run of the suite can judge is judged by `make test`."""
_RUN = [change for change in HOSTILE if change.by in IN_THE_TREE and not change.slow]
_LATER = {change.name for number, change in enumerate(_RUN) if number % QUICK}
_ROWS = [
    pytest.param(
        change,
        id=change.name,
        marks=[pytest.mark.slow] if change.slow or change.name in _LATER else [],
    )
    for change in HOSTILE
]


@pytest.mark.parametrize("change", _ROWS)
def test_a_hostile_change_is_stopped(court, row, bystander, change):
    reason = stopped(court(change.project), change)
    assert bystander.poll() is None, "it reached a process outside"
    row("hostile", change.name, change.by, reason)


def test_no_attack_from_within_the_tests_succeeds(court, row, bystander):
    _, verdict = court(TOGETHER.project).judge(TOGETHER)
    (result,) = (result for result in verdict.results if result.gate == TOGETHER.by)
    failing = {finding.message.split("::")[-1] for finding in result.findings}
    assert failing == {f"{name_of(attack)} fails" for attack in ATTACKS}, result.evidence
    assert bystander.poll() is None
    for attack in ATTACKS:
        row("hostile", attack, TOGETHER.by, "its test fails")


def test_there_are_enough_of_them():
    names = [*ATTACKS, *(change.name for change in HOSTILE)]
    assert len({*names}) == len(names)
    assert len(names) >= 45
