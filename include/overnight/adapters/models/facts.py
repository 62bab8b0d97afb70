"""What is known of a tier's model without asking it."""

from __future__ import annotations

from decimal import Decimal

from ...domain.changes import Usage
from ...domain.errors import SettingsError
from ...domain.models import TierFacts
from .endpoints import ModelEndpoint
from .prices import context_window, price

_MILLION = 1_000_000


def tier_facts(endpoint: ModelEndpoint) -> TierFacts:
    """Return the facts; prices are None when neither settings nor the price table know the model."""
    return TierFacts(
        tier=endpoint.tier,
        model=endpoint.model,
        endpoint=endpoint.base_url,
        window=context_window(endpoint),
        input_usd=_price(endpoint, Usage(input_tokens=_MILLION)),
        output_usd=_price(endpoint, Usage(output_tokens=_MILLION)),
    )


def _price(endpoint: ModelEndpoint, usage: Usage) -> Decimal | None:
    try:
        return price(endpoint, usage)
    except SettingsError:
        return None
