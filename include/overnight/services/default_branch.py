"""Watch the default branch after merges of ours; find what made it red, and take it back where it was us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.errors import RepositoryUnusable
from ..domain.following import Check
from ..domain.issues import Repository
from ..domain.landing import Colour, Merge, colour_of
from ..domain.orders import NightOrder
from ..domain.rollback import Case, CaseState
from ..ports import Desk
from .attributing import attribute
from .claiming import alone
from .default_branch_checks import checks_of_head
from .merges import may_have_merged, merges_within, night_of
from .reading import OpenNight
from .rollback import take_back
from .rollback_aftermath import say_once
from .rollback_cases import case_of, keep_case


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at the default branch found.

    :param case: the case it is about, None when nobody of ours is accused.
    """

    colour: Colour
    reason: str
    case: Case | None = None

    @property
    def asks(self) -> bool:
        return self.case is not None and self.case.state is CaseState.ASKED


def watch_default_branch(desk: Desk, order: NightOrder, repository: Repository) -> Watched:
    """Look at the default branch once; a red that is ours is taken back, asked about, or told to people.

    Repositories without a recent merge of ours cost no request. One look at a time for each repository.

    :param order: the repository's settings as they are now; it belongs to no night.
    """
    merges = merges_within(desk, repository, order.rollback_window_hours)
    if not merges:
        return Watched(Colour.UNKNOWN, _nothing(order))
    with alone(desk, f"watch/{repository.node_id}") as hold:
        if hold is None:
            return Watched(Colour.UNKNOWN, "another worker is looking")
        repository = replace(repository, head_sha=desk.workspace.refresh(repository))
        return _look(desk, order, repository, merges)


def worth_watching(desk: Desk, order: NightOrder) -> bool:
    """Return whether something of ours may have been merged within the window, from the ledger alone."""
    known = desk.records.recall(f"repository/{order.full_name.lower()}")
    return known is not None and may_have_merged(desk, str(known["node_id"]), order.rollback_window_hours)


def watch_repository(desk: Desk, order: NightOrder) -> Watched:
    """Look at a repository's default branch; no request at all while nothing of ours can have been merged.

    :raises NotFound: the repository is gone.
    """
    if not worth_watching(desk, order):
        return Watched(Colour.UNKNOWN, _nothing(order))
    return watch_default_branch(desk, order, desk.tracker.repository(order.owner, order.name))


def _look(desk: Desk, order: NightOrder, repository: Repository, merges: Sequence[Merge]) -> Watched:
    node, head = repository.node_id, str(repository.head_sha)
    checks = checks_of_head(desk, repository)
    colour = colour_of(checks)
    cases = [case for merge in merges if (case := case_of(desk, node, merge.pull_request))]
    if colour is Colour.GREEN:
        _remember_green(desk, node, head)
        _healed(desk, repository, cases)
        return Watched(colour, f"{repository.default_branch} is green at {head[:12]}")
    open_case = next((case for case in cases if case.is_open), None)
    if open_case is not None:
        return _carry_on(desk, order, repository, colour, open_case)
    if colour is not Colour.RED:
        return Watched(colour, f"the checks of {head[:12]} are {colour}")
    proposed = next((case for case in cases if case.state is CaseState.OPENED), None)
    if proposed is not None and not _has_landed(desk, repository, proposed):
        return Watched(colour, f"pull request #{proposed.pull_request} takes the cause back", proposed)
    return _attributed(desk, order, repository, merges, checks)


def _attributed(
    desk: Desk, order: NightOrder, repository: Repository, merges: Sequence[Merge], checks: Sequence[Check]
) -> Watched:
    node, head = repository.node_id, str(repository.head_sha)
    if known := desk.records.recall(f"attributed/{node}/{head}"):
        return Watched(Colour.RED, str(known["reason"]))
    night = night_of(desk, repository, merges[-1])
    try:
        found = attribute(desk, night, merges, checks, _last_green(desk, node, head))
    except RepositoryUnusable as error:
        return _nobody(desk, night, merges[-1], str(error))
    if found.accusation is None:
        return _nobody(desk, night, merges[-1], found.reason)
    known_case = case_of(desk, node, found.accusation.merge.pull_request)
    if known_case is not None:
        return _nobody(desk, night, merges[-1], f"{found.reason}; that was settled: {known_case.reason}")
    case = keep_case(desk, node, Case(found.accusation))
    return _carry_on(desk, order, repository, Colour.RED, case)


def _remember_green(desk: Desk, node: str, head: str) -> None:
    """Write down the newest green head, and the one before it: a head that was green may turn red yet."""
    before = _last_green(desk, node, head)
    desk.records.remember(f"green/{node}", {"sha": head, "before": before})


def _last_green(desk: Desk, node: str, head: str) -> str:
    """Return the newest green commit under a head, "" when none is known."""
    known = desk.records.recall(f"green/{node}") or {}
    return str(known.get("before" if known.get("sha") == head else "sha") or "")


def _nobody(desk: Desk, night: OpenNight, merge: Merge, reason: str) -> Watched:
    """Say once that the branch is red and none of ours is taken back; look no further at this head."""
    repository, head = night.repository, str(night.repository.head_sha)
    say_once(desk, night, merge, f"{repository.default_branch} is red at {head[:12]}: {reason}")
    desk.records.remember(f"attributed/{repository.node_id}/{head}", {"reason": reason})
    return Watched(Colour.RED, reason)


def _carry_on(desk: Desk, order: NightOrder, repository: Repository, colour: Colour, case: Case) -> Watched:
    night = night_of(desk, repository, case.accusation.merge)
    case = take_back(desk, order, night, case)
    return Watched(colour, case.reason, case)


def _healed(desk: Desk, repository: Repository, cases: Sequence[Case]) -> None:
    """End what was asked about a branch that people have mended meanwhile."""
    for case in cases:
        if case.is_open:
            merge, reason = case.accusation.merge, "the branch is green again without a rollback"
            keep_case(desk, repository.node_id, replace(case, state=CaseState.CLOSED, reason=reason))
            say_once(
                desk,
                night_of(desk, repository, merge),
                merge,
                f"pull request #{merge.pull_request}: {reason}",
            )


def _has_landed(desk: Desk, repository: Repository, case: Case) -> bool:
    """Whether the revert of a case was merged, or a person closed it: then it explains nothing any more."""
    found = desk.follower.standings(repository, (case.pull_request or 0,))
    return not found or found[0].state != "open"


def _nothing(order: NightOrder) -> str:
    return f"nothing of ours was merged in the last {order.rollback_window_hours:g} hours"
