"""A payload that was removed for good (a leaked secret) stops nothing: no plan, no follow, no report."""

from dataclasses import replace

from include.overnight.adapters.ledger import uuid7
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.switching import Primary
from include.overnight.services.admitting import admit_night
from include.overnight.services.following import follow_pull_requests, repositories_to_follow
from include.overnight.services.learning import trials
from include.overnight.services.merges import merges_within
from include.overnight.services.open_pulls import open_pulls
from include.overnight.services.planning import decide_plan
from include.overnight.services.reading import open_night
from include.overnight.services.reporting import report_issue
from include.overnight.services.retrying import last_round
from include.overnight.services.summarizing import summarize_night
from include.overnight.services.switching import builder_standing

from ..domain.test_upcasting import stored
from ..staging import REPOSITORY
from .reviewed import posted


def removed(talk, night, events):
    """Write events down as if they were of a night, and remove what they say."""
    mine = [
        replace(
            event,
            id="",
            at=None,
            repository=talk.node,
            night=event.night and night,
            issue=event.issue and talk.issue,
            attempt=event.attempt and f"{night}/{talk.issue}/1",
        )
        for event in events
    ]
    for kept in talk.desk.ledger.append(*mine):
        talk.desk.ledger.tombstone(kept.id, who="Ada", why="a secret")


def test_removing_the_payload_of_an_event_of_every_type_stops_nothing(stage):
    talk = posted(stage)
    desk, night = talk.desk, talk.order.night
    every = {event.type: event for event in stored(1)}
    assert len(every) > 50
    removed(talk, night, every.values())
    tonight = replace(talk.order, night=uuid7(desk.clock.now()))
    assert admit_night(desk, tonight, talk.repository).admitted
    query = EventQuery(types=(EventType.OVERNIGHT_EXECUTION_STARTED,), night=night, readable=True)
    for event in desk.ledger.events(query):
        desk.ledger.tombstone(event.id, who="Ada", why="a secret")
    issues = desk.tracker.open_issues(talk.repository)
    plan = decide_plan(desk, open_night(desk, tonight.night), issues)
    assert [one.number for one in plan.issues] == [talk.issue]
    assert repositories_to_follow(desk) == (REPOSITORY,)
    (row,) = follow_pull_requests(desk, talk.order).rows
    assert row.number == talk.pull.number
    assert not row.state.startswith("later"), row.state
    assert [one.change.number for one in open_pulls(desk, lambda _: True)] == [talk.pull.number]
    assert merges_within(desk, talk.repository, 24) == ()
    assert builder_standing(desk, Primary.MODELS).phase == "primary"
    assert trials(desk, talk.node, desk.clock.now()) == ()
    assert last_round(desk, night, talk.issue) == 0
    report_issue(desk, night, talk.issue)
    assert summarize_night(desk, night).id == night
