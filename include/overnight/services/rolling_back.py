"""Take a merge of ours back because a person wants it, whatever the checks say."""

from __future__ import annotations

from dataclasses import replace

from ..domain.errors import Contended, NotFound
from ..domain.issues import Repository
from ..domain.landing import Merge, Step
from ..domain.orders import NightOrder
from ..domain.rollback import Accusation, Case, CaseState
from ..ports import Desk
from .claiming import alone
from .merges import merge_of, night_of
from .rollback import take_back
from .rollback_cases import case_of, keep_case


def roll_back(desk: Desk, order: NightOrder, repository: Repository, pull_request: int) -> Case:
    """Take a merge of ours back because a person wants it, whatever the checks say.

    The word must be on record: without one the settings decide as they do in a watch.

    :raises NotFound: it is no merged pull request of ours.
    """
    node = repository.node_id
    with alone(desk, f"watch/{node}") as hold:
        if hold is None:
            raise Contended(f"{repository.full_name} is being watched this minute: try again")
        repository = replace(repository, head_sha=desk.workspace.refresh(repository))
        merge = _merged(desk, repository, pull_request)
        night = night_of(desk, repository, merge)
        known = case_of(desk, node, pull_request)
        if known is None or known.state is CaseState.CLOSED:
            known = keep_case(desk, node, Case(_by_hand(desk, repository, merge)))
        return take_back(desk, order, night, known)


def accused_by_hand(desk: Desk, repository: Repository, pull_request: int) -> Accusation:
    """Return what a person would have taken back (NotFound when it is no merge of ours)."""
    repository = replace(repository, head_sha=desk.workspace.refresh(repository))
    return _by_hand(desk, repository, _merged(desk, repository, pull_request))


def _by_hand(desk: Desk, repository: Repository, merge: Merge) -> Accusation:
    commits = desk.workspace.brought(repository, merge.sha, merge.head_sha)
    before = desk.workspace.before(repository, merge.sha, commits)
    (last,) = desk.workspace.landed(repository, before, merge.sha)[-1:]
    step = Step(merge.sha, before, last.subject, merge, commits, len(last.parents))
    return Accusation(merge, step, str(repository.head_sha), ("a person's word",), "a person says so")


def _merged(desk: Desk, repository: Repository, pull_request: int) -> Merge:
    merge = merge_of(desk, repository, pull_request)
    if merge is None:
        raise NotFound(
            f"pull request #{pull_request} of {repository.full_name} is no pull request of Overnight's that "
            f"was merged into {repository.default_branch}"
        )
    return merge
