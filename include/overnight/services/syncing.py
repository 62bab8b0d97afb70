"""Keep a developer's checkout level with its remote: look, decide, merge what is safe, and say so."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.checkouts import Checkout, repository_of
from ..domain.desktops import Health, health_of
from ..domain.drift import CheckoutState, shown
from ..domain.errors import NotFound, OvernightError, Transient
from ..domain.events import Event, EventType, Severity
from ..domain.syncing import Action, Decision, decide
from ..ports.desktop import Desktop, Moved, SyncHouse

_MOST_PATHS = 500
_MOST_PLAN = 50
_MOST_HELD = 80 * 1024
"""Characters of a list of the developer's own files; an API takes 256 KiB in all."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a checkout stands and what should be done with it.

    :param conflicts_file: where both sides of every conflict can be read, "" without conflicts.
    :param recovered: what was done about a merge that was killed earlier, "" when there was none.
    """

    state: CheckoutState
    decision: Decision
    conflicts_file: str = ""
    recovered: str = ""

    @property
    def has_drift(self) -> bool:
        """Return whether there is something on the remote that is not here."""
        return bool(self.state.behind_count or self.state.rewritten)

    @property
    def safe_to_merge(self) -> bool:
        return self.decision.safe


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of a sync; `moved` is None when nothing was merged."""

    drift: Drift
    moved: Moved | None = None

    @property
    def in_sync(self) -> bool:
        return self.moved is not None or self.drift.decision.action is Action.NOTHING


def chosen(checkouts: Sequence[Checkout], name: str | None) -> Checkout:
    """Return a configured checkout by name (NotFound names the others)."""
    for checkout in checkouts:
        if checkout.name == name or (name is None and len(checkouts) == 1):
            return checkout
    names = ", ".join(checkout.name for checkout in checkouts)
    raise NotFound(
        f"no checkout {name or 'was named'}: there {'are ' + names if names else 'is none'} "
        "([[desktops]] in overnight.toml, or LOCAL_…_PATH)"
    )


def check_health(desk: SyncHouse, desktop: Desktop, checkout: Checkout) -> Health:
    """Examine a checkout and record what is found."""
    state = desktop.look(checkout)
    health = health_of(desktop.examine(checkout, state, desk.clock.now()))
    told = "in order" if not health.issues else "; ".join(health.issues)
    severity = Severity.INFO if health.ready else Severity.WARNING
    metadata = {"ready": health.ready, "issues": list(health.issues)}
    desk.ledger.append(
        _event(desk, state, EventType.DESKTOP_HEALTH_CHECK, f"health: {told}", severity, metadata)
    )
    return health


def detect_drift(desk: SyncHouse, desktop: Desktop, checkout: Checkout) -> Drift:
    """Fetch and compare; drift is an event, its conflicts a file for people. Nothing else changes."""
    with desktop.hold(checkout):
        drift = _look(desktop, checkout)
    _record_drift(desk, drift)
    return drift


def merge_safely(desk: SyncHouse, desktop: Desktop, checkout: Checkout) -> Synced:
    """Bring a checkout level where that is safe; every outcome is an event, and the report of its repository.

    :raises Transient: somebody else is at work in the checkout; it may be tried again soon.
    """
    try:
        with desktop.hold(checkout):
            drift = _look(desktop, checkout)
            moved = desktop.merge(drift.state) if drift.decision.safe else None
    except OvernightError as error:
        _record_failure(desk, checkout, error)
        raise
    synced = Synced(drift, moved)
    _record(desk, synced)
    return synced


def sync_checkout(desk: SyncHouse, desktop: Desktop, checkout: Checkout) -> Synced:
    """Check, compare and merge in one go, as the DAG does in three tasks."""
    check_health(desk, desktop, checkout)
    _record_drift(desk, detect_drift_quietly(desktop, checkout))
    return merge_safely(desk, desktop, checkout)


def detect_drift_quietly(desktop: Desktop, checkout: Checkout) -> Drift:
    """Fetch and compare without a word in the ledger."""
    with desktop.hold(checkout):
        return _look(desktop, checkout)


