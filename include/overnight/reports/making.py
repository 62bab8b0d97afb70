"""Make a report of a period: what happened, what it cost, what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from ..domain.events import EventQuery
from ..domain.expected_nights import Missed
from ..domain.maintenance import chores
from ..domain.periods import Period, Span, before, span_of, title_of, trend_of
from ..ports.history import HistoryDesk
from . import measures, proposing
from .frames import Frames, load, within
from .missing import first_nights, missed_nights
from .report import Facts, Report, Section, Table, Tile
from .spending import Spending, spending_of
from .wording import NOTHING, dollars, share


@dataclass(frozen=True, slots=True)
class _View:
    """The frames of a report: all of them, the period's, and what was made of them already."""

    every: Frames
    now: Frames
    earlier: Frames
    period: Period
    span: Span
    facts: Facts
    spending: Spending


def report_on(desk: HistoryDesk, period: Period, day: date, facts: Facts) -> Report:
    """Load what a report of the period around a day needs, and make it.

    :raises NotFound: never; a period without history gives a report that says so.
    """
    span = span_of(period, day)
    first = min(trend_of(period, span)[0].begin, before(Period.MONTH, span_of(Period.MONTH, day)).begin)
    frames = load(desk, first, None, facts.repository or None, events_of=span)
    left = desk.ledger.archived(EventQuery(since=first))
    return make_report(
        frames,
        period,
        span,
        replace(facts, archived=len(left), first_nights=first_nights(desk, facts.repository)),
    )


def make_report(frames: Frames, period: Period, span: Span, facts: Facts) -> Report:
    """Make the report of a span.

    :param frames: from the begin of the trend (at least of the month before) until now, so that nights
        backfilled later are attributed both ways.
    """
    view = _View(
        every=frames,
        now=within(frames, span),
        earlier=within(frames, before(period, span)),
        period=period,
        span=span,
        facts=facts,
        spending=spending_of(frames, span, facts),
    )
    absent = missed_nights(frames, facts.schedules, span, facts.now, facts.first_nights)
    proposed = proposing.proposed(view.now, facts.limits)
    answers = {
        **{name: answer(view) for name, answer in _ANSWERS.items()},
        "nights": _nights_answer(view, sum(len(one.ticks) for one in absent)),
        **proposing.answers(proposed),
    }
    sections = [
        _chores(period, answers),
        _missed(absent),
        *(section(view) for section in _SECTIONS),
        proposing.section(proposed),
    ]
    kept = [one for one in sections if one.sentences or any(len(table.frame) for table in one.tables)]
    if period is not Period.MONTH:
        kept = [one for one in kept if one.title != proposing.TITLE]
    return Report(period, span, title_of(period, span), facts, _tiles(view), tuple(kept), absent,
                  tuple(alert.sentence for alert in view.spending.alerts))  # fmt: skip


def _tiles(view: _View) -> tuple[Tile, ...]:
    now, earlier = measures.totals(view.now), measures.totals(view.earlier)
    hours = measures.lead_times(view.every, view.span)["hours"].median()
    was = measures.lead_times(view.every, before(view.period, view.span))["hours"].median()
    rows = (
        ("Nights", "nights", str),
        ("Accepted changes", "accepted", str),
        ("Merged", "merged", str),
        ("Cost", "cost_usd", dollars),
        ("Cost per accepted change", "cost_per_accepted_usd", dollars),
        ("Attempts accepted", "attempts_accepted", share),
        ("Escalations", "escalations", str),
    )
    tiles = [Tile(label, words(now[name]), words(earlier[name])) for label, name, words in rows]
    healed, former = _healed(view.now), _healed(view.earlier)
    return (*tiles, Tile("Auto-heal success", healed, former), Tile("Lead time", _hours(hours), _hours(was)))


def _chores(period: Period, answers: Mapping[str, str]) -> Section:
    rows = [(f"{chore.period}", chore.words, answers[chore.answer]) for chore in chores(period)]
    frame = pd.DataFrame(rows, columns=["each", "look_at", "what_stands_there"])
    return Section("Maintenance", (), (Table("maintenance", "What to look at", frame),))


def _missed(absent: tuple[Missed, ...]) -> Section:
    rows = [
        (one.schedule.repository, len(one.ticks), one.ticks[0], one.ticks[-1], one.command) for one in absent
    ]
    frame = pd.DataFrame(rows, columns=["repository", "nights", "first_due", "last_due", "command"])
    words = ("Each command makes up for exactly these nights.",) if rows else ()
    return Section("Nights that did not run", words, (Table("missed", "Missed nights", frame),))


def _over_time(view: _View) -> Section:
    told = measures.trend(view.every, trend_of(view.period, view.span), view.period)
    return Section("Over time", (), (Table("trend", f"By {view.period}", told, "trend"),))


def _nights(view: _View) -> Section:
    listed = measures.nights(view.now)
    both = measures.both_ways(view.every, view.span)
    tables = [Table("nights", "Nights", listed)]
    words: tuple[str, ...] = ()
    if view.facts.archived:
        words += (
            f"{view.facts.archived} nights of the time compared here left for the archive: their cost "
            "is counted, their attempts, gates and escalations are not.",
        )
    if both["backfilled"].sum():
        words += ("Backfilled nights count on the day they ran and, below, on the day they stand for.",)
        tables.append(Table("backfilled", "Both ways", both))
    return Section("Nights", words, tuple(tables))


