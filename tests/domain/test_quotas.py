from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.approvals import Approval
from include.overnight.domain.justification import TAGS, needs_person, needs_review
from include.overnight.domain.orders import Limits, QuotaCap, ThrottleRules
from include.overnight.domain.quotas import (
    Exemption,
    ThrottleFacts,
    bounds,
    day_start,
    decide,
    eased,
    exemption_of,
    hour_start,
    override_of,
    throttle_triggers,
    throttled_by,
)
from include.overnight.ports import QuotaUse
from tests.domain.making import NOW

LIMITS = Limits()
RULES = ThrottleRules()


def decided(daily=0, hourly=0, concurrent=0, *, tag="architecture_update", limits=LIMITS, **more):
    return decide(bounds(QuotaUse(daily, hourly, concurrent), limits), tag=tag, **more)


def test_there_is_room_for_the_fiftieth_and_none_for_the_next() -> None:
    assert decided(49).allowed
    refused = decided(50)
    assert (refused.allowed, refused.reason) == (
        False,
        "quota_exhausted: 50 of 50 escalations used today (UTC)",
    )


def test_there_is_room_for_the_tenth_of_an_hour_and_none_for_the_next() -> None:
    assert decided(9, 9).allowed
    assert decided(10, 10).reason == "quota_exhausted: 10 of 10 escalations used within the hour"


def test_what_is_left_is_told_with_this_one_taken_off() -> None:
    assert (decided(10, 3).left, decided(10, 3).reason) == (
        6,
        "architecture_update, 6 left before the next limit",
    )
    assert decided(49, 3).left == 0
    assert decided(10, 3, exempt="sev1").left == 7
    assert decided(50).left == 0


def test_an_exempt_escalation_ignores_day_and_hour_but_waits_for_a_slot() -> None:
    allowed = decided(99, 99, 4, exempt="labelled `sev1`")
    assert (allowed.allowed, allowed.reason) == (
        True,
        "exempt from the daily and hourly quota (labelled `sev1`)",
    )
    full = decided(concurrent=5, exempt="labelled `sev1`")
    assert (full.allowed, full.wait, full.reason) == (
        False,
        True,
        "quota_exhausted: all 5 escalations at once are taken",
    )


def test_an_escalation_that_is_not_exempt_never_waits_and_nobody_waits_for_no_slots() -> None:
    assert not decided(concurrent=5, tag="heavy_refactor").wait
    assert not decided(limits=Limits(escalations_at_once=0), exempt="sev1").wait


@pytest.mark.parametrize("tag", ["", "because", "ARCHITECTURE UPDATE"])
def test_no_tag_no_escalation(tag: str) -> None:
    assert not decided(tag=tag, exempt="sev1").allowed


@pytest.mark.parametrize("tag", [tag for tag in TAGS if needs_person(tag)])
def test_an_explicit_tag_needs_a_person_beforehand(tag: str) -> None:
    assert not decided(tag=tag).allowed
    assert not decided(tag=tag, exempt="override").allowed
    assert decided(tag=tag, approved=True).allowed


@pytest.mark.parametrize("tag", [tag for tag in TAGS if needs_review(tag)])
def test_a_review_tag_is_allowed_and_queued_for_the_morning_unless_a_person_approved_it(tag: str) -> None:
    assert (decided(tag=tag).allowed, decided(tag=tag).review) == (True, True)
    assert decided(tag=tag, exempt="sev1").review
    assert not decided(tag=tag, approved=True).review


@pytest.mark.parametrize("name", ["escalations_per_day", "escalations_per_hour", "escalations_at_once"])
def test_a_limit_of_zero_allows_nothing(name: str) -> None:
    assert not decided(limits=Limits(**{name: 0})).allowed


