"""Events of a night, as the services would write them."""

from dataclasses import replace

from sqlalchemy.event import listen

from include.overnight.adapters.ledger.engine import open_engine
from include.overnight.domain.events import Event, EventType
from include.overnight.domain.orders import Limits, NightOrder
from include.overnight.ports import Ask

NIGHT = "0198c0de-0000-7000-8000-000000000001"
OTHER_NIGHT = "0198c0de-0000-7000-8000-000000000002"
REPOSITORY = "R_kgDOpantry"


def skip_fsync(url):
    """Spare a SQLite test the wait for the disk, in this process."""
    listen(open_engine(url), "connect", lambda driver, _: driver.execute("PRAGMA synchronous = OFF"))


def order(night=NIGHT, **limits):
    return NightOrder(night, "acme", "pantry", limits=Limits(**limits))


def asking(night=NIGHT, repository=REPOSITORY, issue=42, tag="governance_fix", seconds=600, **more):
    """Return an ask; what it does not know of itself goes to the order, and from there to its limits."""
    own = {name: more.pop(name) for name in ("exempt", "approved") if name in more}
    known = {name: more.pop(name) for name in ("quota_cap", "throttle", "dry_run") if name in more}
    ordered = replace(order(night, **more), **known)
    return Ask(ordered, repository, issue, "gpt-5.1", tag, seconds, **own)


def event(kind=EventType.CHECKPOINT_SAVED, description="Checkpoint saved", night=NIGHT, **more):
    return Event(kind, description, repository=REPOSITORY, night=night, **more)


def started(night=NIGHT, **more):
    metadata = {"full_name": "acme/pantry"}
    return event(EventType.OVERNIGHT_EXECUTION_STARTED, "Night started", night, metadata=metadata, **more)


def planned(*numbers, night=NIGHT):
    rows = [
        {
            "number": number,
            "title": f"Issue {number}",
            "position": place,
            "sequence_type": "build",
            "complexity": "low",
            "dependencies": [],
        }
        for place, number in enumerate(numbers, 1)
    ]
    exclusions = [{"number": 99, "reason": "label `overnight: skip`"}]
    metadata = {"issues": rows, "exclusions": exclusions, "cycles": ["#4 → #9 → #4"]}
    return event(EventType.NIGHT_PLANNED, "Night planned", night, metadata=metadata)


def attempted(number, outcome="accepted", night=NIGHT):
    metadata = {"tier": "gpt-4", "outcome": outcome, "tokens": 1200, "cost_usd": "0.0312", "seconds": 8.5}
    return event(EventType.ATTEMPT_FINISHED, "Attempt finished", night, issue=number, metadata=metadata)


def built(number, night=NIGHT):
    metadata = {"branch": f"overnight/{number}-x"}
    return event(EventType.CHANGE_BUILT, "Change built", night, issue=number, metadata=metadata)


def judged(number, night=NIGHT):
    metadata = {"gates": [{"gate": "build", "status": "pass"}, {"gate": "test", "status": "fail"}]}
    return event(EventType.CHANGE_JUDGED, "Change judged", night, issue=number, metadata=metadata)


def ended(number, status="pull_request", night=NIGHT):
    metadata = {"status": status, "reason": "all gates passed", "pull_request": 70 + number}
    return event(EventType.ISSUE_EXECUTION_COMPLETED, "Issue done", night, issue=number, metadata=metadata)


def completed(night=NIGHT):
    return event(EventType.OVERNIGHT_EXECUTION_COMPLETED, "2 of 2 issues", night)
