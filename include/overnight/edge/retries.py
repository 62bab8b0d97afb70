"""Airflow retries mean only "the process died or the network hiccuped"; healing lives in the build."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from ..domain.errors import RateLimited, Rejected, Terminal, Transient

OVERNIGHT_RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(RateLimited, RetryAction.RETRY, timedelta(minutes=5), "we were asked to wait"),
        RetryRule(Transient, RetryAction.RETRY, timedelta(seconds=30), "a passing fault"),
        RetryRule(Rejected, RetryAction.FAIL, reason="healing, not repetition, is the answer"),
        RetryRule(Terminal, RetryAction.FAIL, reason="a human must look"),
    ]
)
