"""Fakes that stand where a port stands: a builder that plays a script, a clock that is told the time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from include.overnight.assembly import Overnight
from include.overnight.domain.changes import BuildOutcome, Commission, Usage
from include.overnight.domain.models import LADDER
from include.overnight.ports import Budget, Builder, Handle, Tree

Deed = Callable[[Path], None] | Exception
"""What the builder does to a work tree in one attempt, or how it fails."""


def writes(path: str, text: str) -> Deed:
    """Return the deed of writing one file."""

    def deed(tree: Path) -> None:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)

    return deed


@dataclass
class ScriptedBuilder:
    """Plays a deed per attempt of an issue, the last one for ever; costs what it is told to."""

    scripts: Mapping[int, Sequence[Deed]]
    cost: Decimal = Decimal("0.01")
    commissions: list[Commission] = field(default_factory=list)
    _begun: dict[str, tuple[Commission, Tree, Budget]] = field(default_factory=dict)

    def begin(self, commission: Commission, tree: Tree, budget: Budget) -> Handle:
        self.commissions.append(commission)
        handle = Handle("scripted", f"{commission.issue.number}/{commission.attempt}")
        self._begun[handle.id] = (commission, tree, budget)
        return handle

    def collect(self, handle: Handle) -> BuildOutcome:
        commission, tree, budget = self._begun.pop(handle.id)
        deeds = self.scripts[commission.issue.number]
        deed = deeds[min(commission.attempt, len(deeds)) - 1]
        reservation = budget.reserve(self.cost)
        budget.settle(reservation, self.cost, 150)
        if isinstance(deed, Exception):
            raise deed
        deed(tree.path)
        return BuildOutcome(
            summary="did it",
            usage=Usage(100, 50, 0, 1, self.cost),
            model="scripted",
            prompt_version="test/1",
            seconds=0.1,
            transcript="[]",
        )

    def transcript(self, handle: Handle) -> str:
        return ""


@dataclass(frozen=True)
class StagedDesk(Overnight):
    """The real desk with a scripted builder on every rung."""

    scripted: ScriptedBuilder = field(default_factory=lambda: ScriptedBuilder({}))
    tiers: Mapping[str, str] = field(
        default_factory=lambda: {**dict.fromkeys(LADDER, ""), "local-builder": "off"}
    )

    def builder(self, tier: str) -> Builder:
        return self.scripted

    def available_tiers(self) -> Mapping[str, str]:
        return self.tiers


@dataclass
class ToldClock:
    """A clock that stands still until it is told to go on; sleeping moves it."""

    moment: datetime = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
