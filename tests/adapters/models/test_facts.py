"""What is known of a tier without asking its server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.models.facts import tier_facts
from include.overnight.domain.models import TierFacts


def endpoint(model: str, **changes: Any) -> ModelEndpoint:
    return ModelEndpoint("gpt-5.1", model, "http://model.invalid/v1", **changes)


def test_the_price_table_and_settings_are_asked():
    assert tier_facts(endpoint("gpt-5.1")) == TierFacts(
        "gpt-5.1", "gpt-5.1", "http://model.invalid/v1", 400_000, Decimal("1.25"), Decimal(10)
    )
    own = tier_facts(endpoint("gpt-5.1", context_window=9, input_usd_per_mtok=Decimal(3)))
    assert (own.window, own.input_usd, own.output_usd) == (9, Decimal(3), Decimal(0))


def test_a_model_that_nobody_knows_has_neither_price_nor_window_and_is_not_free():
    facts = tier_facts(endpoint("no-such-model-9"))
    assert (facts.window, facts.input_usd, facts.output_usd, facts.free) == (None, None, None, False)


def test_a_local_model_at_price_zero_is_free():
    assert tier_facts(endpoint("q", input_usd_per_mtok=Decimal(0), output_usd_per_mtok=Decimal(0))).free
