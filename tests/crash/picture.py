"""What a night has left on the forge and in the ledger, without ids and times, so that two nights compare."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from demo.forge import Forge
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.store import Store
from include.overnight.adapters.ledger.tables import claims, publications, spending
from include.overnight.domain.events import Event, EventQuery, EventType

from ..staging import REPOSITORY

_NOISE = (
    (re.compile(r"file://\S*?/objects/"), "objects/"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "forge"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"bundles/[0-9a-f]{2}/"), "bundles/"),
    (re.compile(r"holds \d+ events"), "holds events"),
    (re.compile(r"\d+ left before"), "some left before"),
    (re.compile(r"\b[0-9a-f]{40,64}\b"), "<sha>"),
    (re.compile(r"\b[0-9a-f]{7,12}\b"), "<sha>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z| UTC)?"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|seconds|min)\b"), "<span>"),
)
_UNSTEADY = frozenset({"seconds", "at", "duration", "started_at", "ended_at", "evidence", "heads", "lease"})
"""Keys whose values are times, spans or ids."""


@dataclass(frozen=True)
class Picture:
    """Multisets, so that what is there twice shows.

    :param texts: bodies of comments, pull requests and the tracking issue.
    """

    forge: Counter[str]
    texts: Counter[str]
    events: Counter[str]
    records: Counter[str]

    def difference(self, other: Picture) -> tuple[list[str], list[str]]:
        """Return what this one has too much and what it lacks."""
        mine, theirs = self._all(), other._all()
        return sorted((mine - theirs).elements()), sorted((theirs - mine).elements())

    def _all(self) -> Counter[str]:
        return self.forge + self.texts + self.events + self.records


def take(forge: Forge, ledger_url: str) -> Picture:
    """Return the picture of a stage."""
    database = LedgerDatabase(ledger_url)
    events = database.ledger.events(EventQuery(limit=None, oldest_first=True))
    pictured = Picture(
        forge=Counter(_forge(forge)),
        texts=Counter(_texts(forge)),
        events=Counter(_line(event) for event in without_attempts_that_died(events)),
        records=Counter(_records(ledger_url)),
    )
    database.close()
    return pictured


def died(events: Iterable[Event]) -> set[str]:
    """Return the attempts that are on record as cut off with their worker."""
    ended = [event for event in events if event.type is EventType.ATTEMPT_FINISHED]
    return {event.attempt for event in ended if event.metadata["reason"].startswith("the worker died")}


def without_attempts_that_died(events: tuple[Event, ...]) -> list[Event]:
    """Return the events of a night as if nobody had been cut off: later attempts move up in number."""
    gone = died(events)
    if not gone:
        return list(events)
    order = [event.attempt for event in events if event.type is EventType.ATTEMPT_STARTED]
    numbers = {attempt: number for number, attempt in enumerate((a for a in order if a not in gone), start=1)}
    standing = [event for event in events if event.attempt not in gone]
    grants = [event for event in standing if event.type is EventType.QUOTA_RESERVED]
    return [_as_if_first(event, numbers) for event in standing if event not in grants[: len(gone)]]


_TOLD_OF_DEATH = {
    EventType.ATTEMPT_STARTED: ("reason", "from"),
    EventType.MODEL_ESCALATION: ("reason", "from", "quota_remaining"),
    EventType.QUOTA_RESERVED: ("left", "daily", "hourly"),
}
"""Event type → what a death before it rightly changes: why it began, and the escalations counted by then."""


def _as_if_first(event: Event, numbers: Mapping[str, int]) -> Event:
    number = numbers.get(event.attempt, 1)
    text = re.sub(r'"number": \d+', f'"number": {number}', json.dumps(dict(event.metadata)))
    metadata = json.loads(re.sub(r"/\d+\.json", f"/{number}.json", text))
    attempt = f"{event.attempt.rpartition('/')[0]}/{number}" if event.attempt in numbers else event.attempt
    return replace(event, metadata=metadata, description=event.description, attempt=attempt)


def _line(event: Event) -> str:
    told = _TOLD_OF_DEATH.get(event.type, ())
    steady = {key: value for key, value in _steady(dict(event.metadata)).items() if key not in told}
    detail = json.dumps(steady, sort_keys=True)
    description = "" if told else re.sub(r"attempt \d+", "attempt N", event.description)
    said = f"{event.type} {event.severity} #{event.issue} {event.attempt}: {description} {detail}"
    return f"event {quiet(said)}"


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(item) for key, item in value.items() if key not in _UNSTEADY}
    if isinstance(value, list):
        return [_steady(item) for item in value]
    return value


def quiet(text: str) -> str:
    """Return a text without ids, times and places."""
    for pattern, word in _NOISE:
        text = pattern.sub(word, text)
    return text


def _forge(forge: Forge) -> Iterable[str]:
    bare = forge.bare(REPOSITORY)
    for ref in bare.refs("refs/heads"):
        yield f"branch {ref} {bare.resolve(f'{ref}^{{tree}}')}"
    for issue in forge.issues(REPOSITORY):
        yield f"issue #{issue.number} {issue.state} {sorted(issue.labels)} {issue.title}"
    for pull in forge.pull_requests(REPOSITORY):
        yield f"pull request #{pull.number} {pull.head} → {pull.base}"


def _texts(forge: Forge) -> Iterable[str]:
    for issue in forge.issues(REPOSITORY):
        yield quiet(f"body of #{issue.number}: {issue.body}")
        for comment in forge.comments(issue):
            yield quiet(f"comment on #{issue.number} by {comment.author}: {comment.body}")


def _records(url: str) -> Iterable[str]:
    store = Store(url)
    with store.read() as connection:
        for row in connection.execute(select(publications)):
            yield quiet(f"publication {row.key} = {row.value}")
        for row in connection.execute(select(spending)):
            word = "reserved" if row.settled_at is None else "paid"
            yield f"{word} {row.booked} for #{row.issue}"


def loose_ends(url: str) -> list[str]:
    """Return what a dead worker would leave behind: holds, slots, intents, a broken chain."""
    found = []
    database = LedgerDatabase(url)
    with Store(url).read() as connection:
        held = connection.execute(select(claims).where(claims.c.released.is_(False))).all()
    # What has no number is a hold on a base's tests; once they are remembered nobody waits for it.
    found += [f"a claim on #{row.issue} of night {row.night}" for row in held if row.issue]
    if slots := database.quota.use().concurrent:
        found.append(f"{slots} slots are held")
    found += [f"meant and not confirmed: {entry.intent.name}" for entry in database.outbox.unsettled()]
    found += database.ledger.verify()
    database.close()
    return found
