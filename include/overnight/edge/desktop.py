"""The steps of desktop sync as Airflow operators; each checkout's run on the queue of its machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from ..domain.checkouts import Checkout, configured
from ..domain.errors import Contended, OvernightError
from ..domain.switching import Primary, primary_of
from ..settings import FileSettings, load_settings
from .hooks import open_desk
from .moments import MomentTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ..assembly import Overnight
    from ..ports.desktop import Desktop

WAIT = timedelta(minutes=1)
MOST_WAITS = 5
DISABLED = "DESKTOP_BUILDER_ENABLED is not true: desktop sync is off"


def configured_checkouts() -> tuple[Checkout, ...]:
    """Return the checkouts of the settings and of LOCAL_…_PATH."""
    return configured(load_settings().values.desktops, os.environ)


def names_by_queue() -> dict[str, list[str]]:
    """Return the checkouts' names by the queue of the machine that has them ("" is any worker)."""
    queues: dict[str, list[str]] = {}
    for checkout in configured_checkouts():
        queues.setdefault(checkout.queue, []).append(checkout.name)
    return queues


class CheckBuildersOperator(BaseOperator):
    """Check the builders and switch between them when it is due; skipped when desktop sync is off."""

    def execute(self, context: Context) -> str:
        from ..services.switching import check_builders

        values = load_settings().values
        if not values.desktop_builder_enabled:
            raise AirflowSkipException(DISABLED)
        desk, rules = open_desk(), values.switching.rules()
        told = {
            str(primary): str(
                check_builders(desk, partial(primary_health, desk, primary), rules, primary=primary).phase
            )
            for primary in primaries(desk.settings.values)
        }
        return ", ".join(f"{primary}: {phase}" for primary, phase in told.items())


class CheckoutOperator(BaseOperator):
    """A step of one checkout.

    :param checkout: its name in the settings.
    """

    template_fields: Sequence[str] = ("checkout",)

    def __init__(self, *, checkout: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.checkout = checkout

    def at_work(self) -> tuple[Overnight, Desktop, Checkout]:
        """Return what the services of desktop sync are told."""
        from ..adapters.desktop import GitDesktop
        from ..services.syncing import chosen

        return open_desk(), GitDesktop(), chosen(configured_checkouts(), self.checkout)


class CheckHealthOperator(CheckoutOperator):
    """Examine the checkout; skipped when nothing could be done in it."""

    def execute(self, context: Context) -> list[str]:
        from ..services.syncing import check_health

        health = check_health(*self.at_work())
        if not health.ready:
            raise AirflowSkipException("; ".join(health.issues))
        return list(health.issues)


class DetectDriftOperator(CheckoutOperator):
    """Fetch and compare; returns what should be done, and why."""

    def execute(self, context: Context) -> str:
        from ..services.syncing import detect_drift

        decision = detect_drift(*self.at_work()).decision
        return f"{decision.action}: {decision.reason}"


class MergeSafelyOperator(CheckoutOperator):
    """Merge what is safe; waits without a slot while somebody is at work, skipped when a person must look."""

    def execute(self, context: Context) -> str:
        return self._try(waits=0)

    def resume(self, context: Context, event: Mapping[str, Any], waits: int) -> str:
        """Try again after a wait."""
        return self._try(waits)

    def _try(self, waits: int) -> str:
        from ..services.syncing import merge_safely

        try:
            synced = merge_safely(*self.at_work())
        except Contended:
            if waits >= MOST_WAITS:
                raise
            self._wait(waits)
        decision = synced.drift.decision
        if decision.rule == "lock" and waits < MOST_WAITS:
            self._wait(waits)
        if not synced.in_sync:
            raise AirflowSkipException(decision.reason)
        return decision.reason

    def _wait(self, waits: int) -> None:
        until = (datetime.now(UTC) + WAIT).isoformat()
        self.defer(trigger=MomentTrigger(until), method_name="resume", kwargs={"waits": waits + 1})


class HandOverOperator(CheckoutOperator):
    """Bring the last night's branches and its page to the checkout; skipped when there is nothing new."""

    def execute(self, context: Context) -> list[str]:
        from ..services.handing_over import hand_over

        handed = hand_over(*self.at_work())
        if not handed.night:
            raise AirflowSkipException("no night ended since the last hand-over")
        return [branch for branch, _ in handed.opened.branches]


def primaries(values: FileSettings) -> tuple[Primary, ...]:
    """Return the services that builders of the settings rest on, each checked on its own."""
    kinds = {name: said.kind for name, said in values.builders.items()}
    wanted = {primary_of(kinds.get(one.builder, one.builder)) for one in values.repositories if one.enabled}
    return tuple(primary for primary in Primary if primary in wanted or primary is Primary.MODELS)


def primary_health(desk: Overnight, primary: Primary = Primary.MODELS) -> str:
    """Return "" when a primary builder's service answers, else what is wrong with it."""
    if primary is Primary.COPILOT:
        return _github_health(desk)
    return desk.rungs.primary_health()


def _github_health(desk: Overnight) -> str:
    """Copilot has no address of its own: whether GitHub answers this token is all there is to ask."""
    try:
        desk.tracker.login()
    except OvernightError as error:
        return str(error)
    return ""
