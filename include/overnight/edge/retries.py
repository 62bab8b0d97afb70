"""Airflow retries mean only "the process died or the network hiccuped"; healing lives in the build."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from ..domain.errors import RateLimited, Rejected, Terminal, Transient
from ..domain.waits import asked_wait

if TYPE_CHECKING:
    from airflow.sdk import Context, RetryDecision


class PatientRetryPolicy(ExceptionRetryPolicy):
    """Rules by type of error; who was told how long to wait waits that long, within bounds.

    Only the worker asks it, and the worker has the DAG's own object: what travels through the database are
    the rules, and they say the same but for the delay.
    """

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Decide by the first rule that fits."""
        decision = super().evaluate(exception, try_number, max_tries, context)
        seconds = asked_wait(exception)
        if decision.action is not RetryAction.RETRY or seconds is None:
            return decision
        told = f"{decision.reason}: {seconds:.0f} s"
        return type(decision).retry(timedelta(seconds=seconds), told)


OVERNIGHT_RETRIES = PatientRetryPolicy(
    rules=[
        RetryRule(RateLimited, RetryAction.RETRY, timedelta(minutes=5), "we were asked to wait"),
        RetryRule(Transient, RetryAction.RETRY, timedelta(seconds=30), "a passing fault"),
        RetryRule(Rejected, RetryAction.FAIL, reason="healing, not repetition, is the answer"),
        RetryRule(Terminal, RetryAction.FAIL, reason="a human must look"),
    ]
)
"""Which failure is worth another try of the same task."""
