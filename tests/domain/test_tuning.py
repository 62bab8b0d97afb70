"""What a month's figures propose."""

from dataclasses import replace
from decimal import Decimal

import pytest

from include.overnight.domain.orders import Limits
from include.overnight.domain.track_records import Record
from include.overnight.domain.tuning import PatternFacts, QuotaFacts, proposals

USUAL = QuotaFacts(Limits(), most_daily=30, most_hourly=6, most_at_once=3, refused=0, throttle_opened=0,
                   escalations=200, success=0.5, days=28)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "setting", "change"),
    [
        ({"refused": 12, "success": 0.8, "most_daily": 50}, "quota.daily", "raise from 50 to 63"),
        ({"most_daily": 9}, "quota.daily", "lower from 50 to 18"),
        ({"refused": 4, "most_hourly": 10, "success": 0.4}, "quota.hourly", "raise from 10 to 15"),
        ({"throttle_opened": 6, "success": 0.7}, "throttle.daily_share", "raise to 0.9"),
        ({"success": 0.1}, "model_rules", "let fewer issues begin above the entry tier"),
    ],
)
def test_each_proposal_has_its_evidence(changed, setting, change):
    (made,) = proposals(replace(USUAL, **changed), (), ())
    assert (made.setting, made.change) == (setting, change)
    assert any(letter.isdigit() for letter in made.evidence)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"refused": 12, "success": 0.2 + 0.1},
        {"success": None},
        {"days": 3, "most_daily": 1},
        {"success": 0.0, "escalations": 5},
    ],
)
def test_too_little_evidence_proposes_nothing(changed):
    assert proposals(replace(USUAL, **changed), (), ()) == ()


def test_a_rule_whose_escalations_fail_is_doubted():
    (made,) = proposals(USUAL, [PatternFacts("heavy_task", "gpt-4-turbo", 12, 2, 3.0),
                                PatternFacts("rare", "gpt-5.1", 3, 0, 1.0)], ())  # fmt: skip
    assert made.setting == "model_rules: heavy_task"
    assert made.evidence.startswith("2 of 12 on gpt-4-turbo")


def test_a_cheaper_tier_that_does_as_well_is_proposed():
    known = [Record("qa", "low", "gpt-4", 12, 14, Decimal("0.42")),
             Record("qa", "low", "gpt-5.1", 12, 14, Decimal("4.2")),
             Record("build", "low", "gpt-4", 1, 14, Decimal("0.42")),
             Record("build", "low", "gpt-5.1", 12, 14, Decimal("4.2"))]  # fmt: skip
    (made,) = proposals(USUAL, (), known)
    assert made.change == "begin qa low complexity issues on gpt-4 instead of gpt-5.1"
    assert made.evidence == f"{known[0].sentence()}; {known[1].sentence()}"
