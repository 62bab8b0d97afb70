"""What counts as the same call and the same error."""

import pytest

from include.overnight.adapters.builders.watching import Circles
from include.overnight.domain.errors import Stuck


def after(results, call=lambda turn: "run pytest"):
    circles = Circles(lambda complaint: False)
    for turn, result in enumerate(results):
        circles.after(call(turn), result)


@pytest.mark.parametrize(
    "result",
    [
        "3 passed in 0.1{}s",
        "real 0m1.{}2s",
        "<Box object at 0x7f00{}aa>",
        "see /tmp/tmpab{}c/out.txt",
        "see /tmp/pytest-of-ann/pytest-{}/test_box0",
        "took {}00 ms",
    ],
)
def test_a_result_that_differs_by_itself_is_the_same_one(result):
    with pytest.raises(Stuck, match="same call with the same result 4 times"):
        after([result.format(turn) for turn in range(4)])


def test_an_error_is_known_again_although_it_took_longer():
    errors = [f"[exit code: 1] 1 failed in 0.{turn}s" for turn in range(3)]
    with pytest.raises(Stuck, match="the same error 3 times"):
        after(errors, call=lambda turn: f"run pytest -k {turn}")


def test_results_that_say_something_else_are_no_circle():
    after([f"[exit code: 1] {turn} failed, {9 - turn} passed in 0.1s" for turn in range(9)])
    after([f"see /tmp/box/{turn}.txt" for turn in range(9)])
