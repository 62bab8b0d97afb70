"""Two workers on one issue: who lost it stops at its next effect, and nothing is there twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from include.overnight.adapters.ledger import upgrade, uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.errors import Contended, FenceLost
from include.overnight.domain.events import EventType
from include.overnight.services.building import build_issue
from include.overnight.services.claiming import holding
from include.overnight.services.fencing import fenced
from include.overnight.services.judging import judge_change
from include.overnight.services.planning import plan_night
from include.overnight.services.publishing import publish_change
from include.overnight.services.reading import open_night

from ..fakes import writes
from ..staging import REPOSITORY
from . import playing
from .picture import loose_ends, take

GOOD = writes("colour.py", "RED = 1\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def built(request, stage):
    """A desk, a night, and the number of an issue that is built and judged."""
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        upgrade(url)
        desk = replace(desk, credentials=replace(desk.credentials, ledger_url=url))
    night, _ = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()))
    plan_night(desk, open_night(desk, night))
    assert build_issue(desk, night, number).change
    assert judge_change(desk, night, number).passed
    return desk, open_night(desk, night), number


def test_a_worker_whose_issue_was_taken_over_can_do_nothing_more(stage, built):
    desk, night, number = built
    kept = desk.records.change(night.repository.node_id, number, night.id)
    note = night.event(EventType.GOVERNANCE_NOTE, "too late", issue=number)
    with holding(desk, night, number) as hold:
        late = fenced(desk, hold)
        assert desk.claims.claim(night.repository.node_id, number, night.id, 300.0)
        budget = late.budgets.open(night.order, night.repository.node_id, number, "late")
        for effect in (
            lambda: late.ledger.append(note),
            lambda: late.records.keep_change(night.repository.node_id, kept),
            lambda: late.records.record_publication(night.repository.node_id, "branch/x", "y"),
            lambda: late.workspace.push(night.repository, kept.change, None),
            lambda: late.writer.put_comment(night.repository, number, "late", "too late", None),
            lambda: budget.reserve(Decimal("0.01")),
        ):
            with pytest.raises(FenceLost):
                effect()
    assert list(stage.forge.bare(REPOSITORY).refs("refs/heads")) == ["refs/heads/main"]
    assert stage.forge.comments(stage.forge.issue(REPOSITORY, number)) == []
    assert desk.budgets.spent(attempt="late") == 0


def test_what_is_read_needs_no_claim(built):
    desk, night, number = built
    with holding(desk, night, number) as hold:
        late = fenced(desk, hold)
        desk.claims.claim(night.repository.node_id, number, night.id, 300.0)
        assert late.ledger.night(night.id) is not None
        assert late.tracker.issue(night.repository, number).number == number


def test_an_issue_that_another_night_holds_is_published_after_it_lets_go(stage, built):
    desk, night, number = built
    node = night.repository.node_id
    held = desk.claims.claim(node, number, "another night", 300.0)
    with pytest.raises(Contended):
        publish_change(desk, night.id, number)
    assert stage.forge.pull_requests(REPOSITORY) == []
    desk.claims.release(held)
    assert publish_change(desk, night.id, number) is not None
    assert desk.claims.holder(node, number) is None


@pytest.mark.parametrize("step", ["plan", "build", "judge", "publish", "report", "summarize"])
def test_one_step_taken_by_two_workers_at_once_is_done_once(theatre, step):
    theatre.put_back(step)
    workers = [playing.begin_playing(theatre.home, [step]) for _ in range(2)]
    for worker in workers:
        worker.join(playing.LONGEST)
    assert 0 in [worker.exitcode for worker in workers], theatre.log()
    assert playing.play(theatre.home, [step])[0] == 0, theatre.log()
    stands = take(theatre.forge, theatre.ledger_url)
    too_much, missing = stands.difference(theatre.after[step])
    assert missing == []
    assert [line for line in too_much if not line.startswith(("paid", "reserved"))] == []
    assert loose_ends(theatre.ledger_url) == []
