"""Follow open pull requests of ours until they are merged or closed, step by step, each written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from ..domain.errors import (
    ChangeUnusable,
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    RateLimited,
    RepositoryUnusable,
    Transient,
)
from ..domain.following import CheckState, PullStanding
from ..domain.issues import Repository
from ..domain.merging import TOUCHES, Move, Step, decide
from ..domain.open_changes import OpenChange
from ..domain.orders import NightOrder
from ..domain.situations import Situation
from ..ports import Desk
from . import restacking
from .claiming import holding
from .fencing import fenced
from .following_missing import UNSEEN, missed, seen_again
from .following_reopened import REOPENED, may_be_reopened, note_reopened
from .following_steps import Task, note_left_queue, take
from .merging import Watch, changes_of
from .reading import OpenNight, open_night
from .reporting import retell_issue
from .revising_heard import collect_requests

_MOST_STEPS = 6
"""Of one pull request in one look: moved, replayed, made ready, queued, and what came of it."""
_TELLS_FOR = timedelta(days=2)
"""How long after its last event an issue is still told what it was not told."""
_DRY = "the repository is set to dry runs: nothing is written to GitHub"
_LAST = {Move.WAIT, Move.LEAVE, Move.NOTE_MERGED, Move.NOTE_CLOSED}
_MOVING = frozenset({Move.ENQUEUE, Move.AUTO_MERGE, Move.RETARGET, Move.REBASE, Move.MARK_READY})


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one pull request.

    :param state: how it stands, in words.
    :param changed: whether anything was written.
    :param moving: whether it is worth looking again in a minute: queued, or its checks are running.
    """

    issue: int
    number: int
    url: str
    state: str
    changed: bool = False
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a repository's open pull requests; `problem` is why none was looked at, "" else."""

    repository: str
    rows: tuple[Row, ...] = ()
    problem: str = ""

    @property
    def moving(self) -> tuple[int, ...]:
        """Numbers that are worth looking at again in a minute."""
        return tuple(row.number for row in self.rows if row.moving)


