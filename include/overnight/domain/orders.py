"""A night's order: everything a night reads, resolved once by `admit` and stored as an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from .learning import LearningRules
from .models import RULES, TierRule
from .plans import PlanRules
from .projects import ProjectField
from .switching import SwitchRules


@dataclass(frozen=True, slots=True)
class Commands:
    """How a target repository is set up, built, linted and tested; "" means not applicable.

    :param source: where they come from, shown in the plan (".overnight.yml", "detected: pyproject.toml").
    :param environment: plain values the tests need.
    :param protected_paths: globs that a change may not touch without an approved justification.
    :param tests_optional: an explicit setting that allows a repository without tests.
    """

    setup: str = ""
    build: str = ""
    lint: str = ""
    test: str = ""
    source: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    protected_paths: tuple[str, ...] = ()
    tests_optional: bool = False
    labels: tuple[str, ...] = ()
    """Labels that the repository wants on our pull requests."""
    limits: tuple[tuple[str, Decimal], ...] = ()
    """Limits that the repository lowers; it cannot raise one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where work stops: money in US dollars, time in seconds."""

    attempt_usd: Decimal = Decimal(1)
    issue_usd: Decimal = Decimal(3)
    night_usd: Decimal = Decimal(20)
    month_usd: Decimal = Decimal(200)
    attempt_seconds: float = 1200.0
    gate_seconds: float = 900.0
    max_changed_files: int = 100
    max_changed_lines: int = 5000
    escalations_per_day: int = 50
    escalations_per_hour: int = 10
    escalations_at_once: int = 5

    def lowered(self, asked: tuple[tuple[str, Decimal], ...]) -> Limits:
        """Return the limits with every one that is asked lower than it stands."""
        lower = {
            name: type(getattr(self, name))(value) for name, value in asked if value < getattr(self, name)
        }
        return replace(self, **lower)


@dataclass(frozen=True, slots=True)
class ThrottleRules:
    """When escalations that need agreement are held back."""

    daily_share: float = 0.8
    """Share of the day's limit, 0 to 1."""
    hourly_share: float = 0.8
    failed_last_hour: int = 3
    average_cost_usd: Decimal = Decimal(2)
    """Average dollars a task over the last 24 hours; more than this throttles."""


@dataclass(frozen=True, slots=True)
class QuotaCap:
    """A repository's own share of the organization's quota, counted for that repository alone."""

    daily: int
    hourly: int
    concurrent: int


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the gates and the loop around them are told.

    :param review: ask a reviewing model (gate qic); without one its deterministic part decides alone.
    :param reviewer_tier: "" means any tier that is not the builder's attempt, dearest first.
    :param generate_tests: let a model write tests from the acceptance criteria before the builder starts.
    :param require_regression_test: a bug fix without a test that fails before and passes after fails.
    :param fail_fast: skip gates that have not started once one has failed.
    :param external_links: whether changed links that leave the repository are looked up.
    :param gate_budget_seconds: gate time of one issue, all attempts together.
    """

    review: bool = True
    reviewer_tier: str = ""
    generate_tests: bool = True
    require_regression_test: bool = False
    fail_fast: bool = False
    external_links: bool = False
    gate_budget_seconds: float = 5400.0


@dataclass(frozen=True, slots=True)
class NightOrder:
    """The resolved settings of one night of one repository; secrets are not among them.

    :param trigger: scheduled, manual, backfill or cli.
    :param logical_date: the night it stands for; None when it has none.
    :param deadline: no issue starts after it; a waiting issue is blocked at it.
    """

    night: str
    owner: str
    name: str
    trigger: str = "manual"
    logical_date: datetime | None = None
    deadline: datetime | None = None
    dry_run: bool = True
    plan_only: bool = False
    plan: PlanRules = field(default_factory=PlanRules)
    enable_model_escalation: bool = True
    enable_auto_heal: bool = True
    enable_desktop_sync: bool = False
    create_prs_automatically: bool = True
    draft_pull_requests: bool = True
    drafts_until_accepted: bool = True
    """Whether drafts end with the repository's first merged pull request of ours."""
    merge_policy: str = "enqueue"
    """leave, auto_merge or enqueue."""
    merge_method: str = "merge"
    """merge, squash or rebase."""
    parallel_issues: int = 5
    builder: str = "openai"
    builder_kind: str = "openai"
    """openai, local, command or copilot."""
    builder_seconds: float = 0.0
    """Wall clock of an attempt by a builder that works elsewhere; 0: the limits' own."""
    switching: SwitchRules | None = None
    """When builds go to the desktop's model; None: never."""
    required_desktops: tuple[str, ...] = ()
    """Checkouts that must be in sync before the night is admitted."""
    setup_network: bool = False
    """Whether the setup command may reach the network."""
    commands: Commands | None = None
    """Overrides what the repository says or what is detected."""
    limits: Limits = field(default_factory=Limits)
    """Of the organization; a repository's own, lower quota is `quota_cap`."""
    quota_cap: QuotaCap | None = None
    shares: tuple[tuple[str, Decimal], ...] = ()
    """Lower-case name → weight of every repository that quota and money are shared with, this one too."""
    throttle: ThrottleRules = field(default_factory=ThrottleRules)
    gates: GateRules = field(default_factory=GateRules)
    architecture_plans: bool = True
    """Whether a plan is written before the first attempt, and anew after every second failed one."""
    local_above_top: bool = False
    """Whether an issue that stays red on the top tier may try the local builder."""
    setup_hosts: tuple[str, ...] = ()
    """Hosts the setup command may reach when `setup_network` is on; empty means every public host."""
    model_rules: tuple[TierRule, ...] = RULES
    """The selection table: settings' own rows first, then the built-in ones."""
    learning: LearningRules = field(default_factory=LearningRules)
    allow_unknown_prices: bool = False
    """Whether a paid tier without a known price may work; its cost is then booked as nothing."""
    approvers: tuple[str, ...] = ()
    """Who may approve; empty: whoever may edit the repository's DAG."""
    rollback: str = "by_severity"
    """by_severity, ask, automatic or off: who decides that a merge of ours is taken back."""
    rollback_window_hours: float = 24.0
    """How long after a merge of ours the default branch is watched."""
    author_name: str = "Overnight"
    author_email: str = "overnight@users.noreply.github.com"
    branch_prefix: str = "overnight/"
    answer_reviews: bool = True
    """Whether trusted people's requests on open pull requests of ours lead to another attempt."""
    project: ProjectField | None = None
    """The project whose status follows an issue's; None: no project is touched."""

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def weights(self) -> dict[str, Decimal]:
        return dict(self.shares)

    @property
    def attempt_seconds(self) -> float:
        """Return the wall clock of one attempt."""
        return self.builder_seconds or self.limits.attempt_seconds


def changed_from_default(order: NightOrder) -> Mapping[str, Any]:
    """Return the fields that differ from the defaults, for people who read the snapshot."""
    plain = NightOrder(order.night, order.owner, order.name)
    return {
        spec.name: getattr(order, spec.name)
        for spec in fields(order)
        if getattr(order, spec.name) != getattr(plain, spec.name)
    }
