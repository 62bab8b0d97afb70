"""What the night says it cost is what its tokens cost by the list price."""

from decimal import Decimal

import pytest

from demo.accounts import read_bill
from demo.seed import REPOSITORY as PANTRY
from demo.stage import LOCAL_MODEL
from include.overnight.domain.events import EventQuery, EventType

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PAID = {"gpt-5-mini", "gpt-5", "gpt-5.1"}
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def bill(house, demo_night):
    """Every request of the night as the model servers counted it, and every row of the budget."""
    return read_bill(house.stage.ledger_url, demo_night.document["night"], demo_night.journals)


def told(demo_night):
    """Return the dollars of all attempts, as night.json tells them."""
    rows = demo_night.issues.values()
    return sum(Decimal(str(attempt["cost_usd"])) for row in rows for attempt in row["attempts"])


def judged(house, demo_night):
    """Return the dollars of the judge's own reviews, which belong to no attempt."""
    query = EventQuery(types=(EventType.CHANGE_REVIEWED,), night=demo_night.document["night"], limit=None)
    reviews = [event.metadata for event in house.ledger.ledger.events(query)]
    return sum(Decimal(review["cost_usd"]) for review in reviews if review["stage"] == "judge")


def test_every_request_of_every_tier_is_booked_once_at_tokens_times_list_price(bill):
    assert bill.by_model().keys() == PAID | {LOCAL_MODEL}
    assert len(bill.requests) == len(bill.booked) > 100
    assert bill.unmatched == 0


def test_the_local_model_costs_nothing_and_every_paid_one_something(bill):
    dollars = {model: usd for model, (_, usd) in bill.by_model().items()}
    assert dollars.pop(LOCAL_MODEL) == 0
    assert all(usd > 0 for usd in dollars.values())


def test_attempts_and_the_judges_reviews_add_up_to_what_was_spent(house, demo_night, bill):
    assert abs(told(demo_night) + judged(house, demo_night) - bill.total) < CENT / 100
    assert house.ledger.budgets.spent(night=demo_night.document["night"]) == bill.total


def test_the_tracking_issue_tells_the_night_s_dollars(house, demo_night, bill):
    (tracking,) = [issue for issue in house.forge.issues(PANTRY) if "overnight-execution" in issue.labels]
    assert f"${bill.total:.2f} spent" in tracking.body