CAP = QuotaCap(daily=5, hourly=3, concurrent=2)


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (QuotaUse(5, 0, 0), "quota_exhausted: 5 of 5 escalations of this repository used today (UTC)"),
        (QuotaUse(0, 3, 0), "quota_exhausted: 3 of 3 escalations of this repository used within the hour"),
        (QuotaUse(0, 0, 2), "quota_exhausted: all 2 escalations at once of this repository are taken"),
    ],
)
def test_a_repositorys_cap_binds_its_own_use_alone(own: QuotaUse, reason: str) -> None:
    others = QuotaUse(20, 6, 3)
    refused = decide(bounds(others, LIMITS, CAP, own), tag="governance_fix")
    assert (refused.allowed, refused.reason) == (False, reason)
    assert decide(bounds(others, LIMITS, CAP, QuotaUse(4, 2, 1)), tag="governance_fix").left == 0


def test_a_cap_above_the_organizations_limits_allows_no_more() -> None:
    wide = QuotaCap(500, 500, 500)
    assert not decide(
        bounds(QuotaUse(50, 0, 0), LIMITS, wide, QuotaUse(0, 0, 0)), tag="governance_fix"
    ).allowed


TRIGGERS = [
    (ThrottleFacts(daily=40), "40 of 50 escalations today"),
    (ThrottleFacts(hourly=8), "8 of 10 escalations this hour"),
    (ThrottleFacts(failed_last_hour=3), "3 escalations failed within the hour"),
    (ThrottleFacts(average_cost=Decimal("2.01")), "$2.01 an issue on average, more than $2.00"),
]


@pytest.mark.parametrize(("facts", "reason"), TRIGGERS)
def test_each_trigger_holds_back_review_tags_and_lets_approved_kinds_on(facts, reason) -> None:
    throttled = throttled_by(False, facts, LIMITS, RULES)
    refused = decided(tag="complex_reasoning", throttled=throttled)
    assert (refused.allowed, reason in refused.reason) == (False, True)
    assert not decided(tag="experimental", approved=True, throttled=throttled).allowed
    assert decided(tag="memory_evolution", throttled=throttled).allowed
    assert decided(tag="complex_reasoning", exempt="sev1", throttled=throttled).allowed


def test_just_below_every_trigger_nothing_is_throttled() -> None:
    facts = ThrottleFacts(39, 7, 2, Decimal("2.00"))
    assert throttled_by(False, facts, LIMITS, RULES) == ()


@pytest.mark.parametrize(
    ("still", "clear"),
    [
        (ThrottleFacts(daily=35), ThrottleFacts(daily=34)),
        (ThrottleFacts(hourly=7), ThrottleFacts(hourly=6)),
        (ThrottleFacts(failed_last_hour=2), ThrottleFacts(failed_last_hour=1)),
        (ThrottleFacts(average_cost=Decimal("1.81")), ThrottleFacts(average_cost=Decimal("1.80"))),
    ],
)
def test_an_open_throttle_closes_only_by_a_margin(still: ThrottleFacts, clear: ThrottleFacts) -> None:
    assert throttled_by(False, still, LIMITS, RULES) == ()
    assert throttled_by(True, still, LIMITS, RULES)
    assert throttled_by(True, clear, LIMITS, RULES) == ()


def test_all_four_thresholds_are_settings() -> None:
    rules = ThrottleRules(0.1, 0.1, 1, Decimal("0.5"))
    assert len(throttle_triggers(ThrottleFacts(5, 1, 1, Decimal("0.51")), LIMITS, rules)) == 4


def test_a_share_is_reckoned_exactly() -> None:
    rules = ThrottleRules(daily_share=0.55)
    assert throttle_triggers(ThrottleFacts(daily=11), Limits(escalations_per_day=20), rules)


rules_of_any_kind = st.builds(
    ThrottleRules,
    daily_share=st.floats(0, 1),
    hourly_share=st.floats(0, 1),
    failed_last_hour=st.integers(0, 50),
    average_cost_usd=st.decimals(0, 100, places=2),
)
facts_of_any_kind = st.builds(
    ThrottleFacts,
    daily=st.integers(0, 60),
    hourly=st.integers(0, 20),
    failed_last_hour=st.integers(0, 60),
    average_cost=st.decimals(0, 200, places=3),
)


