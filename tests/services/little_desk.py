"""A desk with a real ledger and nothing else but what is said of its tiers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.storage import ObjectStorage
from include.overnight.domain.models import LADDER, TierFacts

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


def tier_facts(tier: str, window: int | None, *prices: float | None) -> TierFacts:
    """Return what is known of a tier; prices are dollars per million tokens in and out."""
    paid = [None if price is None else Decimal(str(price)) for price in prices]
    return TierFacts(tier, f"model of {tier}", "http://models", window, *paid)


TODAY = {
    "gpt-4": tier_facts("gpt-4", 400_000, 0.25, 2),
    "gpt-4-turbo": tier_facts("gpt-4-turbo", 400_000, 1.25, 10),
    "gpt-5.1": tier_facts("gpt-5.1", 400_000, 1.25, 10),
}
SEEDS = {
    "gpt-4": tier_facts("gpt-4", 8192, 30, 60),
    "gpt-4-turbo": tier_facts("gpt-4-turbo", 128_000, 10, 30),
    "gpt-5.1": tier_facts("gpt-5.1", 400_000, 1.25, 10),
}


@dataclass
class LittleDesk:
    """What choosing and examining touch; `tracker` and `sandbox` answer that all is well."""

    home: Path
    facts: Mapping[str, TierFacts] = field(default_factory=lambda: TODAY)
    tiers: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(LADDER, ""))
    now: Callable[[], datetime] = lambda: NOW

    def __post_init__(self) -> None:
        url = f"sqlite:///{self.home / 'ledger.db'}"
        upgrade(url)
        self.database = LedgerDatabase(url, now=self.now)
        self.storage = ObjectStorage(f"file://{self.home / 'objects'}")
        self.sandbox = self.tracker = self

    def __getattr__(self, part: str) -> Any:
        return getattr(self.__dict__["database"], part)

    def tier_facts(self) -> Mapping[str, TierFacts]:
        return self.facts

    def available_tiers(self) -> Mapping[str, str]:
        return self.tiers

    def self_test(self) -> None:
        """Confine, as a sandbox would."""

    def login(self) -> str:
        return "overnight-bot"
