"""Only a commit of ours is ever pushed over."""

import pytest

from include.overnight.domain.branches import plan_push
from include.overnight.domain.errors import Forbidden

BRANCH, HEAD, OLD, MEANT, THEIRS = "overnight/1-x", "a" * 40, "b" * 40, "c" * 40, "d" * 40


@pytest.mark.parametrize(
    ("standing", "expected", "needed"),
    [(None, None, True), (OLD, OLD, True), (MEANT, MEANT, True), (HEAD, HEAD, False)],
)
def test_a_branch_that_is_new_or_ours_is_brought_to_our_commit(standing, expected, needed):
    push = plan_push(BRANCH, HEAD, standing, OLD, MEANT)
    assert (push.expected, push.needed) == (expected, needed)
    assert push.reason.startswith(BRANCH)


def test_a_commit_of_somebody_else_is_left_alone_and_the_way_on_is_named():
    with pytest.raises(Forbidden, match=r"overnight/1-x stands at dddddddddddd.*[Mm]erge or delete"):
        plan_push(BRANCH, HEAD, THEIRS, OLD, None, "")
