"""Which failure is worth another try of the same task."""

import pytest
from airflow.sdk import ExceptionRetryPolicy, RetryAction

from include.overnight.domain import errors
from include.overnight.edge.retries import OVERNIGHT_RETRIES
from include.overnight.services.stopping import Stopped
from include.overnight.services.summarizing import IssueCrashed


def family(parent):
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, parent)]


def decided(kind, policy=OVERNIGHT_RETRIES):
    error = kind(errors.FailureKind.AUTH, "no") if kind is errors.ModelFailure else kind("no")
    return policy.evaluate(error, try_number=1, max_tries=2)


@pytest.mark.parametrize("kind", family(errors.Transient))
def test_a_passing_fault_is_tried_again(kind):
    assert decided(kind).action is RetryAction.RETRY
    assert decided(kind).retry_delay is not None


@pytest.mark.parametrize(
    "kind",
    [*family(errors.Rejected), *family(errors.Terminal), Stopped, IssueCrashed],
    ids=lambda k: k.__name__,
)
def test_what_repetition_cannot_mend_fails_at_once(kind):
    assert decided(kind).action is RetryAction.FAIL


def test_who_is_asked_to_slow_down_waits_longer_than_who_met_a_fault():
    assert decided(errors.RateLimited).retry_delay > decided(errors.Unreachable).retry_delay


def test_a_defect_of_ours_is_retried_as_the_task_says():
    assert decided(RuntimeError).action is RetryAction.DEFAULT


@pytest.mark.parametrize("kind", [errors.RateLimited, errors.Contended, errors.FenceLost, errors.OverBudget])
def test_the_policy_decides_the_same_after_its_journey_through_the_database(kind):
    travelled = ExceptionRetryPolicy.deserialize(OVERNIGHT_RETRIES.serialize())
    assert decided(kind, travelled).action is decided(kind).action


@pytest.mark.parametrize(("asked", "waits"), [(90.0, 91.0), (0.0, 1.0), (-5.0, 1.0), (86_400.0, 1800.0)])
def test_who_is_told_how_long_to_wait_waits_that_long_and_half_an_hour_at_most(asked, waits):
    decision = OVERNIGHT_RETRIES.evaluate(errors.RateLimited("slow down", asked), try_number=1, max_tries=2)
    assert decision.action is RetryAction.RETRY
    assert decision.retry_delay.total_seconds() == waits
