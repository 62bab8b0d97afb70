"""Dollars, reserved before they are spent: by attempt, by issue over its life, by night and by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from ...domain.changes import Usage
from ...domain.errors import NotFound, OverBudget, SettingsError
from ...domain.orders import NightOrder
from ...domain.sharing import kept_dollars, month_left
from ...ports import Claim
from ...ports.history import Booking
from .chain import uuid7
from .claims import require
from .engine import lock
from .sharing import sharers
from .store import Store
from .tables import spending

_MICROS = Decimal(1_000_000)
_MOST = Decimal(1_000_000_000)
"""Dollars; more is a mistake somewhere, and would not fit into the column."""


class SqlBudgets:
    """The `Budgets` port; money is kept in whole millionths of a dollar, rounded up.

    A reservation belongs to the UTC month in which it was made, also when it is settled in the next one or
    the clock is put back: no dollar is counted in two months, and none in no month.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self, order: NightOrder, repository: str, issue: int, attempt: str, *, claim: Claim | None = None
    ) -> SqlBudget:
        """Return the budget of one attempt.

        :param claim: checked by every reservation, when given.
        """
        return SqlBudget(self._store, order, repository, issue, attempt, claim)

    def spent(
        self,
        *,
        repository: str | None = None,
        issue: int | None = None,
        night: str | None = None,
        attempt: str | None = None,
    ) -> Decimal:
        """Return dollars spent or reserved in the scope that all given names narrow down to.

        Without any: the current UTC month, of all repositories. Issue and repository alone: their lifetime.
        """
        given = {"repository": repository, "issue": issue, "night": night, "attempt": attempt}
        scope = [spending.c[name] == value for name, value in given.items() if value is not None]
        with self._store.read() as connection:
            return _dollars(_booked(connection, *scope or [spending.c.month == _month(self._store.now())]))

    def bookings(self, since: datetime, until: datetime, repository: str | None = None) -> Iterator[Booking]:
        """Yield what was booked from `since` until before `until`, oldest first."""
        query = select(spending).where(spending.c.at >= since, spending.c.at < until).order_by(spending.c.at)
        if repository is not None:
            query = query.where(spending.c.repository == repository)
        with self._store.read() as connection:
            for row in connection.execute(query.execution_options(yield_per=1000)):
                yield Booking(
                    at=row.at,
                    repository=row.repository,
                    night=row.night,
                    issue=row.issue,
                    attempt=row.attempt,
                    usd=_dollars(row.booked),
                    tokens=row.tokens,
                    settled=row.settled_at is not None,
                )


@dataclass(frozen=True, slots=True)
class SqlBudget:
    """The `Budget` port: one attempt's purse."""

    store: Store
    order: NightOrder
    repository: str
    issue: int
    attempt: str
    claim: Claim | None = None

    def reserve(self, usd: Decimal) -> str:
        """Reserve an upper bound and return its id; until it is settled it counts as spent.

        :raises OverBudget: a limit would be crossed; the message names it.
        :raises FenceLost: another worker holds the issue now.
        """
        asked = _micros(usd)
        with self.store.write() as connection:
            if self.claim is not None:
                require(connection, self.claim)
            lock(connection, "budget")
            now = self.store.now()
            self._refuse_beyond_limits(connection, asked, _month(now))
            self._refuse_beyond_share(connection, asked, now)
            return self._book(connection, asked, now)

    def settle(self, reservation: str, usage: Usage) -> None:
        """Book what it really cost, even above the reservation; a second settlement changes nothing.

        :raises NotFound: no such reservation.
        """
        booked = _micros(usage.cost_usd)
        with self.store.write() as connection:
            mine = spending.c.id == reservation
            if connection.execute(select(spending.c.id).where(mine)).one_or_none() is None:
                raise NotFound(f"there is no reservation {reservation} in the ledger")
            connection.execute(
                update(spending)
                .where(mine, spending.c.settled_at.is_(None))
                .values(booked=booked, tokens=max(0, usage.tokens), settled_at=self.store.now())
            )

    def _refuse_beyond_limits(self, connection: Connection, asked: int, month: str) -> None:
        limits, table = self.order.limits, spending.c
        same_issue = (table.repository == self.repository) & (table.issue == self.issue)
        for name, limit, scope in (
            ("attempt", limits.attempt_usd, same_issue & (table.attempt == self.attempt)),
            ("issue", limits.issue_usd, same_issue),
            ("night", limits.night_usd, table.night == self.order.night),
            ("month", limits.month_usd, table.month == month),
        ):
            booked = _booked(connection, scope)
            if _dollars(booked + asked) > limit:
                raise OverBudget(
                    f"the limit of ${limit:.2f} for one {name} would be crossed: ${_dollars(booked):.4f} "
                    f"is spent or reserved, ${_dollars(asked):.4f} more was asked for (limits.{name}_usd)",
                    name,
                )

    def _refuse_beyond_share(self, connection: Connection, asked: int, now: datetime) -> None:
        """Refuse what other repositories' part of the month is needed for."""
        weights, limit = self.order.weights, self.order.limits.month_usd
        mine = weights.get(self.order.full_name.lower())
        if mine is None or len(weights) < 2:
            return
        total, this_month = sum(weights.values(), Decimal(0)), spending.c.month == _month(now)
        own = _booked(connection, this_month, spending.c.repository == self.repository)
        if _dollars(own + asked) <= limit * mine / total:
            return
        kept = Decimal(0)
        for node, weight in sharers(connection, self.order):
            spent = _dollars(_booked(connection, this_month, spending.c.repository == node))
            kept += kept_dollars(limit, weight, total, spent, month_left(now))
        booked = _dollars(_booked(connection, this_month))
        if booked + _dollars(asked) > limit - kept:
            raise OverBudget(
                f"its own part of the month (${limit * mine / total:.2f} of ${limit:.2f}) is spent, and "
                f"${kept:.2f} of the rest is kept for other repositories (`share` of each in settings)",
                "month",
            )

    def _book(self, connection: Connection, asked: int, now: datetime) -> str:
        row = {
            "id": uuid7(now),
            "repository": self.repository,
            "night": self.order.night,
            "issue": self.issue,
            "attempt": self.attempt,
            "month": _month(now),
            "at": now,
            "reserved": asked,
            "booked": asked,
            "tokens": 0,
        }
        connection.execute(insert(spending).values(row))
        return str(row["id"])


def _booked(connection: Connection, *scope: ColumnElement[bool]) -> int:
    return int(
        connection.execute(select(func.coalesce(func.sum(spending.c.booked), 0)).where(*scope)).scalar_one()
    )


def _micros(usd: Decimal) -> int:
    if not usd.is_finite() or not 0 <= usd <= _MOST:
        raise SettingsError(f"{usd} is not an amount of dollars")
    return int((usd * _MICROS).to_integral_value(ROUND_CEILING))


def _dollars(micros: int) -> Decimal:
    return Decimal(micros) / _MICROS


def _month(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m")
