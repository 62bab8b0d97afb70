"""Fakes that stand where a port stands: a builder that plays a script, a clock that is told the time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from include.overnight.assembly import Overnight
from include.overnight.domain.changes import BuildOutcome, Commission, Usage
from include.overnight.domain.errors import ModelFailure
from include.overnight.domain.healing import Action, HealingStep
from include.overnight.domain.models import LADDER
from include.overnight.domain.reviewing import (
    Judgement,
    PlanBrief,
    Review,
    ReviewBrief,
    TestBrief,
    WrittenFile,
)
from include.overnight.ports import Advisor, Budget, Builder, Handle, Healer, Tree

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

    def begin(self, commission: Commission, tree: Tree, budget: Budget, healer: Healer) -> Handle:
        self.commissions.append(commission)
        handle = Handle("scripted", f"{commission.issue.number}/{commission.attempt}")
        self._begun[handle.id] = (commission, tree, budget)
        return handle

    def collect(self, handle: Handle) -> BuildOutcome:
        commission, tree, budget = self._begun.pop(handle.id)
        deeds = self.scripts[commission.issue.number]
        deed = deeds[min(commission.attempt, len(deeds)) - 1]
        reservation = budget.reserve(self.cost)
        usage = Usage(100, 50, 0, 1, self.cost)
        budget.settle(reservation, usage)
        if isinstance(deed, Exception):
            raise deed
        deed(tree.path)
        return BuildOutcome(
            summary="did it",
            usage=usage,
            model="scripted",
            prompt_version="test/1",
            seconds=0.1,
            transcript="[]",
        )

    def transcript(self, handle: Handle) -> str:
        return ""


@dataclass
class ScriptedAdvisor:
    """Agrees with every change and proves it by a line of the diff; writes the plans and tests it has."""

    plans: Sequence[str] = ()
    tests: Sequence[WrittenFile] = ()
    opinion: Callable[[ReviewBrief], Review] | Exception | None = None
    cost: Decimal = Decimal(0)
    reviews: list[ReviewBrief] = field(default_factory=list)
    briefs: list[PlanBrief] = field(default_factory=list)

    def review(self, tier: str, brief: ReviewBrief, budget: Budget, healer: Healer) -> Review:
        self._pay(budget)
        self.reviews.append(brief)
        if isinstance(self.opinion, Exception):
            raise self.opinion
        return self.opinion(brief) if self.opinion else agreement(brief, tier)

    def write_tests(
        self, tier: str, brief: TestBrief, budget: Budget, healer: Healer
    ) -> tuple[WrittenFile, ...]:
        self._pay(budget)
        return tuple(self.tests)

    def write_plan(self, tier: str, brief: PlanBrief, budget: Budget, healer: Healer) -> str:
        self._pay(budget)
        self.briefs.append(brief)
        return self.plans[min(len(self.briefs), len(self.plans)) - 1] if self.plans else ""

    def _pay(self, budget: Budget) -> None:
        if self.cost:
            budget.settle(budget.reserve(self.cost), Usage(10, 5, 0, 1, self.cost))


def agreement(brief: ReviewBrief, tier: str = "") -> Review:
    """Return a review that finds every criterion met in the longest added line of the diff."""
    added = [line[1:] for line in brief.diff.splitlines() if line.startswith("+") and line[:3] != "+++"]
    quote = max(added, key=len, default="")
    return Review(tuple(Judgement(text, True, quote) for text in brief.criteria), model="scripted", tier=tier)


class PassiveHealer:
    """Ends every attempt at its first failure."""

    def treat(self, failure: ModelFailure) -> HealingStep:
        return HealingStep(Action.DOWN, None, str(failure))

    def answered(self) -> None:
        return

    def rest(self, seconds: float) -> None:
        return


@dataclass(frozen=True)
class StagedDesk(Overnight):
    """The real desk with a scripted builder on every rung."""

    scripted: ScriptedBuilder = field(default_factory=lambda: ScriptedBuilder({}))
    tiers: Mapping[str, str] = field(
        default_factory=lambda: {**dict.fromkeys(LADDER, ""), "local-builder": "off"}
    )

    counsel: ScriptedAdvisor = field(default_factory=ScriptedAdvisor)

    def builder(self, name: str) -> Builder:
        return self.scripted

    @property
    def advisor(self) -> Advisor:
        return self.counsel

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
