"""Turn settings and a trigger's parameters into a night's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..domain.errors import SettingsError
from ..domain.issues import split_full_name
from ..domain.learning import LearningRules
from ..domain.models import RULES, TierRule
from ..domain.orders import Commands, GateRules, Limits, NightOrder, QuotaCap, ThrottleRules
from ..domain.plans import PlanRules, SequenceType
from ..domain.projects import ProjectField
from ..domain.sharing import part
from .loading import Settings
from .schema import RepositorySettings
from .sections import CommandSettings, merged
from .windows import window_end

SWITCHES = (
    "dry_run",
    "plan_only",
    "enable_model_escalation",
    "enable_auto_heal",
    "enable_desktop_sync",
    "create_prs_automatically",
)


def make_order(
    settings: Settings,
    full_name: str,
    night: str,
    *,
    trigger: str,
    now: datetime,
    logical_date: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> NightOrder:
    """Resolve one night's order; a parameter that is None leaves the settings' value.

    :raises SettingsError: the repository is not configured, or a parameter is wrong.
    """
    repository = settings.repository(full_name)
    given = {key: value for key, value in (params or {}).items() if value is not None}
    owner, name = split_full_name(repository.name)
    order = NightOrder(
        night=night,
        owner=owner,
        name=name,
        trigger=trigger,
        logical_date=logical_date,
        deadline=window_end(repository, now) if trigger == "scheduled" else None,
        dry_run=bool(repository.dry_run),
        plan=_rules(repository, given, logical_date if trigger == "backfill" else None),
        answer_reviews=bool(repository.answer_reviews),
        **_as_set(repository),
        **_builder(settings, repository),
        required_desktops=_required_desktops(settings, repository),
        setup_network=settings.values.setup_network,
        commands=_commands(repository.commands),
        limits=limits(settings),
        quota_cap=quota_cap(settings, repository),
        shares=shares(settings),
        throttle=throttle_rules(settings, repository),
        gates=GateRules(**merged(settings.values.gates, repository.gates).model_dump()),
        local_above_top=settings.values.local_above_top,
        setup_hosts=settings.values.setup_hosts,
        model_rules=model_rules(settings, repository),
        learning=LearningRules(**merged(settings.values.learning, repository.learning).model_dump()),
        allow_unknown_prices=settings.values.allow_unknown_prices,
        approvers=approvers(settings, full_name),
        author_name=settings.values.author.name,
        author_email=settings.values.author.email,
    )
    switches = {key: bool(given[key]) for key in SWITCHES if key in given}
    if switches.get("plan_only"):  # the stricter dry run
        switches["dry_run"] = True
    return replace(order, **switches)  # type: ignore[arg-type]


def standing_order(settings: Settings) -> NightOrder:
    """Return the order of a task outside any night: the organization's limits, throttle and rules."""
    return NightOrder(
        night="",
        owner="",
        name="",
        dry_run=False,
        limits=limits(settings),
        throttle=throttle_rules(settings),
        model_rules=model_rules(settings),
        local_above_top=settings.values.local_above_top,
        allow_unknown_prices=settings.values.allow_unknown_prices,
    )


_AS_SET = (
    "enable_model_escalation",
    "enable_auto_heal",
    "enable_desktop_sync",
    "create_prs_automatically",
    "draft_pull_requests",
    "drafts_until_accepted",
    "merge_policy",
    "merge_method",
    "parallel_issues",
    "builder",
    "rollback",
    "rollback_window_hours",
)
"""Keys of a repository that its nights' orders hold under the same name."""


def _as_set(repository: RepositorySettings) -> dict[str, Any]:
    kept = {name: getattr(repository, name) for name in _AS_SET}
    return {**kept, "project": project_field(repository)}


def _rules(
    repository: RepositorySettings, given: Mapping[str, Any], created_before: datetime | None
) -> PlanRules:
    try:
        order = tuple(SequenceType(kind) for kind in given.get("sequence_order") or repository.sequence_order)
        only = tuple(int(number) for number in given.get("issues") or ())
        max_issues = int(given.get("max_issues_per_run", repository.max_issues_per_run))
    except ValueError as error:
        raise SettingsError(f"a parameter of this night is wrong: {error}") from error
    if max_issues < 1 or any(number < 1 for number in only):
        raise SettingsError("max_issues_per_run and issue numbers must be 1 or more")
    return PlanRules(
        sequence_order=(*order, *(kind for kind in SequenceType if kind not in order)),
        max_issues=max_issues,
        only=only,
        trusted_associations=repository.trusted_associations,
        label_types=tuple((label, kind.value) for label, kind in repository.label_types.items()),
        created_before=created_before,
    )


