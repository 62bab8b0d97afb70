"""Turn settings and a trigger's parameters into a night's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.errors import SettingsError
from ..domain.issues import split_full_name
from ..domain.orders import Commands, Limits, NightOrder
from ..domain.plans import PlanRules, SequenceType
from .loading import Settings
from .schema import CommandSettings, RepositorySettings

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
        enable_model_escalation=repository.enable_model_escalation,
        enable_auto_heal=repository.enable_auto_heal,
        enable_desktop_sync=repository.enable_desktop_sync,
        create_prs_automatically=repository.create_prs_automatically,
        draft_pull_requests=repository.draft_pull_requests,
        parallel_issues=repository.parallel_issues,
        builder=repository.builder,
        setup_network=settings.values.setup_network,
        commands=_commands(repository.commands),
        limits=_limits(settings, repository),
        author_name=settings.values.author.name,
        author_email=settings.values.author.email,
    )
    switches = {key: bool(given[key]) for key in SWITCHES if key in given}
    return replace(order, **switches)  # type: ignore[arg-type]


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


def _limits(settings: Settings, repository: RepositorySettings) -> Limits:
    shared, money = settings.values.quota, settings.values.limits
    cap = repository.quota_limits or shared
    return Limits(
        **money.model_dump(),
        escalations_per_day=min(shared.daily, cap.daily),
        escalations_per_hour=min(shared.hourly, cap.hourly),
        escalations_at_once=min(shared.concurrent, cap.concurrent),
    )


def in_window(repository: RepositorySettings, now: datetime) -> bool:
    """Return whether `now` lies in the repository's night window (which may cross midnight)."""
    begin, end = _window(repository)
    local = now.astimezone(ZoneInfo(repository.timezone)).time()
    return begin <= local < end if begin <= end else local >= begin or local < end


def window_end(repository: RepositorySettings, now: datetime) -> datetime:
    """Return the next end of the night window after `now`."""
    _, end = _window(repository)
    local = now.astimezone(ZoneInfo(repository.timezone))
    candidate = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return candidate if candidate > local else candidate + timedelta(days=1)


def _window(repository: RepositorySettings) -> tuple[time, time]:
    begin, end = repository.window.split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)