def repositories_to_follow(desk: Desk, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of repositories with open pull requests of ours, from the ledger alone.

    :param names: as configured now; a repository that was renamed has another one than its nights knew.
    """
    mine = changes_of(desk)
    waiting = (one for one in mine if not one.ended or may_be_reopened(desk, one) or _is_untold(desk, one))
    nights = {change.repository: change.night for change in waiting}
    found = {open_night(desk, night).order.full_name for night in nights.values()}
    for name in names:
        known = desk.records.recall(f"repository/{name.lower()}")
        found |= {name} if known and known["node_id"] in nights else set()
    return tuple(sorted(found))


def follow_pull_requests(desk: Desk, order: NightOrder) -> Followed:
    """Take the next step of every open pull request of ours in the order's repository.

    Done twice, nothing is written twice. What goes wrong with one pull request is its row's state.

    :param order: settings of now; what concerns the change itself is read from the night that made it.
    :raises Transient: after all others were followed, or at once when GitHub asks us to wait.
    """
    try:
        repository = desk.tracker.repository(order.owner, order.name)
        mine = changes_of(desk, repository.node_id)
        if repository.archived and any(not change.ended for change in mine):
            return Followed(order.full_name, problem="the repository is archived: nothing of it can change")
        _listen(desk, order, repository, mine)
        return _follow_all(Watch(desk, repository, order), mine)
    except (NotFound, NotAuthorized, Forbidden, RepositoryUnusable) as error:
        return Followed(order.full_name, problem=str(error))


def _listen(desk: Desk, order: NightOrder, repository: Repository, mine: Sequence[OpenChange]) -> None:
    """Hear what people said before anything is done: "stop" and "fix" come first; deaf, we do nothing."""
    if not order.dry_run and any(not change.ended for change in mine):
        collect_requests(desk, order, repository)


def _follow_all(watch: Watch, mine: Sequence[OpenChange]) -> Followed:
    looked_at = [one for one in mine if not one.ended or may_be_reopened(watch.desk, one)]
    standings = watch.standings(looked_at) if looked_at else {}
    rows: list[Row] = []
    passing: Transient | None = None
    for change in sorted(looked_at, key=lambda one: one.number):
        pull = standings.get(change.number)
        try:
            if change.ended:
                rows += _ended(watch, change, pull)
            else:
                rows.append(_follow(watch, change, pull) if pull else _missed(watch, change))
        except RateLimited:
            raise
        except OvernightError as error:
            passing = error if isinstance(error, Transient) else passing
            rows.append(Row(change.issue, change.number, change.url, f"later: {error}"))
    for change in mine:
        if change.ended and change not in looked_at:
            _tell(watch, change)
    if passing is not None:
        raise passing
    return Followed(watch.order.full_name, tuple(rows))


def _follow(watch: Watch, change: OpenChange, pull: PullStanding) -> Row:
    """Take steps until nothing more can be done for now; then bring the issue's comment up to date."""
    changed = False
    seen_again(watch.desk, change)
    for _ in range(_MOST_STEPS):
        change, others = _read(watch, change)
        situation = watch.situation(change, pull, others)
        step = decide(situation)
        if watch.order.dry_run and step.move in TOUCHES:
            step = Step(Move.LEAVE, _DRY, f"left to people: {_DRY}")
        step, wrote = _carefully(watch, change, situation, step)
        changed |= wrote
        if step.move in _LAST or not wrote or _read(watch, change)[0].ended:
            break
        seen = watch.standings([change]).get(change.number)
        if seen is None:
            break  # deleted this minute: the next look misses it
        pull = seen
    change, _ = _read(watch, change)
    _tell(watch, change)
    told = change.state or step.state
    return Row(change.issue, change.number, pull.url, told, changed, _is_moving(situation, step))


def _ended(watch: Watch, change: OpenChange, pull: PullStanding | None) -> list[Row]:
    """Note that a closed one is open again. The next look follows it, when what people said was heard."""
    if pull is None or pull.state == "closed":
        _tell(watch, change)
        return []
    with _in_hand(watch, change) as desk:
        if desk is None:
            return []
        note_reopened(desk, change)
    _tell(watch, _read(watch, change)[0])
    return [Row(change.issue, change.number, pull.url, REOPENED, changed=True, moving=True)]


def _missed(watch: Watch, change: OpenChange) -> Row:
    """Note that GitHub does not show a pull request; after half a day of looks it counts as closed."""
    with _in_hand(watch, change) as desk:
        state = missed(desk, watch.repository, change) if desk else UNSEEN
    change, _ = _read(watch, change)
    _tell(watch, change)
    return Row(change.issue, change.number, change.url, state, bool(change.ended))


def _tell(watch: Watch, change: OpenChange) -> None:
    """Bring the issue's comment up to date, once for each state; also after a worker died before it did."""
    if watch.order.dry_run or not _is_untold(watch.desk, change):
        return
    with _in_hand(watch, change) as desk:
        if desk is None:
            return  # the night that holds it tells of it itself, and the next look sees whether it did
        retell_issue(watch.desk, change.night, change.issue)
        desk.records.remember(_told_key(change), {"state": change.state})


def _is_untold(desk: Desk, change: OpenChange) -> bool:
    if not change.state or change.at is None or desk.clock.now() - change.at > _TELLS_FOR:
        return False
    return (desk.records.recall(_told_key(change)) or {}).get("state") != change.state


def _told_key(change: OpenChange) -> str:
    return f"follow/told/{change.repository}/{change.number}"


def _read(watch: Watch, change: OpenChange) -> tuple[OpenChange, Sequence[OpenChange]]:
    """Return a pull request as the ledger knows it by now, and all of its repository."""
    others = changes_of(watch.desk, change.repository)
    return next(one for one in others if one.number == change.number), others


def _carefully(watch: Watch, change: OpenChange, situation: Situation, step: Step) -> tuple[Step, bool]:
    """Take a step; what GitHub refuses is left to people, with its reason."""
    try:
        return step, _take(watch, change, situation.pull, step)
    except (Forbidden, NotAuthorized, NotFound, ChangeUnusable, RepositoryUnusable) as error:
        refused = Step(Move.LEAVE, str(error), f"left to people: {error}")
        return refused, _take(watch, change, situation.pull, refused)


def _take(watch: Watch, change: OpenChange, pull: PullStanding, step: Step) -> bool:
    if step.move is Move.REBASE:
        return _rebase(watch, change, pull, step)
    with _in_hand(watch, change) as desk:
        if desk is None:
            return False
        task = Task(desk, watch.repository, watch.order, change, pull)
        note_left_queue(task, step)
        return take(task, step)


def _rebase(watch: Watch, change: OpenChange, pull: PullStanding, step: Step) -> bool:
    """Replay, judge and push. The judge claims the issue itself, so it works between two claims of ours."""
    onto = restacking.base_now(watch.desk, watch.repository)
    watch.repository = replace(watch.repository, head_sha=onto.sha)
    with _in_hand(watch, change) as desk:
        if desk is None:
            return False
        task = Task(desk, watch.repository, watch.order, change, pull)
        note_left_queue(task, step)
        kept = restacking.prepare(task, onto)
        if kept is None:
            return restacking.in_vain(task, step, onto, f"it conflicts with {onto.ref}")
    why_not = "" if kept.passed else restacking.judged_again(watch.desk, change)
    with _in_hand(watch, change) as desk:
        if desk is None:
            return False
        task = Task(desk, watch.repository, watch.order, change, pull)
        if why_not:
            return restacking.in_vain(task, step, onto, f"it does not hold on {onto.ref}: {why_not}")
        return restacking.publish_again(task, step)


@contextmanager
def _in_hand(watch: Watch, change: OpenChange) -> Iterator[Desk | None]:
    """Hold the issue for the length of a block, as nobody's night; yields None while a night works on it."""
    nobodys = replace(watch.order, night=f"follow-{uuid4().hex}")
    with holding(watch.desk, OpenNight(nobodys, watch.repository), change.issue) as hold:
        if hold is None:
            yield None
            return
        yield fenced(watch.desk, hold)


def _is_moving(situation: Situation, step: Step) -> bool:
    if step.move in _MOVING:
        return True
    pending = any(check.state is CheckState.PENDING for check in situation.pull.checks)
    return step.move is Move.WAIT and (situation.pull.queue is not None or pending)


def glance(desk: Desk, order: NightOrder, numbers: Sequence[int]) -> str:
    """Return a word that changes when one of the pull requests does: one or two requests, nothing written."""
    repository = desk.tracker.repository(order.owner, order.name)
    return repr([_fingerprint(one) for one in desk.follower.standings(repository, numbers)])


def _fingerprint(pull: PullStanding) -> tuple[object, ...]:
    checks = sorted((check.name, str(check.state)) for check in pull.checks)
    place = (pull.queue.state, pull.queue.position) if pull.queue else None
    return pull.number, pull.state, pull.head_sha, pull.review, place, checks