@given(rules_of_any_kind, facts_of_any_kind)
def test_whatever_opens_the_throttle_also_keeps_it_open(rules, facts) -> None:
    if throttled_by(False, facts, LIMITS, rules):
        assert throttled_by(True, facts, LIMITS, rules)


@given(rules_of_any_kind)
def test_a_quiet_organization_is_never_throttled_for_ever(rules) -> None:
    opened_by_nothing = throttled_by(False, ThrottleFacts(), LIMITS, rules)
    assert bool(throttled_by(True, ThrottleFacts(), LIMITS, rules)) == bool(opened_by_nothing)
    assert eased(rules).failed_last_hour <= rules.failed_last_hour


def test_a_day_is_a_utc_day_and_an_hour_slides() -> None:
    tokyo = datetime(2026, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    assert day_start(tokyo) == datetime(2026, 3, 1, tzinfo=UTC)
    naive = datetime(2026, 3, 1, 8, tzinfo=UTC).replace(tzinfo=None)
    assert day_start(naive) == datetime(2026, 3, 1, tzinfo=UTC)
    assert hour_start(tokyo) == datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


LATER = NOW + timedelta(hours=1)
OVERRIDE = Approval("override:quota", "maria", "release night", until=LATER, at=NOW, id="1")


def overridden(*words: Approval, now: datetime = NOW):
    return override_of(words, "R_one", 7, now)


def test_an_override_names_who_why_and_until_when_and_ends() -> None:
    exemption, evidence = overridden(OVERRIDE)
    assert exemption is Exemption.ADMIN
    assert evidence == f"admin override by maria until {OVERRIDE.until:%Y-%m-%d %H:%M} UTC: release night"
    assert overridden(OVERRIDE, now=LATER) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"who": ""},
        {"why": " "},
        {"until": None},
        {"granted": False},
        {"repository": "R_two"},
        {"issue": 8},
        {"subject": "escalation:experimental"},
    ],
)
def test_a_word_that_lacks_something_overrides_nothing(wrong) -> None:
    assert overridden(replace(OVERRIDE, **wrong)) is None


def test_a_later_refusal_takes_an_override_back() -> None:
    later = replace(OVERRIDE, granted=False, at=NOW + timedelta(minutes=1), id="2")
    assert overridden(OVERRIDE, later, now=NOW + timedelta(minutes=2)) is None


@pytest.mark.parametrize(
    ("labels", "exemption"),
    [
        ("security Security kind/security type:-security vulnerability CVE", Exemption.SECURITY),
        ("critical SEV1 sev-1 severity:1 P0 severity/critical priority:critical", Exemption.CRITICAL_FAILURE),
        ("data-integrity Data_Loss type:data_corruption", Exemption.DATA_INTEGRITY),
        ("governance-violation Policy-Violation", Exemption.GOVERNANCE),
    ],
)
def test_labels_prove_exemptions(labels: str, exemption: Exemption) -> None:
    for label in labels.split():
        found, evidence = exemption_of(["bug", label])
        assert found is exemption
        assert f"labelled `{label}`" in evidence


@pytest.mark.parametrize("label", ["type: security", "severity : 1", "sev 0", "data loss", " security "])
def test_spaces_in_a_label_do_not_matter(label: str) -> None:
    assert exemption_of([label])


@pytest.mark.parametrize(
    "label",
    [
        "",
        "bug",
        "area: security",
        "security-hardening",
        "not critical",
        "critical path",
        "severity: 2",
        "sev10",
    ],
)
def test_other_labels_prove_nothing(label: str) -> None:
    assert exemption_of([label]) is None


def test_look_alikes_of_a_label_prove_nothing() -> None:
    assert exemption_of(["ſecurity", "sеcurity", "security\u200b"]) is None


def test_of_several_exemptions_the_same_one_wins_in_any_order() -> None:
    labels = ["governance-violation", "data-loss", "security", "sev1", "critical"]
    assert exemption_of(labels) == exemption_of(reversed(labels))
    assert exemption_of(labels)[0] is Exemption.CRITICAL_FAILURE
