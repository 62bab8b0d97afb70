"""The rungs of the ladder as settings and keys make them: endpoints, prices, and which may be used now."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from .credentials import Credentials
from .domain.errors import SettingsError
from .domain.models import ENTRY_TIER, LADDER, Tier, TierFacts
from .settings import Settings

if TYPE_CHECKING:
    from .adapters.models import ModelEndpoint

_PROBE_HOLDS = 30.0
"""Seconds for which what the local model server answered is believed."""


@dataclass
class Rungs:
    """Every tier that settings name."""

    settings: Settings
    credentials: Credentials
    _probed: dict[str, tuple[float, str]] = field(default_factory=dict)

    @cached_property
    def endpoints(self) -> Mapping[str, ModelEndpoint]:
        from .adapters.models import ModelEndpoint

        url = self.credentials.openai_url or self.settings.values.openai_url
        return {
            tier: ModelEndpoint(
                tier=tier,
                base_url=model.base_url or url,
                api_key=self.credentials.keys.get(model.api_key_env, ""),
                **model.model_dump(exclude={"base_url", "api_key_env"}),
            )
            for tier, model in self.settings.models.items()
        }

    @cached_property
    def payable(self) -> Mapping[str, ModelEndpoint]:
        """The endpoints that requests go to: an unknown price counts as none, where settings allow that."""
        if not self.settings.values.allow_unknown_prices:
            return self.endpoints
        free = Decimal(0)
        return {
            tier: endpoint
            if self.facts[tier].priced
            else replace(endpoint, input_usd_per_mtok=free, output_usd_per_mtok=free)
            for tier, endpoint in self.endpoints.items()
        }

    @cached_property
    def facts(self) -> Mapping[str, TierFacts]:
        from .adapters.models.facts import tier_facts

        return {tier: tier_facts(endpoint) for tier, endpoint in self.endpoints.items()}

    def available(self) -> Mapping[str, str]:
        """Return tier → "" when usable, else why it is not."""
        return {tier: self._why_not(tier) for tier in (*LADDER, Tier.LOCAL_BUILDER)}

    def primary_health(self) -> str:
        """Return "" when the entry tier's server answers and has its model, else what is wrong."""
        from .adapters.models import endpoint_is_up

        return self._why_not(ENTRY_TIER) or endpoint_is_up(self.endpoints[ENTRY_TIER])

    def list_price(self, tier: str, input_tokens: int, output_tokens: int) -> Decimal:
        """Return dollars at list price; 0 where it costs nothing or has no known price."""
        from .adapters.models import upper_bound

        endpoint = self.endpoints.get(tier)
        if endpoint is None:
            return Decimal(0)
        try:
            return upper_bound(endpoint, input_tokens=input_tokens, max_tokens=output_tokens)
        except SettingsError:
            return Decimal(0)

    def _why_not(self, tier: str) -> str:
        model, values = self.settings.models.get(tier), self.settings.values
        if tier == Tier.LOCAL_BUILDER and not values.desktop_builder_enabled:
            return "DESKTOP_BUILDER_ENABLED is not true"
        if model is None:
            left_out = tier in LADDER and tier not in values.ladder
            return "the ladder leaves it out" if left_out else f'no [models."{tier}"] in the settings'
        if model.api_key_env and not self.credentials.keys.get(model.api_key_env):
            return f"{model.api_key_env} not set"
        if not self.facts[tier].priced and not values.allow_unknown_prices:
            return (
                f"no price is known for {model.model}: set input_usd_per_mtok and "
                f'output_usd_per_mtok in [models."{tier}"], or allow_unknown_prices'
            )
        return self._probe(tier) if tier == Tier.LOCAL_BUILDER else ""

    def _probe(self, tier: str) -> str:
        from .adapters.models import endpoint_is_up

        asked, answer = self._probed.get(tier, (float("-inf"), ""))
        if time.monotonic() - asked > _PROBE_HOLDS:
            answer = endpoint_is_up(self.endpoints[tier])
            self._probed[tier] = (time.monotonic(), answer)
        return answer
