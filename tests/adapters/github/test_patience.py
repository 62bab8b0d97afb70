"""What is worth repeating, and for how long."""

import pytest

from include.overnight.adapters.github import Patience
from include.overnight.domain.errors import Contended, Forbidden, NotAuthorized, RateLimited, Unreachable


def failing(*errors: Exception):
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def test_an_unreachable_server_is_asked_again_after_growing_waits(patience, slept):
    assert patience.persist(failing(Unreachable("1"), Unreachable("2"), Contended("3"))) == "done"
    assert [round(wait) for wait in slept] == sorted(round(wait) for wait in slept)
    assert 1.5 <= slept[0] <= 2
    assert 6 <= slept[2] <= 8


def test_the_last_error_is_raised_as_it_is(patience, slept):
    with pytest.raises(Unreachable, match="4"):
        patience.persist(failing(*(Unreachable(str(n)) for n in (1, 2, 3, 4))))
    assert len(slept) == 3


def test_a_limit_is_waited_for_as_long_as_told(patience, slept):
    assert patience.persist(failing(RateLimited("", 7.0), RateLimited("", 0.0))) == "done"
    assert slept == [7.0, 0.0]


def test_a_limit_without_a_time_means_a_minute_then_two(patience, slept):
    with pytest.raises(RateLimited):
        patience.persist(failing(*(RateLimited("") for _ in range(4))))
    assert slept == [60.0, 120.0]


def test_a_long_limit_is_the_callers_to_wait_for(patience, slept):
    with pytest.raises(RateLimited) as caught:
        patience.persist(failing(RateLimited("", 3000.0)))
    assert (caught.value.retry_after, slept) == (3000.0, [])


@pytest.mark.parametrize("error", [Forbidden("no"), NotAuthorized("no"), KeyError("bug")])
def test_what_no_repetition_helps_is_raised_at_once(error, patience, slept):
    with pytest.raises(type(error)):
        patience.persist(failing(error))
    assert slept == []


def test_one_attempt_means_no_repetition(slept):
    with pytest.raises(Unreachable):
        Patience(attempts=1, sleep=slept.append).persist(failing(Unreachable("x")))
    assert slept == []
