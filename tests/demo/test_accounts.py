"""Both sides of a bill are compared request by request, so that two mistakes cannot cancel out."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text

from demo.accounts import read_bill
from demo.checking import check_bill

NIGHT = "night-1"


def counted(prompt, cached, completion):
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


@pytest.fixture
def bill(tmp_path):
    """Write a journal and a ledger's rows; return what compares them."""

    def of(entries, rows, start=0):
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE spending (night TEXT, tokens INTEGER, booked INTEGER)"))
            for night, tokens, booked in rows:
                connection.execute(
                    text("INSERT INTO spending VALUES (:n, :t, :b)"), {"n": night, "t": tokens, "b": booked}
                )
        engine.dispose()
        journal = tmp_path / "model.jsonl"
        lines = [json.dumps({"body": {"model": model}, "usage": usage}) + "\n" for model, usage in entries]
        journal.write_text("".join(lines))
        skipped = sum(map(len, lines[:start]))
        return read_bill(
            url, NIGHT, {journal: slice(skipped, None), tmp_path / "never-asked.jsonl": slice(0, None)}
        )

    return of


# gpt-5.1 costs $1.25 a million tokens, $0.125 when cached, and $10 a million that it writes.
PAID = ("gpt-5.1", counted(2000, 1000, 100))
PAID_MICROS = 1250 + 125 + 1000


def test_a_request_is_priced_by_the_list_with_its_cached_tokens_cheaper(bill):
    (one,) = bill([PAID], []).requests
    assert (one.tokens, one.usd) == (2100, Decimal(PAID_MICROS) / 1_000_000)


def test_a_night_whose_requests_are_all_booked_is_right(bill):
    both = bill([PAID, ("pantry-coder", counted(50, 0, 5))], [(NIGHT, 2100, PAID_MICROS), (NIGHT, 55, 0)])
    assert both.unmatched == 0
    assert both.total == Decimal("0.002375")
    assert both.by_model() == {"gpt-5.1": (1, Decimal("0.002375")), "pantry-coder": (1, Decimal(0))}
    assert check_bill(both).holds


@pytest.mark.parametrize(
    "rows",
    [[], [(NIGHT, 2100, PAID_MICROS + 1)], [(NIGHT, 2099, PAID_MICROS)], [(NIGHT, 2100, PAID_MICROS)] * 2],
    ids=["a request that is not booked", "a millionth too much", "a token too few", "booked twice"],
)
def test_a_bill_is_wrong_with(bill, rows):
    wrong = bill([PAID], rows)
    assert wrong.unmatched > 0
    assert not check_bill(wrong).holds


def test_errors_cost_nothing_and_other_nights_are_left_out(bill):
    before, error = PAID, ("gpt-5.1", None)
    both = bill([before, error, PAID], [("night-0", 2100, PAID_MICROS), (NIGHT, 2100, PAID_MICROS)], start=1)
    assert len(both.requests) == len(both.booked) == 1
    assert both.unmatched == 0
