"""Prices from settings and from the offline table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.overnight.adapters.models import ModelEndpoint, price, upper_bound
from include.overnight.adapters.models.prices import context_window
from include.overnight.domain.changes import Usage
from include.overnight.domain.errors import SettingsError

MILLION = 1_000_000


def endpoint(model: str = "gpt-5.1", **changes: Any) -> ModelEndpoint:
    return ModelEndpoint("gpt-5.1", model, "http://model.invalid/v1", "sk-" + "hidden", **changes)


def test_the_table_knows_the_shipped_models():
    assert price(endpoint(), Usage(MILLION, 0)) == Decimal("1.25")
    assert price(endpoint(), Usage(0, MILLION)) == Decimal(10)


def test_cached_input_is_priced_as_cached():
    assert price(endpoint(), Usage(MILLION, 0, cached_tokens=MILLION)) == Decimal("0.125")


def test_settings_win_over_the_table():
    own = endpoint(
        input_usd_per_mtok=Decimal(2), cached_usd_per_mtok=Decimal(1), output_usd_per_mtok=Decimal(3)
    )
    assert price(own, Usage(MILLION, MILLION, cached_tokens=MILLION // 2)) == Decimal("4.5")


def test_cached_input_without_a_price_of_its_own_costs_as_any_input():
    own = endpoint(input_usd_per_mtok=Decimal(2))
    assert price(own, Usage(MILLION, 0, cached_tokens=MILLION)) == Decimal(2)


def test_a_local_model_at_price_zero_is_free():
    local = endpoint("qwen-local", input_usd_per_mtok=Decimal(0), output_usd_per_mtok=Decimal(0))
    assert price(local, Usage(MILLION, MILLION)) == 0


def test_an_unknown_model_names_the_settings_to_write():
    with pytest.raises(SettingsError, match=r"models\.gpt-5\.1\.input_usd_per_mtok"):
        price(endpoint("no-such-model-9"), Usage(1, 1))


def test_the_upper_bound_is_never_below_what_it_costs():
    own = endpoint()
    bound = upper_bound(own, input_tokens=1000, max_tokens=500)
    assert bound >= price(own, Usage(1000, 500, cached_tokens=300))
    assert price(own, Usage(1, 0)) > 0, "a fraction of a millionth is rounded up, not away"


def test_the_window_comes_from_settings_else_from_the_table_else_is_unknown():
    assert context_window(endpoint(context_window=5)) == 5
    assert context_window(endpoint()) == 400_000
    assert context_window(endpoint("no-such-model-9")) is None


def test_a_key_is_not_in_the_text_of_an_endpoint():
    assert "hidden" not in f"{endpoint()} {endpoint()!r}"
