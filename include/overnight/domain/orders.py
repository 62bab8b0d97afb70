"""A night's order: everything a night reads, resolved once by `admit` and stored as an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from .plans import PlanRules


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
    parallel_issues: int = 5
    builder: str = "openai"
    setup_network: bool = False
    """Whether the setup command may reach the network."""
    commands: Commands | None = None
    """Overrides what the repository says or what is detected."""
    limits: Limits = field(default_factory=Limits)
    author_name: str = "Overnight"
    author_email: str = "overnight@users.noreply.github.com"
    branch_prefix: str = "overnight/"

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


def changed_from_default(order: NightOrder) -> Mapping[str, Any]:
    """Return the fields that differ from the defaults, for people who read the snapshot."""
    plain = NightOrder(order.night, order.owner, order.name)
    return {
        spec.name: getattr(order, spec.name)
        for spec in fields(order)
        if getattr(order, spec.name) != getattr(plain, spec.name)
    }