def _builder(settings: Settings, repository: RepositorySettings) -> dict[str, Any]:
    """Return what kind of builder works, for how long, and whether the desktop may stand in for it."""
    values = settings.values
    said = values.builders.get(repository.builder)
    return {
        "builder_kind": said.kind if said else repository.builder,
        "builder_seconds": said.wait_seconds if said else 0.0,
        "switching": values.switching.rules() if values.desktop_builder_enabled else None,
    }


def _required_desktops(settings: Settings, repository: RepositorySettings) -> tuple[str, ...]:
    name = repository.name.lower()
    return tuple(
        desktop.name
        for desktop in settings.values.desktops
        if desktop.required and desktop.repository.lower() == name
    )


def _commands(settings: CommandSettings | None) -> Commands | None:
    if settings is None:
        return None
    return Commands(
        setup=settings.setup,
        build=settings.build,
        lint=settings.lint,
        test=settings.test,
        source="settings",
        environment=tuple(settings.environment.items()),
        protected_paths=settings.protected_paths,
        tests_optional=settings.tests_optional,
    )


def project_field(repository: RepositorySettings) -> ProjectField | None:
    """Return the project whose status follows the issues, None when none is named."""
    said = repository.project
    owner = said.owner or split_full_name(repository.name)[0]
    return ProjectField(**{**said.model_dump(), "owner": owner}) if said.number else None


def limits(settings: Settings) -> Limits:
    """Return where work stops, for every repository."""
    shared = settings.values.quota
    return Limits(
        **settings.values.limits.model_dump(),
        escalations_per_day=shared.daily,
        escalations_per_hour=shared.hourly,
        escalations_at_once=shared.concurrent,
    )


def approvers(settings: Settings, full_name: str) -> tuple[str, ...]:
    """Return who may approve on a repository; empty: whoever may edit its DAG."""
    rows = (one for one in settings.values.repositories if one.name.lower() == full_name.lower())
    own = next(rows, None)
    return (own.approvers if own else ()) or settings.values.approvers


def throttle_rules(settings: Settings, repository: RepositorySettings | None = None) -> ThrottleRules:
    """Return when escalations are held back; a repository's own keys win one by one."""
    own = repository.throttle if repository else None
    return ThrottleRules(**merged(settings.values.throttle, own).model_dump())


def shares(settings: Settings) -> tuple[tuple[str, Decimal], ...]:
    """Return the weight of every enabled repository, by its lower-case name; empty for a single one."""
    enabled = [one for one in settings.values.repositories if one.enabled]
    return tuple((one.name.lower(), one.share) for one in enabled) if len(enabled) > 1 else ()


def guaranteed(settings: Settings, full_name: str) -> QuotaCap | None:
    """Return a repository's part of the organization's quota, None when nothing is shared with others."""
    weights, shared = dict(shares(settings)), settings.values.quota
    weight, total = weights.get(full_name.lower()), sum(weights.values(), Decimal(0))
    if weight is None:
        return None
    return QuotaCap(
        daily=part(shared.daily, weight, total),
        hourly=part(shared.hourly, weight, total),
        concurrent=part(shared.concurrent, weight, total),
    )


def quota_cap(settings: Settings, repository: RepositorySettings) -> QuotaCap | None:
    """Return a repository's own cap, never above the organization's; None when it has none."""
    if repository.quota_limits is None:
        return None
    shared = settings.values.quota
    own = merged(shared, repository.quota_limits)
    return QuotaCap(
        daily=min(shared.daily, own.daily),
        hourly=min(shared.hourly, own.hourly),
        concurrent=min(shared.concurrent, own.concurrent),
    )


def model_rules(settings: Settings, repository: RepositorySettings | None = None) -> tuple[TierRule, ...]:
    """Return the selection table: the repository's rows, everybody's, then the built-in ones."""
    own = repository.model_rules if repository else ()
    return (*(row.rule() for row in (*own, *settings.values.model_rules)), *RULES)
