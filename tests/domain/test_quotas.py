from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from include.overnight.domain.justification import TAGS, Approval, approval_of, needs_person, needs_review
from include.overnight.domain.models import RULES
from include.overnight.domain.orders import Limits
from include.overnight.domain.quotas import (
    AdminOverride,
    ThrottleRules,
    day_start,
    decide,
    hour_start,
    throttle_triggers,
)
from include.overnight.ports import QuotaUse
from tests.domain.making import NOW

LIMITS = Limits()


def test_there_is_room_for_the_fiftieth_and_none_for_the_next() -> None:
    assert decide(QuotaUse(49, 0, 0), LIMITS, tag="architecture_update").allowed
    refused = decide(QuotaUse(50, 0, 0), LIMITS, tag="architecture_update")
    assert (refused.allowed, refused.reason) == (
        False,
        "quota_exhausted: 50 of 50 escalations used today (UTC)",
    )


def test_there_is_room_for_the_tenth_of_an_hour_and_none_for_the_next() -> None:
    assert decide(QuotaUse(9, 9, 0), LIMITS, tag="architecture_update").allowed
    refused = decide(QuotaUse(10, 10, 0), LIMITS, tag="architecture_update")
    assert refused.reason == "quota_exhausted: 10 of 10 escalations used within the hour"


def test_an_exempt_escalation_ignores_day_and_hour_but_waits_for_a_slot() -> None:
    assert decide(QuotaUse(99, 99, 4), LIMITS, tag="governance_fix", exempt=True).allowed
    full = decide(QuotaUse(0, 0, 5), LIMITS, tag="governance_fix", exempt=True)
    assert (full.allowed, full.wait) == (False, True)


def test_an_escalation_that_is_not_exempt_never_waits() -> None:
    assert not decide(QuotaUse(0, 0, 5), LIMITS, tag="heavy_refactor").wait


@pytest.mark.parametrize("tag", ["", "because", "ARCHITECTURE UPDATE"])
def test_no_tag_no_escalation(tag: str) -> None:
    assert not decide(QuotaUse(0, 0, 0), LIMITS, tag=tag, exempt=True).allowed


@pytest.mark.parametrize("tag", [tag for tag in TAGS if needs_person(tag)])
def test_an_explicit_tag_needs_a_person_beforehand(tag: str) -> None:
    assert not decide(QuotaUse(0, 0, 0), LIMITS, tag=tag).allowed
    assert decide(QuotaUse(0, 0, 0), LIMITS, tag=tag, approved=True).allowed


@pytest.mark.parametrize("tag", [tag for tag in TAGS if needs_review(tag)])
def test_a_review_tag_is_allowed_and_queued_for_the_morning(tag: str) -> None:
    found = decide(QuotaUse(0, 0, 0), LIMITS, tag=tag)
    assert (found.allowed, found.review) == (True, True)


def test_a_limit_of_zero_allows_nothing() -> None:
    assert not decide(QuotaUse(0, 0, 0), Limits(escalations_per_day=0), tag="architecture_update").allowed


TRIGGERS = [
    (QuotaUse(40, 0, 0), 0, "0", "40 of 50 escalations today"),
    (QuotaUse(8, 8, 0), 0, "0", "8 of 10 escalations this hour"),
    (QuotaUse(0, 0, 0), 3, "0", "3 escalations failed within the hour"),
    (QuotaUse(0, 0, 0), 0, "2.01", "$2.01 a task on average, more than $2.00"),
]


@pytest.mark.parametrize(("use", "failed", "cost", "reason"), TRIGGERS)
def test_each_trigger_holds_back_review_tags_and_lets_approved_kinds_on(use, failed, cost, reason) -> None:
    told = {"failed_last_hour": failed, "average_cost": Decimal(cost)}
    refused = decide(use, LIMITS, tag="complex_reasoning", **told)
    assert (refused.allowed, reason in refused.reason) == (False, True)
    assert not decide(use, LIMITS, tag="experimental", approved=True, **told).allowed
    assert decide(use, LIMITS, tag="memory_evolution", **told).allowed


@pytest.mark.parametrize(
    ("use", "failed", "cost"), [(QuotaUse(39, 7, 4), 2, "2.00"), (QuotaUse(0, 0, 0), 0, "0")]
)
def test_just_below_every_trigger_nothing_is_throttled(use: QuotaUse, failed: int, cost: str) -> None:
    assert throttle_triggers(use, LIMITS, ThrottleRules(), failed, Decimal(cost)) == ()


def test_all_four_thresholds_are_settings() -> None:
    rules = ThrottleRules(0.1, 0.1, 1, Decimal("0.5"))
    assert len(throttle_triggers(QuotaUse(5, 1, 0), LIMITS, rules, 1, Decimal("0.51"))) == 4


def test_a_day_is_a_utc_day_and_an_hour_slides() -> None:
    tokyo = datetime(2026, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    assert day_start(tokyo) == datetime(2026, 3, 1, tzinfo=UTC)
    assert day_start(datetime(2026, 3, 1, 8, tzinfo=UTC).replace(tzinfo=None)) == datetime(
        2026, 3, 1, tzinfo=UTC
    )
    assert hour_start(tokyo) == datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


def test_an_override_names_who_and_why_and_ends() -> None:
    assert AdminOverride("maria", "release night", NOW + timedelta(hours=1)).in_force(NOW)
    assert not AdminOverride("maria", "release night", NOW).in_force(NOW)
    assert not AdminOverride("", "release night", NOW + timedelta(hours=1)).in_force(NOW)
    assert not AdminOverride("maria", " ", NOW + timedelta(hours=1)).in_force(NOW)


@dataclass
class _Row:
    tag: str
    approval: Approval


@pytest.mark.parametrize(
    "row",
    [
        *(_Row(t, Approval.AUTO) for t in ("architecture_update", "memory_evolution", "governance_fix")),
        *(_Row(t, Approval.AUTO) for t in ("multi_agent_coordination", "project_milestone", "context_fit")),
        *(
            _Row(t, Approval.REVIEW)
            for t in ("complex_reasoning", "heavy_refactor", "integration_complexity")
        ),
        *(_Row(t, Approval.EXPLICIT) for t in ("experimental", "optimization")),
    ],
    ids=lambda row: row.tag,
)
def test_each_tag_has_its_level(row: _Row) -> None:
    assert approval_of(f" {row.tag.upper()} ") is row.approval


def test_every_tag_that_model_selection_gives_is_known() -> None:
    assert all(approval_of(rule.tag) for rule in RULES if rule.tag)
