"""Alerts on a real ledger: told once, at a bearable rate, over restarts."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.services.alerting import send_alerts

from ..fakes import ToldClock
from .little_desk import LittleDesk


@dataclass
class Alarmed(LittleDesk):
    clock: ToldClock = field(default_factory=ToldClock)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def notify(self, title, body):
        self.sent.append((title, body))


@pytest.fixture
def desk(tmp_path):
    clock = ToldClock()
    return Alarmed(tmp_path, clock=clock, now=clock.now)


def opened(desk, **more):
    event = Event(EventType.THROTTLE_OPENED, "Escalations are throttled: hourly", Severity.WARNING, **more)
    return desk.ledger.append(event)[0]


def test_people_are_told_once_with_everything_new_in_one_message(desk):
    opened(desk)
    desk.ledger.append(Event(EventType.BUDGET_REFUSED, "no money", Severity.ERROR))
    assert len(send_alerts(desk)) == 2
    ((title, body),) = desk.sent
    assert title == "Overnight: a budget is used up"
    assert body.index("no money") < body.index("throttled: hourly")
    assert send_alerts(desk) == ()
    assert len(desk.sent) == 1


def test_the_rate_holds_over_restarts_and_the_next_message_counts_what_was_held_back(desk, tmp_path):
    opened(desk)
    send_alerts(desk)
    for _ in range(3):
        desk.clock.sleep(600)
        opened(desk)
        send_alerts(desk)
    assert len(desk.sent) == 1
    desk.clock.sleep(timedelta(hours=6).total_seconds())
    opened(desk)
    send_alerts(desk)
    assert "(4 times)" in desk.sent[1][1]


def test_dry_runs_and_old_history_alarm_nobody(desk):
    opened(desk, dry_run=True)
    opened(desk, at=desk.clock.now() - timedelta(days=30))
    assert send_alerts(desk) == ()


def test_a_flood_of_what_nobody_is_told_hides_no_critical_event(desk, monkeypatch):
    asked, events = [], desk.ledger.events
    monkeypatch.setattr(desk.ledger, "events", lambda query: asked.append(query) or events(query))
    desk.ledger.append(*(Event(EventType.ISSUE_EXECUTION_SKIPPED, "blocked", issue=n) for n in range(200)))
    desk.ledger.append(Event(EventType.ROLLBACK_OPENED, "taken back", Severity.CRITICAL))
    assert [alert.latest.description for alert in send_alerts(desk)] == ["taken back"]
    assert sum(len(events(query)) for query in asked) == 2  # by its type and by its severity


def test_a_state_of_another_version_is_begun_anew(desk):
    desk.records.remember("alerts/state", {"cursor": 7, "what": "ever"})
    opened(desk)
    assert len(send_alerts(desk)) == 1
