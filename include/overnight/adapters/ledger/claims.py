"""Leases on issues, with a fencing number that grows with every holder and never starts again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ...domain.errors import FenceLost
from ...ports import Claim
from .engine import lock
from .store import Store, upsert
from .tables import claims


class SqlClaims:
    """The `Claims` port. A row stays when its claim ends, since its fence must outlive it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, repository: str, issue: int, night: str, seconds: float) -> Claim | None:
        """Take an issue; None while another night holds it.

        The same night takes over at once, with a higher fence: that is a retried task whose earlier
        self is dead or must be made so.
        """
        with self._store.write() as connection:
            lock(connection, _name(repository, issue))
            row, now = _row(connection, repository, issue), self._store.now()
            if row and row.night != night and not row.released and row.expires_at > now:
                return None
            fence = row.fence + 1 if row else 1
            taken = Claim(repository, issue, night, fence, now + timedelta(seconds=seconds))
            _save(connection, taken)
            return taken

    def renew(self, claim: Claim, seconds: float) -> Claim:
        """Prolong; an expired claim that nobody took is still ours. FenceLost when somebody did."""
        with self._store.write() as connection:
            require(connection, claim, shared=False)
            expires_at = self._store.now() + timedelta(seconds=seconds)
            renewed = Claim(claim.repository, claim.issue, claim.night, claim.fence, expires_at)
            _save(connection, renewed)
            return renewed

    def release(self, claim: Claim) -> None:
        """Give it back; silent when already lost."""
        with self._store.write() as connection:
            lock(connection, _name(claim.repository, claim.issue))
            connection.execute(
                update(claims)
                .where(claims.c.repository == claim.repository, claims.c.issue == claim.issue)
                .where(claims.c.fence == claim.fence)
                .values(released=True)
            )

    def holder(self, repository: str, issue: int) -> Claim | None:
        """Return the claim in force, if any."""
        with self._store.read() as connection:
            row = _row(connection, repository, issue)
        if row is None or row.released or row.expires_at <= self._store.now():
            return None
        return Claim(row.repository, row.issue, row.night, row.fence, row.expires_at)

    def abandoned(self, repository: str, issue: int, night: str) -> bool:
        """Return whether this night held the issue last and its lease expired without a release."""
        with self._store.read() as connection:
            row = _row(connection, repository, issue)
        return bool(row and row.night == night and not row.released and row.expires_at <= self._store.now())


def require(connection: Connection, claim: Claim, *, shared: bool = True) -> None:
    """Raise FenceLost unless the claim is the newest and not given back; it stays so in this transaction."""
    lock(connection, _name(claim.repository, claim.issue), shared=shared)
    row = _row(connection, claim.repository, claim.issue)
    if row is None or row.fence != claim.fence or row.released:
        holder = f"night {row.night} with fence {row.fence}" if row and not row.released else "nobody"
        raise FenceLost(
            f"issue #{claim.issue}: fence {claim.fence} of night {claim.night} is no longer in force "
            f"(held by {holder}); this worker must stop"
        )


def _name(repository: str, issue: int) -> str:
    return f"claim/{repository}/{issue}"


def _row(connection: Connection, repository: str, issue: int) -> Row[Any] | None:
    query = select(claims).where(claims.c.repository == repository, claims.c.issue == issue)
    return connection.execute(query).one_or_none()


def _save(connection: Connection, claim: Claim) -> None:
    row = {
        "repository": claim.repository,
        "issue": claim.issue,
        "night": claim.night,
        "fence": claim.fence,
        "expires_at": claim.expires_at,
        "released": False,
    }
    upsert(connection, claims, [row])
