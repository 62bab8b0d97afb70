"""Both sides of the night's bill: what the model servers counted, and what the ledger booked."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any

from genai_prices import Usage, calc_price
from sqlalchemy import create_engine, text

MICRO = Decimal("0.000001")
SPENT = text("SELECT tokens, booked FROM spending WHERE night = :night")


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request as its server counted it, priced from the list."""

    model: str
    tokens: int
    usd: Decimal
    """Rounded up to a millionth, as the budget books it."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The requests of a night beside the rows of its budget."""

    requests: tuple[Request, ...]
    booked: tuple[tuple[int, Decimal], ...]
    """(tokens, dollars) of each row."""

    @property
    def unmatched(self) -> int:
        """How many requests or rows have no partner with the same tokens and the same dollars."""
        asked = Counter((request.tokens, request.usd) for request in self.requests)
        told = Counter(self.booked)
        return (asked - told).total() + (told - asked).total()

    @property
    def total(self) -> Decimal:
        """Dollars the ledger booked."""
        return sum((usd for _, usd in self.booked), Decimal(0))

    def by_model(self) -> dict[str, tuple[int, Decimal]]:
        """Return model → number of requests and their dollars."""
        models = dict.fromkeys(sorted({request.model for request in self.requests}))
        mine = {model: [one.usd for one in self.requests if one.model == model] for model in models}
        return {model: (len(usd), sum(usd, Decimal(0))) for model, usd in mine.items()}


def read_bill(ledger_url: str, night: str, journals: Mapping[Path, slice]) -> Bill:
    """Return both sides of a night's bill.

    :param journals: file of a model server → the bytes of it that were written during the night.
    """
    requests = tuple(request for file, part in journals.items() for request in _requests(file, part))
    engine = create_engine(ledger_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(SPENT, {"night": night}).all()
    finally:
        engine.dispose()
    return Bill(requests, tuple((int(tokens), int(booked) * MICRO) for tokens, booked in rows))


def list_price(model: str, usage: Mapping[str, Any]) -> Decimal:
    """Return tokens times list price; a model that the list does not know runs here and costs nothing."""
    counted = Usage(
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
        cache_read_tokens=usage["prompt_tokens_details"]["cached_tokens"],
    )
    try:
        return Decimal(calc_price(counted, model, provider_id="openai").total_price)
    except LookupError:
        return Decimal(0)


def _requests(file: Path, part: slice) -> Iterator[Request]:
    lines = file.read_bytes()[part].splitlines() if file.exists() else []
    for entry in map(json.loads, lines):
        if usage := entry["usage"]:
            model = entry["body"]["model"]
            usd = list_price(model, usage).quantize(MICRO, ROUND_UP)
            yield Request(model, usage["total_tokens"], usd)