def _work(view: _View) -> Section:
    tables = [
        Table(f"by_{by}", f"By {by.replace('_', ' ')}", measures.breakdown(view.now, by), picture)
        for by, picture in (("repository", ""), ("tier", "share"), ("sequence_type", ""))
    ]
    return Section("Where work and money went", (), tuple(tables))


def _gates(view: _View) -> Section:
    told = measures.gate_yield(view.now)
    return Section("Gate yield", (), (Table("gates", "Judged changes by gate", told, "yield"),))


def _healing(view: _View) -> Section:
    told, actions = measures.healing(view.now), measures.heal_actions(view.now)
    tables = (Table("healing", "Issues that had to be healed", told),
              Table("heal_actions", "What was done", actions))  # fmt: skip
    return Section("Auto-heal", (), tables if told["issues"].sum() or len(actions) else ())


def _escalations(view: _View) -> Section:
    days, patterns = measures.quota_days(view.now), measures.escalation_patterns(view.now)
    tables = (Table("quota", "Quota by day", days, "quota"),
              Table("escalations", "Escalation patterns", patterns))  # fmt: skip
    return Section("Quota and escalations", (), tables)


def _money(view: _View) -> Section:
    spent = view.spending
    return Section("Cost", spent.sentences, (Table("cost_by_day", "Dollars by day", spent.by_day, "cost"),))


def _learning(view: _View) -> Section:
    lessons = view.now.lessons[["at", "repository", "kind", "description"]]
    known = measures.learning(view.every)
    tables = (Table("learning", "What the ladder has learnt", known), Table("lessons", "Lessons", lessons))
    return Section("Learning", (), tables)


def _events(view: _View) -> Section:
    health = measures.desktop_health(view.now)
    tables = (Table("severities", "Events above information", measures.severities(view.now)),
              Table("desktop", "Desktops", health))  # fmt: skip
    return Section("Events", (), tables)


_SECTIONS: tuple[Callable[[_View], Section], ...] = (
    _over_time,
    _nights,
    _money,
    _work,
    _escalations,
    _gates,
    _healing,
    _learning,
    _events,
)


def _events_answer(view: _View) -> str:
    loud = view.now.events["severity"].astype("str").value_counts()
    told = [f"{loud[name]} of severity {name}" for name in ("critical", "error", "warning") if loud.get(name)]
    return f"{len(view.now.events):,} events, {', '.join(told) or 'nothing above information'}"


def _quota_answer(view: _View) -> str:
    days = measures.quota_days(view.now)
    if days.empty:
        return f"nothing of {view.facts.limits.escalations_per_day} a day was asked for"
    return (
        f"at most {days['most_daily'].max()} of {view.facts.limits.escalations_per_day} a day, "
        f"{days['refused'].sum()} refused"
    )


def _nights_answer(view: _View, absent: int) -> str:
    counted = measures.totals(view.now)
    told = f"{counted['nights']} ran, {counted['nights_skipped']} were skipped"
    return f"{told}, {absent} did not run: see below" if absent else f"{told}, none is missing"


def _escalations_answer(view: _View) -> str:
    rows = view.now.escalations
    if rows.empty:
        return "there was no escalation"
    accepted = int((rows["outcome"] == "accepted").sum())
    return f"{len(rows)} escalations, {accepted} brought an accepted change"


def _healed(frames: Frames) -> str:
    told = measures.healing(frames)
    return share(told["success"].iloc[-1]) if len(told) else NOTHING


def _healing_answer(view: _View) -> str:
    told = measures.healing(view.now)
    if not len(told) or not told["issues"].iloc[-1]:
        return "nothing had to be healed"
    last = told.iloc[-1]
    return f"{last['healed']} of {last['issues']} issues that needed it ({share(last['success'])})"


def _desktop_answer(view: _View) -> str:
    rows = view.now.desktop
    if rows.empty:
        return "no desktop was synced"
    bad = int((rows["severity"] != "info").sum())
    return f"{len(rows)} events of {rows['desktop'].nunique()} desktops, {bad} not in order"


def _cost_answer(view: _View) -> str:
    now, earlier = measures.totals(view.now), measures.totals(view.earlier)
    return f"{dollars(now['cost_usd'])}, {dollars(earlier['cost_usd'])} the {view.period} before"


def _backlog_answer(view: _View) -> str:
    failed = view.now.issues[view.now.issues["outcome"] == "failed"]
    return f"{len(failed)} issues failed; overnight governance-issues lists the four of the policy"


_ANSWERS: Mapping[str, Callable[[_View], str]] = {
    "events": _events_answer,
    "quota": _quota_answer,
    "escalations": _escalations_answer,
    "healing": _healing_answer,
    "desktop": _desktop_answer,
    "cost": _cost_answer,
    "policy": lambda _: "written from the settings in force: overnight models policy",
    "backlog": _backlog_answer,
}


def _hours(value: float) -> str:
    return NOTHING if value != value else f"{value * 60:.0f} min" if value < 2 else f"{value:.1f} h"
