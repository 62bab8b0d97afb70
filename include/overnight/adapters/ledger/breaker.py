"""When a circuit breaker opens, lets a probe through, and waits longer: one endpoint's state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
WITHIN = timedelta(minutes=10)
SPANNING = timedelta(seconds=15)
"""From the first to the last of them: builds that run side by side fail at one moment of one blip."""
SHORTEST, LONGEST = 60, 900
"""Seconds from one probe to the next: doubled by every probe that fails."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """One endpoint's state.

    :param failures: moments of failures in a row, the first and the latest ones.
    :param kind: of the latest failure.
    :param opened_at: None while it is closed.
    :param probe_at: when the next probe may go.
    :param probing: a probe went, and its result is not known.
    :param cooldown: seconds.
    """

    endpoint: str
    failures: tuple[datetime, ...] = ()
    kind: str = ""
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    probing: bool = False
    cooldown: int = SHORTEST

    def failed(self, now: datetime, kind: str) -> Circuit:
        """Return the state after a failure."""
        recent = (*(at for at in self.failures if at > now - WITHIN), now)
        recent = (recent[0], *recent[1:][1 - FAILURES :])
        after = replace(self, failures=recent, kind=kind, probing=False)
        lasting = now - recent[0] >= SPANNING
        if self.opened_at is None and len(recent) >= FAILURES and lasting:
            return replace(after, opened_at=now, probe_at=now + timedelta(seconds=SHORTEST))
        if self.opened_at is not None and self.probing:
            longer = min(LONGEST, self.cooldown * 2)
            return replace(after, cooldown=longer, probe_at=now + timedelta(seconds=longer))
        return after

    def wait(self, now: datetime) -> float:
        """Return seconds until a probe may go; a clock that was put back lets one go at once."""
        seconds = (self.probe_at - now).total_seconds() if self.probe_at else 0.0
        return seconds if 0 < seconds <= self.cooldown else 0.0
