"""The deployment checklist: what is so, what is to mend, what only a person can look at."""

import pytest

from include.overnight.domain.errors import Unreachable
from include.overnight.domain.events import Event, EventType
from include.overnight.domain.governance_issues import GOVERNANCE_ISSUES
from include.overnight.services.deploying import ROWS, Deployment, walk_checklist

from .little_desk import NOW, LittleDesk

SEEDS = 11
"""Rows of the seeds' checklist."""


@pytest.fixture
def desk(tmp_path):
    little = LittleDesk(tmp_path)
    little.clock = little
    little.now = lambda: NOW
    return little


def rows(desk, **said):
    """Return the checks by name."""
    return {
        check.name: check for check in walk_checklist(desk, Deployment(**{"execution_enabled": True, **said}))
    }


def complete(desk):
    """Put on record what a deployment that has worked for a while has on record."""
    desk.records.remember("repository/acme/box", {"node_id": "R_1"})
    for issue in GOVERNANCE_ISSUES:
        desk.records.record_publication("R_1", f"issue/{issue.marker}", "1")
    desk.ledger.append(
        Event(
            EventType.AUTO_HEAL,
            "down to gpt-4",
            metadata=dict.fromkeys(("action", "tier", "reason", "failure", "from", "to"), "x"),
        )
    )
    overview = {"repositories": [{"full_name": "acme/box", "next_schedule": "2026-03-15T02:00:00Z"}]}
    return {
        "secrets": {"GITHUB_TOKEN": True},
        "schedules": {"acme/box": ("0 2 * * *",)},
        "desktops": {"pantry": "/home/ann/pantry"},
        "told": 1,
        "overview": lambda: overview,
    }


def test_every_row_of_the_list_is_walked_in_its_order(desk):
    assert [name for name, _ in ROWS] == list(rows(desk))
    assert len(ROWS) == SEEDS


def test_a_deployment_that_has_worked_for_a_while_has_nothing_to_mend(desk):
    found = rows(desk, **complete(desk))
    assert [check.name for check in found.values() if not check.passed] == []
    assert [check.name for check in found.values() if check.caution] == ["escalation flow"]
    assert found["auto-heal"].detail.endswith("down to gpt-4")
    assert found["governance issues"].detail == "all 4 created"


def test_a_fresh_one_is_told_what_to_mend_and_how(desk):
    found = rows(
        desk, execution_enabled=None, secrets={"GITHUB_TOKEN": False}, schedules={"acme/box": ("0 2 * * *",)}
    )
    mend = {check.name: check.detail for check in found.values() if not check.passed}
    assert mend.keys() == {"environment", "execution enabled", "governance issues"}
    assert "not set: GITHUB_TOKEN" in mend["environment"]
    assert "`true` lets scheduled nights run" in mend["execution enabled"]
    assert "`overnight governance-issues --create`" in mend["governance issues"]
    look = {check.name for check in found.values() if check.caution}
    assert look == {
        *("desktop checkouts", "endpoint", "memory events"),
        *("schedule", "escalation flow", "auto-heal"),
    }  # fmt: skip


def test_a_dag_that_is_paused_and_an_endpoint_that_is_silent_are_to_mend(desk):
    said = complete(desk)
    paused = {"repositories": [{"full_name": "acme/box", "next_schedule": None}]}
    assert "unpause their DAGs" in rows(desk, **{**said, "overview": lambda: paused})["schedule"].detail

    def silent():
        raise Unreachable("https://airflow.example does not answer")

    found = rows(desk, **{**said, "overview": silent})
    assert not found["endpoint"].passed
    assert "does not answer" in found["endpoint"].detail


def test_a_model_that_nobody_can_use_is_to_mend(desk):
    desk.tiers = {"gpt-4": "OPENAI_API_KEY not set", "local-builder": "off"}
    assert "OPENAI_API_KEY not set" in rows(desk)["model keys"].detail
