"""Desks whose writes go through the outbox and one shared pace, on clocks that do not wait."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from include.overnight.adapters.github import GitHubWriter, Pace, Patience, SharedPacer
from include.overnight.adapters.ledger import LedgerDatabase

from ..fakes import StagedDesk


class LeapingClock:
    """The machine's clock; waiting only moves it."""

    def __init__(self):
        self.ahead = timedelta()

    def now(self):
        return datetime.now(UTC) + self.ahead

    def sleep(self, seconds):
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class BoxedDesk(StagedDesk):
    """A staged desk as the workers of a night have it."""

    @cached_property
    def clock(self):
        return LeapingClock()

    @cached_property
    def box(self):
        return LedgerDatabase(self.ledger_url, self.redactor.clean_value, self.clock.now)

    @cached_property
    def writer(self):
        pacer = SharedPacer(
            self.box.turns,
            self.tracker.login,
            Pace(lateness=30.0),
            now=self.clock.now,
            sleep=self.clock.sleep,
        )
        return GitHubWriter(
            self.github.client,
            clean=self.redactor.clean,
            pacer=pacer,
            patience=Patience(sleep=self.clock.sleep),
            outbox=self.box.outbox,
        )


def boxed(desk):
    """Return the same desk with an outbox."""
    return BoxedDesk(
        desk.settings, desk.credentials, scripted=desk.scripted, tiers=desk.tiers, counsel=desk.counsel
    )
