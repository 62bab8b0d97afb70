"""Events: the truth about history. Stored types are snake_case; the seeds' eleven names are among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SCHEMA_VERSION = 1


class Severity(StrEnum):
    """How loudly an event should be told."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class EventType(StrEnum):
    """Every type the ledger stores."""

    MODEL_ESCALATION = "model_escalation"
    MODEL_ESCALATION_FAILED = "model_escalation_failed"
    DESKTOP_SYNC = "desktop_sync"
    DESKTOP_SYNC_FAILED = "desktop_sync_failed"
    REPOSITORY_DRIFT_DETECTED = "repository_drift_detected"
    BUILDER_SWITCH = "builder_switch"
    DESKTOP_HEALTH_CHECK = "desktop_health_check"
    OVERNIGHT_EXECUTION_STARTED = "overnight_execution_started"
    OVERNIGHT_EXECUTION_COMPLETED = "overnight_execution_completed"
    ISSUE_EXECUTION_COMPLETED = "issue_execution_completed"
    ISSUE_EXECUTION_FAILED = "issue_execution_failed"

    ISSUE_EXECUTION_SKIPPED = "issue_execution_skipped"
    OVERNIGHT_EXECUTION_SKIPPED = "overnight_execution_skipped"
    OVERNIGHT_NIGHT_MISSED = "overnight_night_missed"
    OVERNIGHT_WINDOW_ENDED = "overnight_window_ended"
    NIGHT_PLANNED = "night_planned"
    ATTEMPT_STARTED = "attempt_started"
    ATTEMPT_FINISHED = "attempt_finished"
    CHECKPOINT_SAVED = "checkpoint_saved"
    QUOTA_RESERVED = "quota_reserved"
    QUOTA_REFUSED = "quota_refused"
    THROTTLE_OPENED = "throttle_opened"
    THROTTLE_CLOSED = "throttle_closed"
    BUDGET_REFUSED = "budget_refused"
    BUDGET_REACHED = "budget_reached"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"
    AUTO_HEAL = "auto_heal"
    MODEL_UNAVAILABLE = "model_unavailable"
    CIRCUIT_OPENED = "circuit_opened"
    CIRCUIT_CLOSED = "circuit_closed"
    PLAN_WRITTEN = "plan_written"
    TESTS_GENERATED = "tests_generated"
    CHANGE_REVIEWED = "change_reviewed"
    CHANGE_REBASED = "change_rebased"
    CHANGE_BUILT = "change_built"
    BASE_RECORDED = "base_recorded"
    GATE_JUDGED = "gate_judged"
    CHANGE_JUDGED = "change_judged"
    LESSON_LEARNT = "lesson_learnt"
    LESSON_RETIRED = "lesson_retired"
    CHANGE_PUBLISHED = "change_published"
    ISSUE_REPORTED = "issue_reported"
    REVISION_REQUESTED = "revision_requested"
    REVISION_ANSWERED = "revision_answered"
    PULL_REQUEST_MERGED = "pull_request_merged"
    PULL_REQUEST_CLOSED = "pull_request_closed"
    PULL_REQUEST_REOPENED = "pull_request_reopened"
    PULL_REQUEST_ENQUEUED = "pull_request_enqueued"
    PULL_REQUEST_DEQUEUED = "pull_request_dequeued"
    PULL_REQUEST_RETARGETED = "pull_request_retargeted"
    PULL_REQUEST_REBASED = "pull_request_rebased"
    PULL_REQUEST_STANDS = "pull_request_stands"
    ROLLBACK_OPENED = "rollback_opened"
    PRIORITY_SET = "priority_set"
    STOP_REQUESTED = "stop_requested"
    GOVERNANCE_NOTE = "governance_note"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; never changed afterwards.

    :param id: uuid7 text, given by the ledger when empty.
    :param at: moment in UTC, given by the ledger when None.
    :param repository: GitHub node id ("" for organization-wide events).
    :param night: night id ("" outside a night); its chain is the stream the event goes to.
    :param issue: issue number, None when not about one.
    :param attempt: the seeds' task id, "<night>/<issue>/<n>".
    :param metadata: JSON-serializable detail; redacted before it is stored.
    """

    type: EventType
    description: str
    severity: Severity = Severity.INFO
    repository: str = ""
    night: str = ""
    issue: int | None = None
    attempt: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    id: str = ""
    at: datetime | None = None
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What to look for; unset fields do not narrow. Newest first unless `oldest_first`.

    :param readable: leave out events whose payload was removed; whoever reads metadata by name asks so.
    """

    types: tuple[EventType, ...] = ()
    severity: Severity | None = None
    repository: str | None = None
    night: str | None = None
    issue: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = 100
    oldest_first: bool = False
    dry_run: bool | None = None
    readable: bool = False
