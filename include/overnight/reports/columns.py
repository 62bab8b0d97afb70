"""What the frames hold: every column with its dtype, unit and meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

_TEXT, _WORD, _FLAG = "str", "category", "bool"
_COUNT, _NUMBER, _MOMENT, _DAY = "int64", "float64", "datetime64[us, UTC]", "datetime64[us]"
_OPTIONAL = "Int64"


class Column(NamedTuple):
    """One column of a frame.

    :param unit: "" where it has none.
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""


_REPOSITORY = Column("repository", _WORD, "full name, OWNER/NAME; GitHub's node id where no night told it")
_NIGHT = Column("night", _TEXT, "night id; empty outside a night")
_NIGHT_DATE = Column(
    "night_date", _DAY, "UTC day of the night the row stands for: the logical date of a backfilled one", "day"
)
_RAN_DATE = Column("ran_date", _DAY, "UTC day on which that night really ran", "day")
_ISSUE = Column("issue", _COUNT, "issue number")
_AT = Column("at", _MOMENT, "moment of the event", "UTC")
_DRY = Column("dry_run", _FLAG, "the night published nothing")
_PLACE = (_NIGHT, _NIGHT_DATE, _RAN_DATE, _REPOSITORY)
_TYPE = Column("sequence_type", _WORD, "the issue's sequence type")
_COMPLEXITY = Column("complexity", _WORD, "low, medium or high")

