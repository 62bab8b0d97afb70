"""Which events people are told of at once, grouped and no more often than they can bear."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .events import Event, EventQuery, EventType, Severity


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One row; the first that applies to an event decides.

    :param types: any of these; all when empty.
    :param severity: at least this.
    :param every: how long nothing more is said of the same rule and group; what comes meanwhile is counted.
    :param quiet: nobody is told at all.
    """

    name: str
    types: tuple[EventType, ...] = ()
    severity: Severity = Severity.INFO
    every: timedelta = timedelta(hours=1)
    quiet: bool = False
    told_from: Severity = Severity.INFO
    """Nobody is told of less, whatever the rule is about."""

    def tells(self, event: Event) -> bool:
        """Return whether people are told of an event of this rule."""
        order = list(Severity)
        return not self.quiet and order.index(event.severity) >= order.index(self.told_from)

    def applies(self, event: Event) -> bool:
        """Return whether an event is this rule's."""
        order = list(Severity)
        loud = order.index(event.severity) >= order.index(self.severity)
        return loud and (not self.types or event.type in self.types)


RULES = (
    AlertRule("something critical", severity=Severity.CRITICAL, every=timedelta(minutes=5)),
    AlertRule("a night did not run", (EventType.OVERNIGHT_NIGHT_MISSED,), every=timedelta(hours=6)),
    AlertRule("a night outlives its window", (EventType.OVERNIGHT_WINDOW_ENDED,), every=timedelta(hours=1)),
    AlertRule("a rollback was opened", (EventType.ROLLBACK_OPENED,), every=timedelta(minutes=5)),
    AlertRule("a person is asked", (EventType.APPROVAL_REQUESTED,), every=timedelta(hours=6)),
    AlertRule("a budget is used up", (EventType.BUDGET_REFUSED,), every=timedelta(hours=12)),
    AlertRule("a budget is being spent", (EventType.BUDGET_REACHED,), every=timedelta(0)),
    AlertRule("escalations are throttled", (EventType.THROTTLE_OPENED,), every=timedelta(hours=6)),
    AlertRule("a model endpoint fails", (EventType.CIRCUIT_OPENED,), every=timedelta(hours=1)),
    AlertRule(
        "a desktop is not level",
        (EventType.DESKTOP_SYNC_FAILED, EventType.REPOSITORY_DRIFT_DETECTED),
        Severity.WARNING,
        timedelta(hours=24),
    ),
    AlertRule("builders were switched", (EventType.BUILDER_SWITCH,), every=timedelta(hours=1)),
    AlertRule("an issue failed", (EventType.ISSUE_EXECUTION_FAILED,), quiet=True),
    AlertRule("an error", severity=Severity.ERROR, every=timedelta(hours=1)),
)
"""The morning message tells of failed issues already, so nobody is woken for them. A mark of a budget is
written once, so its rule needs no pause."""


def chosen(rules: Sequence[AlertRule], least: Severity, quiet: Collection[str]) -> tuple[AlertRule, ...]:
    """Return the rules as settings want them: some of them quiet, and nothing below a severity.

    :raises ValueError: a name that no rule has.
    """
    if unknown := sorted(set(quiet) - {rule.name for rule in rules}):
        raise ValueError(f"no alert is called {unknown[0]!r}: there are {', '.join(r.name for r in rules)}")
    order = list(Severity)

    def as_wanted(rule: AlertRule) -> AlertRule:
        louder = max(rule.told_from, least, key=order.index)
        return replace(rule, quiet=rule.quiet or rule.name in quiet, told_from=louder)

    return tuple(map(as_wanted, rules))


