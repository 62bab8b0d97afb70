"""What `overnight.toml` says of tiers: the model behind each, the ladder, and rules of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from ..domain.justification import TAGS
from ..domain.models import ENTRY_TIER, LADDER, Conditions, Tier, TierRule, is_escalation
from ..domain.plans import Complexity, SequenceType
from .sections import Dollars, Section, TierName


class ModelSettings(Section):
    """What one tier's label stands for."""

    model: str = Field(min_length=1)
    """The provider's model id."""
    base_url: str = ""
    """An OpenAI-compatible endpoint; empty means `openai_url`."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; the key itself is never in the file."""
    context_window: int | None = Field(default=None, gt=0)
    """Tokens; unset means the offline price table's figure."""
    input_usd_per_mtok: Dollars | None = None
    cached_usd_per_mtok: Dollars | None = None
    output_usd_per_mtok: Dollars | None = None
    max_output_tokens: int = Field(default=16_000, gt=0)
    request_style: Literal["chat", "responses"] = "chat"
    parallel: int | None = Field(default=None, gt=0)
    """Most requests at once from one worker process; unset: no limit."""
    tool_style: Literal["native", "text"] = "native"
    """`text` also reads tool calls that a server writes into its answer's text, as small local ones do."""
    stream: bool = False
    """Let answers arrive piece by piece: slow models then need no long timeout."""

    @model_validator(mode="after")
    def _prices_are_whole(self) -> ModelSettings:
        prices = {
            "input_usd_per_mtok": self.input_usd_per_mtok,
            "output_usd_per_mtok": self.output_usd_per_mtok,
        }
        missing = [key for key, price in prices.items() if price is None]
        given = self.cached_usd_per_mtok is not None or len(missing) < len(prices)
        if missing and given:
            raise ValueError(
                f"{' and '.join(missing)} missing: write input and output price both (0 for a local model), "
                "or no price at all, for the offline table's"
            )
        return self


class RuleSettings(Section):
    """One row of the selection table; everything that is set must hold."""

    name: str = Field(min_length=1, max_length=80)
    """The reason that is recorded when it wins."""
    tier: TierName
    tag: str = ""
    """Justification tag; an escalation needs one."""
    exempt: bool = False
    """Not counted in, nor refused by, the daily and hourly quota; the tier is mandated."""
    task_types: tuple[SequenceType, ...] = ()
    """Any of these sequence types."""
    complexity: tuple[Complexity, ...] = ()
    """Any of low, medium, high."""
    labels: tuple[str, ...] = ()
    """Any of these labels."""
    files_at_least: int = Field(default=0, ge=0)
    """Files that the issue is likely to touch."""
    is_architecture_task: bool = False
    is_governance_task: bool = False
    is_multi_agent: bool = False
    is_milestone_nearing: bool = False
    heavy: bool = False
    reasoning: bool = False

    @model_validator(mode="after")
    def _is_justified(self) -> RuleSettings:
        escalation = is_escalation(Tier(self.tier))
        if self.tag and self.tag not in TAGS:
            raise ValueError(f"tag {self.tag!r} justifies nothing; the tags are {', '.join(TAGS)}")
        if escalation and not self.tag:
            raise ValueError(f"{self.tier} is an escalation and needs a tag: one of {', '.join(TAGS)}")
        if self.exempt and not escalation:
            raise ValueError(f"{self.tier} is no escalation, so exempt says nothing: remove it")
        return self

    def rule(self) -> TierRule:
        """Return the row as the domain reads it."""
        asked = self.model_dump(exclude={"name", "tier", "tag", "exempt", "task_types", "complexity"})
        when = Conditions(
            task_types=tuple(map(str, self.task_types)), complexity=tuple(map(str, self.complexity)), **asked
        )
        return TierRule(self.name, when, Tier(self.tier), self.tag, self.exempt)


def checked_ladder(ladder: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rungs that are used; ValueError names a rung twice (a cycle), unknown or out of order."""
    for place, rung in enumerate(ladder):
        if rung in ladder[:place]:
            cycle = " → ".join(ladder[ladder.index(rung) : place + 1])
            raise ValueError(f"the ladder goes in a circle ({cycle}): name each rung once")
        if rung not in LADDER:
            raise ValueError(f"{rung!r} is no rung; the rungs are {', '.join(LADDER)}")
    if list(ladder) != [rung for rung in LADDER if rung in ladder]:
        raise ValueError(
            f"the rungs' order is fixed ({', '.join(LADDER)}): leave rungs out, or put other models behind "
            "their labels in [models]"
        )
    if ENTRY_TIER not in ladder:
        raise ValueError(f"{ENTRY_TIER} is where issues start: put it first")
    return ladder


def check_tiers(names: Iterable[str]) -> None:
    """Raise ValueError when a table of models names something that is no tier."""
    unknown = sorted(set(names) - set(Tier))
    if unknown:
        tiers = ", ".join((*LADDER, Tier.LOCAL_BUILDER))
        raise ValueError(f"models: {', '.join(unknown)} is no tier; the tiers are {tiers}")


DEFAULT_MODELS = {
    "gpt-4": ModelSettings(model="gpt-5-mini"),
    "gpt-4-turbo": ModelSettings(model="gpt-5"),
    "gpt-5.1": ModelSettings(model="gpt-5.1"),
}
"""Models that work today: window of 400k each, no rung dearer than the one above."""

SEEDS_MODELS = {
    "gpt-4": ModelSettings(model="gpt-4"),
    "gpt-4-turbo": ModelSettings(model="gpt-4-turbo"),
    "gpt-5.1": ModelSettings(model="gpt-5.1"),
}
"""Preset `seeds`: every label taken literally."""

PRESETS = {"default": DEFAULT_MODELS, "seeds": SEEDS_MODELS}
