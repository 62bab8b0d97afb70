"""What the night says it cost is what its tokens cost by the list price."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price

from demo.model.answering import answer
from demo.model.conversation import position_of
from demo.model.tokens import usage_of
from demo.seed import REPOSITORY as PANTRY

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ROUNDING = Decimal("0.00001")
"""Every request is rounded up to a millionth of a dollar."""
CENT = 0.01


@pytest.fixture(scope="module")
def bills(house, demo_night):
    """(issue, attempt) → (tokens, dollars), counted from what the model was sent and would answer again."""
    tokens, dollars = defaultdict(int), defaultdict(Decimal)
    for line in (house.home / "model.jsonl").read_text().splitlines():
        body = json.loads(line)["body"]
        position = position_of(body["messages"])
        if position.issue not in demo_night.issues or position.attempt is None:
            continue
        usage = usage_of(body, answer(house.home / "scripts", body))
        attempt = (position.issue, position.attempt)
        tokens[attempt] += usage.prompt + usage.completion
        dollars[attempt] += _list_price(body["model"], usage)
    return {attempt: (tokens[attempt], dollars[attempt]) for attempt in tokens}


def _list_price(model, usage):
    counted = Usage(input_tokens=usage.prompt, output_tokens=usage.completion, cache_read_tokens=usage.cached)
    return Decimal(calc_price(counted, model, provider_id="openai").total_price)


def test_tokens_and_cost_of_every_attempt_are_those_of_its_requests(demo_night, bills):
    told = {
        (number, index): attempt
        for number, row in demo_night.issues.items()
        for index, attempt in enumerate(row["attempts"], 1)
    }
    assert told.keys() == bills.keys()
    for key, attempt in told.items():
        tokens, dollars = bills[key]
        assert attempt["tokens"] == tokens
        assert dollars <= Decimal(str(attempt["cost_usd"])) <= dollars + 20 * ROUNDING


def test_the_whole_night_costs_tokens_times_list_price_to_the_cent(house, demo_night, bills):
    told = sum(attempt["cost_usd"] for row in demo_night.issues.values() for attempt in row["attempts"])
    counted = sum(dollars for _, dollars in bills.values())
    assert abs(told - float(counted)) < CENT / 2
    (tracking,) = [issue for issue in house.forge.issues(PANTRY) if "overnight-execution" in issue.labels]
    assert f"${told:.2f} spent" in tracking.body


def test_the_budget_booked_what_the_attempts_spent_and_holds_no_open_reservation(house, demo_night):
    spent = house.ledger.budgets.spent(night=demo_night.document["night"])
    told = sum(attempt["cost_usd"] for row in demo_night.issues.values() for attempt in row["attempts"])
    assert abs(float(spent) - told) < 1e-6
