"""What frames say: each function returns one small table, empty when there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from ..domain.periods import Period, Span
from ..domain.track_records import Trial, records
from .frames import Frames, within

_BEFORE_LEARNING = {"unavailable", "killed"}
"""Outcomes that say nothing about a model."""


def totals(frames: Frames) -> pd.Series:
    """Return the figures of a span: counts, dollars, and their ratios (NaN where nothing divides)."""
    issues, cost = frames.issues["outcome"], float(frames.costs["usd"].sum())
    state = frames.issues["pull_request_state"]
    accepted, attempts = len(accepted_issues(frames)), len(frames.attempts)
    nights = int((frames.nights["status"] != "skipped").sum())
    return pd.Series(
        {
            "nights": nights,
            "nights_skipped": len(frames.nights) - nights,
            "issues": len(issues),
            "accepted": accepted,
            "merged": _issues_of(frames.issues[state == "merged"]),
            "failed": int((issues == "failed").sum()),
            "skipped": int((issues == "skipped").sum()),
            "attempts": attempts,
            "attempts_accepted": _share(frames.attempts["accepted"].sum(), attempts),
            "escalations": len(frames.escalations),
            "refused": int((frames.quota["kind"] == "refused").sum()),
            "cost_usd": cost,
            "cost_per_accepted_usd": _share(cost, accepted),
            "tokens": int(frames.costs["tokens"].sum()),
            "accepted_per_night": _share(accepted, nights),
        },
        dtype="object",
    )


def accepted_issues(frames: Frames) -> pd.DataFrame:
    """Return the issues with an accepted change nobody turned down, each once however many nights had it."""
    rows = frames.issues
    good = rows[(rows["outcome"] == "success") & (rows["pull_request_state"] != "closed")]
    return good.drop_duplicates(["repository", "issue"])


def _issues_of(rows: pd.DataFrame) -> int:
    return len(rows.drop_duplicates(["repository", "issue"]))


def trend(frames: Frames, spans: Sequence[Span], period: Period) -> pd.DataFrame:
    """Return the totals of several spans from the first night on, one a row, by the day they begin."""
    shown = ["nights", "issues", "accepted", "failed", "attempts", "escalations", "refused",
             "cost_usd", "cost_per_accepted_usd"]  # fmt: skip
    first = frames.nights["started_at"].min()
    known = [span for span in spans if not pd.isna(first) and span.end > first]
    rows = [{str(period): span.begin.date(), **totals(within(frames, span))[shown]} for span in known]
    return pd.DataFrame(rows, columns=[str(period), *shown])


def breakdown(frames: Frames, by: str) -> pd.DataFrame:
    """Return attempts and money by repository, tier or sequence_type, the dearest first."""
    attempts = frames.attempts.groupby(by, observed=True).agg(
        attempts=("accepted", "size"),
        accepted=("accepted", "sum"),
        median_seconds=("seconds", "median"),
    )
    money = frames.costs.groupby(by, observed=True).agg(cost_usd=("usd", "sum"), tokens=("tokens", "sum"))
    money = money.rename(index={"": "(none)"})
    both = attempts.join(money, how="outer").fillna(
        {"attempts": 0, "accepted": 0, "cost_usd": 0, "tokens": 0}
    )
    both = both.astype({"attempts": "int64", "accepted": "int64", "tokens": "int64"})
    both["success"] = both["accepted"] / both["attempts"].where(both["attempts"] > 0)
    good = frames.attempts[frames.attempts["accepted"]].drop_duplicates([*{by, "repository"}, "issue"])
    changes = good.groupby(by, observed=True).size().reindex(both.index, fill_value=0)
    both["cost_per_accepted_usd"] = both["cost_usd"] / changes.where(changes > 0)
    ordered = [
        "attempts",
        "accepted",
        "success",
        "cost_usd",
        "cost_per_accepted_usd",
        "median_seconds",
        "tokens",
    ]
    told = both[ordered].sort_values(["cost_usd", "attempts"], ascending=False)
    return told.rename_axis(by).reset_index().astype({by: "str"})


def gate_yield(frames: Frames) -> pd.DataFrame:
    """Return for each gate how many judged changes passed of those it applied to, the weakest first."""
    counted = pd.crosstab(frames.gates["gate"].astype("str"), frames.gates["status"].astype("str"))
    counted = counted.reindex(columns=["pass", "fail", "not_applicable"], fill_value=0)
    applied = counted["pass"] + counted["fail"]
    counted["yield"] = counted["pass"] / applied.where(applied > 0)
    seconds = frames.gates.groupby(frames.gates["gate"].astype("str"))["seconds"].median()
    counted["median_seconds"] = seconds.reindex(counted.index)
    counted.columns.name = None
    return counted.sort_values(["yield", "fail"], ascending=[True, False]).reset_index()


def healing(frames: Frames) -> pd.DataFrame:
    """Return what auto-heal was for: issues whose first attempt was not accepted, or that a model failed."""
    key = ["night", "issue"]
    if frames.attempts.empty:
        return pd.DataFrame(columns=["what", "issues", "healed", "success"])
    first = frames.attempts.sort_values(["at"]).groupby(key)["accepted"].first()
    ended = frames.attempts.groupby(key)["accepted"].any()
    failed_models = pd.MultiIndex.from_frame(frames.heals[key]).unique()
    model = ended.index.isin(failed_models)
    rows = [
        ("first attempt not accepted", ended[~first]),
        ("a model or its provider failed", ended[model]),
        ("either", ended[~first | model]),
    ]
    told = [(what, len(some), int(some.sum()), _share(some.sum(), len(some))) for what, some in rows]
    return pd.DataFrame(told, columns=["what", "issues", "healed", "success"])


def heal_actions(frames: Frames) -> pd.DataFrame:
    """Return what was done about failures of models, the most frequent first."""
    counted = frames.heals.groupby(["kind", "action"], observed=True).size()
    return (
        counted.sort_values(ascending=False)
        .rename("times")
        .reset_index()
        .astype({"kind": "str", "action": "str"})
    )


def quota_days(frames: Frames) -> pd.DataFrame:
    """Return escalations by UTC day: granted, exempt, refused, and the highest counts."""
    asked = frames.quota[frames.quota["kind"].isin(["reserved", "refused"])]
    days = asked.assign(
        day=asked["at"].dt.tz_localize(None).dt.normalize(),
        granted=asked["kind"] == "reserved",
        refused=asked["kind"] == "refused",
    )
    told = days.groupby("day").agg(
        granted=("granted", "sum"),
        exempt=("exempt", "sum"),
        refused=("refused", "sum"),
        most_daily=("daily", "max"),
        most_hourly=("hourly", "max"),
        most_at_once=("concurrent", "max"),
    )
    return told.reset_index()


def escalation_patterns(frames: Frames) -> pd.DataFrame:
    """Return escalations by what asked for them and where they went, the most frequent first."""
    money = frames.costs.groupby("attempt")["usd"].sum()
    rows = frames.escalations.assign(
        accepted=frames.escalations["outcome"] == "accepted",
        usd=frames.escalations["attempt"].map(money).fillna(0.0),
    )
    keys = ["to_tier", "justification", "reason"]
    told = (
        rows.astype(dict.fromkeys(keys, "str"))
        .groupby(keys)
        .agg(escalations=("accepted", "size"), accepted=("accepted", "sum"), cost_usd=("usd", "sum"))
    )
    return told.sort_values("escalations", ascending=False).reset_index()


def lead_times(frames: Frames, span: Span | None = None) -> pd.DataFrame:
    """Return for each issue first accepted (in a span) the hours from its first plan to the accepted change.

    An issue that earlier nights planned counts from there, as far back as the frames reach.
    """
    planned = frames.issues.groupby(["repository", "issue"], observed=True)["planned_at"].min()
    ended = frames.issues[frames.issues["outcome"] == "success"]
    done = ended.groupby(["repository", "issue"], observed=True)["ended_at"].min()
    if span is not None:
        done = done[(done >= span.begin) & (done < span.end)]
    hours = (done - planned.reindex(done.index)).dt.total_seconds() / 3600
    return hours.rename("hours").reset_index().astype({"repository": "str"})


def severities(frames: Frames) -> pd.DataFrame:
    """Return how many events there were of each type that is not merely information."""
    loud = frames.events[frames.events["severity"] != "info"]
    counted = loud.astype({"severity": "str", "type": "str"}).groupby(["severity", "type"]).size()
    return counted.sort_values(ascending=False).rename("events").reset_index()


def desktop_health(frames: Frames) -> pd.DataFrame:
    """Return for each checkout how often it was synced, failed, drifted, and how its checks went."""
    rows = frames.desktop.assign(bad=frames.desktop["severity"] != "info")
    told = (
        rows.astype({"desktop": "str", "kind": "str"})
        .groupby(["desktop", "kind"])
        .agg(events=("bad", "size"), not_in_order=("bad", "sum"))
    )
    return told.reset_index()


def nights(frames: Frames) -> pd.DataFrame:
    """Return the nights with their money, oldest first."""
    money = frames.costs.groupby("night")["usd"].sum()
    shown = ["started_at", "repository", "trigger", "status", "planned", "success", "failed", "skipped"]
    told = frames.nights.sort_values("started_at")
    cost = told["night"].map(money).fillna(0.0)
    made = told[shown].rename(columns={"success": "accepted"}).astype({"repository": "str"})
    return made.assign(cost_usd=cost, night=told["night"])


def both_ways(frames: Frames, span: Span) -> pd.DataFrame:
    """Return a span's totals by the day nights ran and by the day they stand for."""
    ways = (("by the day they ran", "ran_date"), ("by the day they stand for", "night_date"))
    rows = []
    for words, day in ways:
        some = within(frames, span, day)
        back = int((some.nights["night_date"] != some.nights["ran_date"]).sum())
        rows.append({"nights": words, "backfilled": back, **totals(some)[["issues", "accepted", "cost_usd"]]})
    return pd.DataFrame(rows)


