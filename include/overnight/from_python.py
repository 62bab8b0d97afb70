"""What a notebook or another program calls: the seeds' functions, on the settings of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .assembly import Overnight, open_overnight
from .domain.checkouts import Checkout, configured
from .domain.events import Event
from .domain.models import ModelSelectionContext
from .settings.orders import standing_order

if TYPE_CHECKING:
    from .domain.desktops import Health
    from .services.governance_issues import WrittenIssues
    from .services.governing import GovernanceStats
    from .services.syncing import Drift, Synced

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """Escalations counted now and their limits: exempt ones only in `concurrent`."""

    daily: int
    daily_limit: int
    hourly: int
    hourly_limit: int
    concurrent: int
    concurrent_limit: int
    throttled: tuple[str, ...] = ()


def execute_with_escalation(
    context: ModelSelectionContext, task: Callable[[str], T], *, desk: Overnight | None = None
) -> tuple[T, Event]:
    """Call `task(tier)` on the tier its context asks for, then down the ladder until one works.

    The task raises one of our errors (ModelFailure, Transient) when its model fails; anything else is its
    own. Quota, throttle, healing and the ledger are those of a night.

    :returns: what the task returned, and the event of the run that succeeded.
    :raises ModelFailure: no tier is left.
    """
    from .services.executing import execute_with_escalation as execute

    desk = desk or open_overnight()
    return execute(desk, context, task, standing_order(desk.settings))


def get_quota_usage(repository: str | None = None, *, desk: Overnight | None = None) -> QuotaUsage:
    """Return what is counted now, of the organization or of one repository (by GitHub node id)."""
    desk = desk or open_overnight()
    use, limits = desk.quota.use(repository), standing_order(desk.settings).limits
    return QuotaUsage(
        use.daily,
        limits.escalations_per_day,
        use.hourly,
        limits.escalations_per_hour,
        use.concurrent,
        limits.escalations_at_once,
        desk.quota.throttled(),
    )


def log_governance_event(*event: Any, desk: Overnight | None = None, **more: Any) -> Event:
    """Store one event; see `services.governing.log_governance_event` for what may be given."""
    from .services.governing import log_governance_event as log

    return log(desk or open_overnight(), *event, **more)


def query_governance_events(*, desk: Overnight | None = None, **query: Any) -> tuple[Event, ...]:
    """Return matching events: type, severity, repository, since, until, run, issue, limit."""
    from .services.governing import query_governance_events as ask

    return ask(desk or open_overnight(), **query)


def get_governance_stats(*, desk: Overnight | None = None) -> GovernanceStats:
    """Return how many events there are: total, by_severity, by_type."""
    from .services.governing import get_governance_stats as count

    return count((desk or open_overnight()).database)


def create_governance_issues_on_github(
    owner: str, repo: str, *, desk: Overnight | None = None
) -> WrittenIssues:
    """Create the four governance issues, or update those that are open; nothing is created twice."""
    from .services.governance_issues import create_governance_issues

    desk = desk or open_overnight()
    return create_governance_issues(desk, desk.issues, owner, repo)


def detect_repository_drift(name: str, *, desk: Overnight | None = None) -> Drift:
    """Fetch and compare a configured checkout with its remote (`has_drift`, `safe_to_merge`)."""
    from .adapters.desktop import GitDesktop
    from .services.syncing import detect_drift

    desk = desk or open_overnight()
    return detect_drift(desk, GitDesktop(), _checkout(desk, name))


def perform_safe_merge(name: str, *, desk: Overnight | None = None) -> Synced:
    """Bring a configured checkout level where that is safe; it says why where it is not."""
    from .adapters.desktop import GitDesktop
    from .services.syncing import merge_safely

    desk = desk or open_overnight()
    return merge_safely(desk, GitDesktop(), _checkout(desk, name))


def check_local_builder_health(*, desk: Overnight | None = None) -> Health:
    """Return whether all is in order to build here: `ready`, or the `issues` that stand in the way.

    The local model, the sandbox, and every configured checkout: there, clean, on its branch, its remote
    reachable, disk, clock. Uncommitted work is an issue, as in the seeds, and keeps no night from building.
    """
    from .adapters.desktop import GitDesktop
    from .services.examining_checkouts import local_builder_health

    desk = desk or open_overnight()
    return local_builder_health(desk, GitDesktop(), configured(desk.settings.values.desktops, os.environ))


def _checkout(desk: Overnight, name: str) -> Checkout:
    from .services.syncing import chosen

    return chosen(configured(desk.settings.values.desktops, os.environ), name)
