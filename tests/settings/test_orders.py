"""Settings and a trigger's parameters become one order; the window knows midnight and summer time."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from include.overnight.documents import from_document, to_document
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.models import RULES
from include.overnight.domain.orders import NightOrder, QuotaCap, changed_from_default
from include.overnight.domain.plans import SequenceType
from include.overnight.settings import in_window, load_settings, make_order, window_end
from include.overnight.settings.orders import SWITCHES

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


@pytest.fixture
def settings(tmp_path):
    def write(lines: str = "", top: str = ""):
        path = tmp_path / "overnight.toml"
        path.write_text(f'{top}\n[[repositories]]\nname = "acme/box"\n{lines}\n')
        return load_settings(path, {})

    return write


@pytest.fixture
def order(settings):
    def make(lines: str = "", top: str = "", trigger: str = "manual", **params):
        return make_order(
            settings(lines, top),
            "acme/box",
            "night",
            trigger=trigger,
            now=NOW,
            logical_date=NOW,
            params=params,
        )

    return make


@pytest.fixture
def repository(settings):
    def one(window: str, timezone: str = "UTC"):
        return settings(f'window = "{window}"\ntimezone = "{timezone}"').repository("acme/box")

    return one


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("value", [True, False])
def test_a_parameter_wins_over_the_settings_and_none_leaves_them(order, switch, value):
    lines = "" if switch == "plan_only" else f"{switch} = {str(not value).lower()}"
    assert getattr(order(lines, **{switch: value}), switch) is value
    unsaid = getattr(order(lines, **{switch: None}), switch)
    assert unsaid is (False if switch == "plan_only" else not value)


@pytest.mark.parametrize("params", [{}, {"dry_run": None}, {"dry_run": False}])
def test_a_night_that_only_plans_writes_nothing_to_github(order, params):
    made = order("dry_run = false", plan_only=True, **params)
    assert (made.plan_only, made.dry_run) == (True, True)


def test_the_plan_takes_issues_limit_and_a_partial_order_from_the_form(order):
    rules = order(issues=[3, 4], max_issues_per_run=7, sequence_order=["qa"]).plan
    assert (rules.only, rules.max_issues) == ((3, 4), 7)
    assert rules.sequence_order[0] == "qa"
    assert set(rules.sequence_order) == set(SequenceType)


@pytest.mark.parametrize(
    "params",
    [
        {"max_issues_per_run": 0},
        {"max_issues_per_run": "many"},
        {"issues": [0]},
        {"sequence_order": ["tests"]},
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_wrong(order, params):
    with pytest.raises(SettingsError, match=r"parameter|1 or more"):
        order(**params)


def test_only_a_scheduled_night_has_a_deadline(order):
    assert order(trigger="scheduled").deadline == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert [order(trigger=trigger).deadline for trigger in ("manual", "backfill", "cli")] == [None] * 3


def test_only_a_backfilled_night_looks_at_what_was_there_at_its_date(order):
    assert order(trigger="backfill").plan.created_before == NOW
    assert order(trigger="scheduled").plan.created_before is None


def test_a_repositorys_own_quota_is_a_cap_beside_the_organizations_and_never_above_it(order):
    low = "[repositories.quota_limits]\ndaily = 5\nhourly = 99\nconcurrent = 2"
    made = order(low, top="[quota]\ndaily = 40\n")
    assert made.quota_cap == QuotaCap(daily=5, hourly=10, concurrent=2)
    limits = made.limits
    assert (limits.escalations_per_day, limits.escalations_per_hour, limits.escalations_at_once) == (
        40,
        10,
        5,
    )


def test_what_a_repositorys_quota_leaves_out_is_the_organizations(order):
    cap = order("quota_limits = { hourly = 2 }", top="[quota]\ndaily = 30\n").quota_cap
    assert cap == QuotaCap(daily=30, hourly=2, concurrent=5)


def test_without_a_quota_of_its_own_a_repository_has_no_cap(order):
    assert order().quota_cap is None


@pytest.mark.parametrize(
    ("table", "line", "field", "shared", "own"),
    [
        ("throttle", "daily_share = {}", "daily_share", 0.5, 0.6),
        ("throttle", "failed_last_hour = {}", "failed_last_hour", 7, 8),
        ("gates", "gate_budget_seconds = {}", "gate_budget_seconds", 60.0, 90.0),
        ("learning", "minimum_trials = {}", "minimum_trials", 30, 40),
    ],
)
def test_a_repositorys_table_wins_key_by_key_over_everybodys(order, table, line, field, shared, own):
    top = f"[{table}]\n{line.format(shared)}\n"
    assert getattr(getattr(order(top=top), table), field) == shared
    mine = order(f"[repositories.{table}]\n{line.format(own)}", top=top)
    assert getattr(getattr(mine, table), field) == own
    other = {"throttle": "hourly_share = 0.1", "gates": "review = false", "learning": "days = 3"}[table]
    assert getattr(getattr(order(f"[repositories.{table}]\n{other}", top=top), table), field) == shared


def test_the_defaults_of_settings_and_of_an_order_are_the_same(order):
    plain = NightOrder("night", "acme", "box", logical_date=NOW, dry_run=False)
    assert changed_from_default(order()) == changed_from_default(plain)


def test_switches_of_the_ladder_come_into_the_order(order):
    top = 'local_above_top = true\nallow_unknown_prices = true\nsetup_hosts = ["PyPI.org"]\n'
    made = order(top=top)
    assert (made.local_above_top, made.allow_unknown_prices, made.setup_hosts) == (True, True, ("pypi.org",))


def test_rules_of_the_repository_stand_before_everybodys_and_those_before_the_built_in_ones(order):
    row = '[[{}]]\nname = "{}"\ntier = "gpt-5.1"\ntag = "complex_reasoning"\nlabels = ["{}"]\n'
    made = order(
        row.format("repositories.model_rules", "ours", "a"), top=row.format("model_rules", "all", "b")
    )
    assert [rule.name for rule in made.model_rules[:2]] == ["ours", "all"]
    assert made.model_rules[2:] == RULES
    assert made.model_rules[0].when.labels == ("a",)


def test_an_order_with_rules_comes_back_from_its_snapshot_as_it_was(order):
    row = (
        '[[model_rules]]\nname = "docs"\ntier = "local-builder"\ntask_types = ["qa"]\ncomplexity = ["low"]\n'
    )
    made = order("quota_limits = { daily = 1 }", top=row)
    assert from_document(NightOrder, to_document(made)) == made


def test_a_snapshot_of_an_earlier_version_takes_the_built_in_rules():
    old = to_document(NightOrder("night", "acme", "box"))
    for key in ("model_rules", "learning", "quota_cap", "throttle", "gates"):
        del old[key]
    assert from_document(NightOrder, old) == NightOrder("night", "acme", "box")


def test_money_keeps_its_cents_exactly(order):
    assert order(top="[limits]\nissue_usd = 0.1\n").limits.issue_usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("window", "hour", "inside"),
    [
        ("01:00-07:00", 1, True),
        ("01:00-07:00", 7, False),
        ("01:00-07:00", 0, False),
        ("22:00-06:00", 23, True),
        ("22:00-06:00", 5, True),
        ("22:00-06:00", 6, False),
        ("22:00-06:00", 12, False),
    ],
)
def test_a_window_begins_with_its_first_minute_ends_before_its_last_and_may_cross_midnight(
    repository, window, hour, inside
):
    assert in_window(repository(window), datetime(2026, 3, 1, hour, tzinfo=UTC)) is inside


def test_the_window_is_told_in_the_repositorys_zone(repository):
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # 01:30 in Zurich
    assert in_window(repository("01:00-07:00", "Europe/Zurich"), summer)
    assert not in_window(repository("01:00-07:00"), summer)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2026, 3, 1, 6, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_window_ends_at_the_next_time_the_clock_shows_its_end(repository, now, end):
    assert window_end(repository("22:00-06:00"), now) == end


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=ZURICH), 7), (datetime(2026, 10, 24, 23, tzinfo=ZURICH), 9)],
    ids=["an hour is skipped", "an hour comes twice"],
)
def test_on_the_nights_when_the_clocks_change_the_window_still_ends_at_seven(repository, evening, hours):
    end = window_end(repository("22:00-07:00", "Europe/Zurich"), evening)
    assert (end.astimezone(ZURICH).hour, end.astimezone(ZURICH).minute) == (7, 0)
    assert (end.astimezone(UTC) - evening.astimezone(UTC)).total_seconds() == hours * 3600