def learning(frames: Frames) -> pd.DataFrame:
    """Return what the ladder has learnt: success and cost by type, complexity and tier."""
    rows = frames.attempts[~frames.attempts["outcome"].isin(_BEFORE_LEARNING) & ~frames.attempts["dry_run"]]
    cells = zip(rows["sequence_type"], rows["complexity"], rows["tier"], rows["accepted"], rows["cost_usd"],
                strict=True)  # fmt: skip
    known = records(
        Trial(kind, hard, tier, bool(good), Decimal(str(usd))) for kind, hard, tier, good, usd in cells
    )
    told = [(one.sequence_type, one.complexity, one.tier, one.trials, one.accepted, one.success,
             float(one.expected_usd), one.sentence()) for one in known]  # fmt: skip
    return pd.DataFrame(
        told,
        columns=[
            "sequence_type",
            "complexity",
            "tier",
            "attempts",
            "accepted",
            "expected_success",
            "expected_usd",
            "evidence",
        ],
    )


def cost_by_day(frames: Frames, span: Span) -> pd.Series:
    """Return dollars by UTC day of booking, every day of the span in it."""
    days = frames.costs["at"].dt.tz_localize(None).dt.normalize()
    last = pd.Timestamp(span.end).tz_localize(None) - pd.Timedelta(days=1)
    index = pd.date_range(pd.Timestamp(span.begin).tz_localize(None), last, freq="D")
    return frames.costs.groupby(days)["usd"].sum().reindex(index, fill_value=0.0)


def _share(part: float, whole: float) -> float:
    return float(part) / whole if whole else float("nan")