@dataclass(frozen=True, slots=True)
class AlertState:
    """What was told already.

    :param cursor: the newest event that was looked at, never in the future.
    :param seen: ids of what is read again at the next look, since events of one moment may come in any order.
    :param told: group → when it was told last.
    :param held: group → how many events were held back since.
    """

    cursor: datetime | None = None
    seen: tuple[str, ...] = ()
    told: Mapping[str, datetime] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told of one group of events."""

    rule: str
    severity: Severity
    count: int
    held: int
    latest: Event

    def sentence(self) -> str:
        """Return the alert as a line of Markdown; an event's words are quoted, never markup."""
        more = f" ({self.count + self.held} times)" if self.count + self.held > 1 else ""
        words = " ".join(self.latest.description.split()).replace("`", "'")[:300]
        return f"- **{self.severity}**: {self.rule}{more}: `{words}`"


def decide(
    events: Iterable[Event], state: AlertState, now: datetime, rules: Sequence[AlertRule] = RULES
) -> tuple[tuple[Alert, ...], AlertState]:
    """Return what is told now, loudest first, and the state afterwards.

    :param events: everything since `read_from` that `queries` ask for, oldest first; those seen already are
        left out here.
    """
    read, seen = tuple(events), frozenset(state.seen)
    fresh = [event for event in read if event.id not in seen and not event.dry_run]
    groups: dict[str, list[Event]] = {}
    periods: dict[str, AlertRule] = {}
    for event in fresh:
        rule = next((rule for rule in rules if rule.applies(event)), None)
        if rule and rule.tells(event):
            key = f"{rule.name}/{event.type}/{event.repository}"
            groups.setdefault(key, []).append(event)
            periods[key] = rule
    told, held, alerts = dict(state.told), dict(state.held), []
    for key, members in groups.items():
        last = told.get(key)
        if last is not None and now - last < periods[key].every:
            held[key] = held.get(key, 0) + len(members)
            continue
        alerts.append(_alert(periods[key], members, held.pop(key, 0)))
        told[key] = now
    order = list(Severity)
    alerts.sort(key=lambda alert: order.index(alert.severity), reverse=True)
    return tuple(alerts), AlertState(*_cursor(read, state, now), _recent(told, now), held)


def _alert(rule: AlertRule, members: Sequence[Event], held: int) -> Alert:
    order = list(Severity)
    worst = max((event.severity for event in members), key=order.index)
    return Alert(rule.name, worst, len(members), held, members[-1])


_AROUND = timedelta(minutes=10)
"""How far back events are read again: one may be written later than its moment."""


def read_from(state: AlertState, now: datetime) -> datetime:
    """Return the moment from which events are read: a day back where nobody was ever told anything."""
    return (state.cursor or now - timedelta(days=1)) - _AROUND


def queries(state: AlertState, now: datetime, rules: Sequence[AlertRule] = RULES) -> tuple[EventQuery, ...]:
    """Return what to ask for: no more than the rules may tell, and all of that, however much it is."""
    since = EventQuery(since=read_from(state, now), limit=None, oldest_first=True, dry_run=False)
    loud = [rule for rule in rules if not rule.quiet]
    types = tuple(dict.fromkeys(kind for rule in loud for kind in rule.types))
    order = list(Severity)
    least = min((order.index(rule.severity) for rule in loud if not rule.types), default=len(order))
    by_type = (replace(since, types=types),) if types else ()
    return (*by_type, *(replace(since, severity=severity) for severity in order[least:]))


def _cursor(
    read: Sequence[Event], state: AlertState, now: datetime
) -> tuple[datetime | None, tuple[str, ...]]:
    moments = [event.at for event in read if event.at]
    cursor = max([*moments, *([state.cursor] if state.cursor else [])], default=None)
    if cursor is None:
        return None, ()
    cursor = min(cursor, now)  # a clock that ran ahead must not silence what comes before its moment
    return cursor, tuple(event.id for event in read if event.at and event.at >= cursor - _AROUND)


def _recent(told: Mapping[str, datetime], now: datetime) -> Mapping[str, datetime]:
    return {key: at for key, at in told.items() if now - at < timedelta(days=7)}
