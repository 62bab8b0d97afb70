"""Dollars for tokens, from settings or the offline price table; always Decimal, never rounded down."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from functools import cache

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price

from ...domain.changes import Usage
from ...domain.errors import SettingsError
from .endpoints import ModelEndpoint

_MILLION = Decimal(1_000_000)
_MICRO = Decimal("0.000001")


def price(endpoint: ModelEndpoint, usage: Usage) -> Decimal:
    """Return what the tokens cost; cached input tokens are part of the input and priced as cached.

    :raises SettingsError: neither settings nor the price table know the model.
    """
    if _has_own_prices(endpoint):
        return _own_price(endpoint, usage).quantize(_MICRO, ROUND_UP)
    priced = PricedUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens, usage.input_tokens),
    )
    return _table_price(endpoint, priced).quantize(_MICRO, ROUND_UP)


def upper_bound(endpoint: ModelEndpoint, *, input_tokens: int, max_tokens: int) -> Decimal:
    """Return the most a request can cost: nothing cached, every output token used."""
    return price(endpoint, Usage(input_tokens=input_tokens, output_tokens=max_tokens))


def context_window(endpoint: ModelEndpoint) -> int | None:
    """Return the window in tokens, from settings or the price table; None when nobody knows."""
    return endpoint.context_window or _table_window(endpoint.model)


def _has_own_prices(endpoint: ModelEndpoint) -> bool:
    return endpoint.input_usd_per_mtok is not None or endpoint.output_usd_per_mtok is not None


def _own_price(endpoint: ModelEndpoint, usage: Usage) -> Decimal:
    full = endpoint.input_usd_per_mtok or Decimal(0)
    cached = full if endpoint.cached_usd_per_mtok is None else endpoint.cached_usd_per_mtok
    output = endpoint.output_usd_per_mtok or Decimal(0)
    reused = min(usage.cached_tokens, usage.input_tokens)
    fresh = usage.input_tokens - reused
    return (fresh * full + reused * cached + usage.output_tokens * output) / _MILLION


def _table_price(endpoint: ModelEndpoint, usage: PricedUsage) -> Decimal:
    try:
        return Decimal(calc_price(usage, endpoint.model, provider_id="openai").total_price)
    except LookupError as error:
        raise SettingsError(
            f"no price is known for {endpoint.model} (tier {endpoint.tier}):"
            f" set models.{endpoint.tier}.input_usd_per_mtok and output_usd_per_mtok (0 for a local model)"
        ) from error


@cache
def _table_window(model: str) -> int | None:
    try:
        known = calc_price(PricedUsage(input_tokens=1, output_tokens=1), model, provider_id="openai")
    except LookupError:
        return None
    return known.model.context_window
