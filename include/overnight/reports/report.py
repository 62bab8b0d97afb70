"""A report as data: figures, sentences and tables, before anybody draws or writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from ..domain.expected_nights import Missed, Schedule
from ..domain.orders import Limits
from ..domain.periods import Period, Span


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report is told besides the frames.

    :param limits: in force now, where settings tell them.
    :param schedules: when nights are due; none: nothing can be missed.
    :param repository: OWNER/NAME the report is about, "" for all.
    :param archived: nights of the time looked at whose events left the ledger.
    :param first_nights: repository in lower case → its first night on record.
    """

    now: datetime
    limits: Limits = field(default_factory=Limits)
    schedules: tuple[Schedule, ...] = ()
    repository: str = ""
    archived: int = 0
    first_nights: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure, with how it stood in the period before."""

    label: str
    value: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    :param key: name in CSV and Parquet.
    :param picture: kind of picture to draw of it beside the table, "" for none.
    """

    key: str
    title: str
    frame: pd.DataFrame
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading with its sentences and tables; empty ones say why."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one period."""

    period: Period
    span: Span
    title: str
    facts: Facts
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    missed: tuple[Missed, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(table for section in self.sections for table in section.tables)
