"""Listen to what trusted people say on our open pull requests, and take it up."""

from __future__ import annotations

from datetime import timedelta

from ..domain.errors import Forbidden, NotAuthorized, NotFound, OvernightError
from ..domain.events import EventType, Severity
from ..domain.following import PullStanding, Remark, RemarkKind
from ..domain.issue_reports import code
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..domain.revisions import Revision, RevisionCause
from ..domain.wishes import Wishes, mark_of, read_wishes
from ..failpoints import failpoint
from ..ports import Desk
from .answering import explanation, say
from .reading import OpenNight
from .revising import Book, answered, ask_for_revision, leave_alone, read_book, why_refused
from .revising_start import why_hands_off
from .watching import OpenPullRequest, open_pull_requests

LISTENED_FOR = timedelta(days=180)
"""How long after its publication a pull request is listened to."""
MENTION = "overnight"
_UNCLEAR = (
    "What shall change? Nothing was said that Overnight can work on. Write it after the mention: "
    "`@overnight fix` and then what is wrong."
)
_LONGEST_REFUSAL = 300
_STOPPED = (
    "Overnight leaves this pull request alone from now on. `@overnight fix` with what to change ends that."
)


def collect_requests(desk: Desk, order: NightOrder, repository: Repository) -> tuple[Revision, ...]:
    """Read what was said on every open pull request of ours; return what was taken up now.

    Each remark is heard once. What is refused, unclear, or only asks for words is answered here.

    :raises OvernightError: GitHub does not answer; nothing that was not answered is lost.
    """
    since = desk.clock.now() - LISTENED_FOR
    ours = open_pull_requests(desk, since, lambda event: event.repository == repository.node_id)
    if not order.answer_reviews or not ours:
        return ()
    names = (MENTION, desk.tracker.login())
    standings = {one.number: one for one in desk.follower.standings(repository, [pr.number for pr in ours])}
    taken: list[Revision] = []
    for pull in sorted(ours, key=lambda pull: pull.number):
        book, standing = read_book(desk, repository.node_id), standings.get(pull.number)
        if standing is None or standing.state.lower() != "open":
            _forget(desk, repository, book, pull)
            continue
        remarks = desk.follower.remarks(repository, pull.number)
        trusted = {name.strip().upper() for name in order.plan.trusted_associations}
        wishes = read_wishes(remarks, names, trusted, book.heard)
        _say_what_needs_no_work(desk, repository, book, pull, standing, wishes)
        if wishes.change:
            taken += _take_up(desk, order, repository, pull, standing, wishes)
    return tuple(taken)


def _forget(desk: Desk, repository: Repository, book: Book, pull: OpenPullRequest) -> None:
    """End what is pending on a pull request that is not open any more; nobody waits for an answer."""
    for revision in book.pending():
        if revision.pull_request == pull.number:
            answered(desk, repository.node_id, revision, "stopped", "the pull request is not open any more")


def _say_what_needs_no_work(
    desk: Desk,
    repository: Repository,
    book: Book,
    pull: OpenPullRequest,
    standing: PullStanding,
    wishes: Wishes,
) -> None:
    if wishes.explain:
        asked = _revision(pull, "", wishes.explain)
        _answer(desk, repository, asked, "explained", explanation(desk, repository, pull))
    if wishes.unclear:
        _answer(desk, repository, _revision(pull, "", wishes.unclear), "unclear", _UNCLEAR)
    if wishes.stop:
        # The last word is the one that takes everything before it back.
        asked, who, told = _revision(pull, "", wishes.stop), wishes.stop[-1].author, "Taken back since."
        if not wishes.change:
            leave_alone(desk, repository.node_id, pull.number, who)
            told = f"{_STOPPED}{_withdrawn(desk, repository, standing)}"
        for revision in book.pending():
            if revision.pull_request == pull.number:
                _answer(desk, repository, revision, "stopped", f"{who} took this back.")
        _answer(desk, repository, asked, "stopped", told)


def _withdrawn(desk: Desk, repository: Repository, standing: PullStanding) -> str:
    """Take back the merge that we granted; return what people are told when GitHub does not let us."""
    try:
        desk.writer.withdraw(repository, standing)
    except (Forbidden, NotAuthorized, NotFound) as error:
        return f" Its merge could not be taken back, do it by hand: {code(str(error), _LONGEST_REFUSAL)}"
    return ""


def _take_up(
    desk: Desk,
    order: NightOrder,
    repository: Repository,
    pull: OpenPullRequest,
    standing: PullStanding,
    wishes: Wishes,
) -> tuple[Revision, ...]:
    leave_alone(desk, repository.node_id, pull.number, "")
    revision = _revision(
        pull,
        standing.head_sha,
        tuple(remark for remark, _ in wishes.change),
        feedback=wishes.feedback,
        rebase=wishes.rebase,
    )
    why = why_hands_off(desk, repository, standing.head_ref, standing.head_sha)
    why = why or why_refused(desk, repository, revision, read_book(desk, repository.node_id), order)
    if why:
        _answer(desk, repository, revision, "refused", f"Not taken up: {why}.")
        return ()
    return (revision,) if ask_for_revision(desk, repository, revision, order) else ()


def _answer(desk: Desk, repository: Repository, revision: Revision, outcome: str, text: str) -> None:
    say(desk, repository, revision, text)
    failpoint("answer.after_said")
    answered(desk, repository.node_id, revision, outcome, text)


def _revision(
    pull: OpenPullRequest,
    head_sha: str,
    remarks: tuple[Remark, ...],
    *,
    feedback: str = "",
    rebase: bool = False,
) -> Revision:
    return Revision(
        issue=pull.issue,
        pull_request=pull.number,
        cause=RevisionCause.REVIEW,
        feedback=feedback,
        head_sha=head_sha,
        asked_by=tuple(dict.fromkeys(remark.author for remark in remarks)),
        remarks=tuple(mark_of(remark) for remark in remarks),
        rebase=rebase,
        reviewers=tuple(
            dict.fromkeys(remark.author for remark in remarks if remark.kind is RemarkKind.REVIEW)
        ),
        threads=tuple((remark.id, remark.thread) for remark in remarks if remark.thread),
    )


def listen(desk: Desk, night: OpenNight) -> None:
    """Take up what was asked for since the last time, before a real night is planned; it goes on without."""
    if night.order.dry_run or night.order.plan_only:
        return
    try:
        collect_requests(desk, night.order, night.repository)
    except OvernightError as error:
        desk.ledger.append(
            night.event(
                EventType.GOVERNANCE_NOTE,
                f"what was said on pull requests could not be read: {error}",
                severity=Severity.WARNING,
            )
        )