def undo_merge(desk: SyncHouse, desktop: Desktop, checkout: Checkout) -> Moved:
    """Take the last merge of a checkout back, and record it."""
    with desktop.hold(checkout):
        desktop.settle(checkout)
        moved = desktop.undo(checkout)
    metadata = {"action": "undo", "before": moved.before, "after": moved.after, "backup": moved.backup}
    description = f"merge taken back: {moved.branch} is at {moved.after[:12]} again"
    state = CheckoutState(checkout)
    desk.ledger.append(
        _event(desk, state, EventType.DESKTOP_SYNC, description, Severity.INFO, {**metadata, "report": False})
    )
    return moved


def _look(desktop: Desktop, checkout: Checkout) -> Drift:
    recovered = desktop.settle(checkout)
    state = desktop.look(checkout)
    return Drift(state, decide(state), desktop.report_conflicts(state), recovered)


def _record_drift(desk: SyncHouse, drift: Drift) -> None:
    if not drift.has_drift:
        return
    state, decision = drift.state, drift.decision
    description = (
        f"{state.behind_count} behind, {state.ahead_count} ahead of "
        f"{state.checkout.remote}/{state.expected}; "
        f"{'safe to merge' if decision.safe else decision.reason}"
    )
    severity = Severity.INFO if decision.safe else Severity.WARNING
    desk.ledger.append(
        _event(desk, state, EventType.REPOSITORY_DRIFT_DETECTED, description, severity, _metadata(drift))
    )


def _record(desk: SyncHouse, synced: Synced) -> None:
    drift, moved = synced.drift, synced.moved
    metadata = {**_metadata(drift), "report": bool(drift.state.head and drift.state.remote_sha)}
    description = drift.decision.reason
    if moved:
        metadata |= {
            "before": moved.before,
            "after": moved.after,
            "backup": moved.backup,
            "merged": moved.files,
        }
        description = f"{moved.branch} brought to {moved.after[:12]}: {drift.decision.reason}"
        # What was behind is here now; the report says how the checkout stands after the merge.
        metadata |= {"head": moved.after, "behind": 0}
    kind = EventType.DESKTOP_SYNC if synced.in_sync else EventType.DESKTOP_SYNC_FAILED
    severity = Severity.INFO if synced.in_sync else Severity.WARNING
    desk.ledger.append(_event(desk, drift.state, kind, description, severity, metadata))


def _record_failure(desk: SyncHouse, checkout: Checkout, error: OvernightError) -> None:
    severity = Severity.WARNING if isinstance(error, Transient) else Severity.ERROR
    metadata = {"action": "failed", "reason": str(error), "report": False}
    desk.ledger.append(
        _event(desk, CheckoutState(checkout), EventType.DESKTOP_SYNC_FAILED, str(error), severity, metadata)
    )


def _metadata(drift: Drift) -> dict[str, Any]:
    state, decision = drift.state, drift.decision
    return {
        "action": str(decision.action),
        "rule": decision.rule,
        "reason": decision.reason,
        "plan": list(decision.plan[:_MOST_PLAN]),
        "branch": state.branch,
        "head": state.head,
        "remote_sha": state.remote_sha,
        "ahead": state.ahead_count,
        "behind": state.behind_count,
        "incoming": _texts(path.path for path in state.incoming),
        "unpushed": _held(state.unpushed),
        "uncommitted": _held(state.dirty),
        "conflicts": _texts(state.conflicts or state.stash_conflicts),
        "conflicts_file": drift.conflicts_file,
        "recovered": drift.recovered,
    }


def _held(paths: Iterable[str]) -> list[str]:
    """Return own work in full, as far as a report may be long: a gate goes by it."""
    found, room = [], _MOST_HELD
    for path in map(shown, paths):
        room -= len(path) + 4
        if room < 0:
            break
        found.append(path)
    return found


def _texts(paths: Iterable[str]) -> list[str]:
    return [shown(path) for path in paths][:_MOST_PATHS]


def _event(
    desk: SyncHouse,
    state: CheckoutState,
    kind: EventType,
    description: str,
    severity: Severity,
    metadata: dict[str, Any],
) -> Event:
    checkout = state.checkout
    full_name = checkout.repository or repository_of(state.url)
    known = desk.records.recall(f"repository/{full_name.lower()}") if full_name else None
    return Event(
        kind,
        f"{checkout.name}: {description}",
        severity,
        repository=str(known["node_id"]) if known else "",
        metadata={**metadata, "desktop": checkout.name, "full_name": full_name, "host": platform.node()},
    )