TABLES: Mapping[str, tuple[Column, ...]] = {
    "nights": (
        *_PLACE,
        Column("trigger", _WORD, "scheduled, manual, backfill or cli"),
        Column("logical_date", _MOMENT, "the moment the night stands for, if it has one", "UTC"),
        Column("started_at", _MOMENT, "admitted, or skipped, at", "UTC"),
        Column("finished_at", _MOMENT, "summarized at", "UTC"),
        Column("status", _WORD, "running, completed or skipped"),
        _DRY,
        Column("planned", _COUNT, "issues in the plan"),
        Column("excluded", _COUNT, "issues left out of it"),
        Column("success", _COUNT, "issues that ended with an accepted change"),
        Column("failed", _COUNT, "issues that failed or crashed"),
        Column("skipped", _COUNT, "issues blocked, parked, skipped or awaiting approval"),
        Column("month_limit_usd", _NUMBER, "limits.month_usd of the night's order", "US$"),
        Column("day_limit", _COUNT, "escalations a day by the night's order"),
        Column("night_limit_usd", _NUMBER, "limits.night_usd of the night's order", "US$"),
    ),
    "issues": (
        *_PLACE,
        _ISSUE,
        Column("title", _TEXT, "the issue's title, untrusted text"),
        _TYPE,
        _COMPLEXITY,
        Column("status", _WORD, "final status of the night; empty while it runs"),
        Column("outcome", _WORD, "success, failed or skipped: the seeds' three words; empty while it runs"),
        Column("planned_at", _MOMENT, "planned at", "UTC"),
        Column("ended_at", _MOMENT, "final status at", "UTC"),
        Column("pull_request", _OPTIONAL, "number of its pull request"),
        Column("pull_request_state", _WORD, "merged or closed; empty while nobody decided"),
        Column("settled_at", _MOMENT, "merged or closed at", "UTC"),
        _DRY,
    ),
    "attempts": (
        _AT,
        *_PLACE,
        _ISSUE,
        Column("attempt", _TEXT, '"<night>/<issue>/<n>"'),
        Column("number", _COUNT, "1-based over the issue's night"),
        _TYPE,
        _COMPLEXITY,
        Column("tier", _WORD, "rung of the ladder"),
        Column("model", _WORD, "the model behind it"),
        Column("outcome", _WORD, "how it ended"),
        Column("failure", _WORD, "kind of a model failure; empty otherwise"),
        Column("accepted", _FLAG, "every gate passed"),
        Column("input_tokens", _COUNT, "tokens sent", "tokens"),
        Column("output_tokens", _COUNT, "tokens received", "tokens"),
        Column("cached_tokens", _COUNT, "input tokens from the provider's cache", "tokens"),
        Column("requests", _COUNT, "model requests"),
        Column("cost_usd", _NUMBER, "by real usage", "US$"),
        Column("seconds", _NUMBER, "wall clock", "s"),
        _DRY,
    ),
    "escalations": (
        _AT,
        *_PLACE,
        _ISSUE,
        Column("attempt", _TEXT, '"<night>/<issue>/<n>"'),
        _TYPE,
        Column("from_tier", _WORD, "tier it came from"),
        Column("to_tier", _WORD, "tier it went to"),
        Column("reason", _WORD, "rule or step that asked for it"),
        Column("justification", _WORD, "its tag"),
        Column("exempt", _FLAG, "neither counted in nor refused by day and hour"),
        Column("review", _FLAG, "listed for review"),
        Column("quota_remaining", _COUNT, "escalations left before the next limit"),
        Column("outcome", _WORD, "how its attempt ended; empty while it runs"),
    ),
    "gates": (
        _AT,
        *_PLACE,
        _ISSUE,
        Column("gate", _WORD, "one of the nine"),
        Column("status", _WORD, "pass, fail or not_applicable"),
        Column("findings", _COUNT, "what it found"),
        Column("seconds", _NUMBER, "wall clock", "s"),
    ),
    "quota": (
        _AT,
        *_PLACE,
        Column("kind", _WORD, "reserved, refused, throttle_opened, throttle_closed or budget_refused"),
        Column("tier", _WORD, "tier asked for"),
        Column("justification", _WORD, "tag of the ask"),
        Column("exempt", _FLAG, "neither counted in nor refused by day and hour"),
        Column("daily", _COUNT, "escalations counted that UTC day, this one included"),
        Column("hourly", _COUNT, "counted within the hour"),
        Column("concurrent", _COUNT, "held at once"),
        Column("reason", _TEXT, "the quota's own words"),
    ),
    "costs": (
        _AT,
        *_PLACE,
        _ISSUE,
        Column("attempt", _TEXT, '"<night>/<issue>/<n>", or another last part: judge'),
        _TYPE,
        Column("tier", _WORD, "tier of the attempt; empty for what belongs to none"),
        Column("usd", _NUMBER, "spent, or reserved while the real cost is not known", "US$"),
        Column("tokens", _COUNT, "input and output", "tokens"),
        Column("settled", _FLAG, "the real cost is known"),
    ),
    "heals": (
        _AT,
        *_PLACE,
        _ISSUE,
        Column("attempt", _TEXT, '"<night>/<issue>/<n>"'),
        Column("kind", _WORD, "kind of failure"),
        Column("action", _WORD, "what was done about it"),
        Column("tier", _WORD, "tier that failed"),
        Column("to_tier", _WORD, "tier that took over; empty when it stayed"),
    ),
    "desktop": (
        _AT,
        Column("desktop", _WORD, "name of the checkout, or of the builders' stream"),
        Column("kind", _WORD, "event type"),
        Column("severity", _WORD, "info, warning, error or critical"),
        Column("description", _TEXT, "what was said"),
    ),
    "lessons": (
        _AT,
        *_PLACE,
        Column("kind", _WORD, "learnt or retired"),
        Column("description", _TEXT, "the lesson"),
    ),
    "events": (
        Column("id", _TEXT, "uuid7"),
        _AT,
        Column("type", _WORD, "event type"),
        Column("severity", _WORD, "info, warning, error or critical"),
        _REPOSITORY,
        _NIGHT,
        Column("issue", _OPTIONAL, "issue number, if it is about one"),
        Column("attempt", _TEXT, '"<night>/<issue>/<n>", if it is about one'),
        _DRY,
    ),
}
"""Frame → its columns, in order."""


def typed(table: str, rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return a frame of rows in the table's column order, with its dtypes; no rows give an empty one."""
    columns = TABLES[table]
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {column.name: _series(column.dtype, list(cell)) for column, cell in zip(columns, cells, strict=True)}
    )


def joined(table: str, pages: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return pages as one frame; words that pages know different ones of become one set."""
    if not pages:
        return typed(table, ())
    whole = pd.concat(pages, ignore_index=True)
    words = [column.name for column in TABLES[table] if column.dtype == _WORD]
    return whole.astype({name: _WORD for name in words if whole[name].dtype != _WORD})


def _series(dtype: str, cells: list[Any]) -> pd.Series[Any]:
    if dtype in {_MOMENT, _DAY}:
        return pd.Series(pd.to_datetime(cells, utc=dtype == _MOMENT, format="ISO8601")).astype(dtype)
    if dtype == _WORD:
        return pd.Series(cells, dtype=_TEXT).astype(_WORD)
    return pd.Series(cells, dtype=dtype)
