"""Answer who asked for a revision: once, where they asked, with what was done or why nothing was."""

from __future__ import annotations

from contextlib import suppress

from ..domain.changes import IssueStatus
from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.events import Event, EventType, Severity
from ..domain.following import RemarkKind
from ..domain.gates import GateStatus
from ..domain.issues import Repository
from ..domain.lines import one_line
from ..domain.nights import NightIssue
from ..domain.plans import PlannedIssue
from ..domain.revisions import Revision
from ..ports import Desk
from .describing import attempt_rows
from .reading import OpenNight, latest, open_night, planned_issue
from .revising import answered, read_book
from .revising_start import why_left
from .watching import OpenPullRequest

_DONE = "done"
_ENDED_RED = frozenset({IssueStatus.FAILED, IssueStatus.CRASHED})
_LONGEST_REASON = 600


def answer_revisions(desk: Desk, night: OpenNight, row: NightIssue) -> None:
    """Answer what a night has worked on, once it is over for this issue; what only waits stays pending."""
    planned = planned_issue(desk, night.id, row.number)
    if not planned.revisions or night.order.dry_run:
        return
    outcome, text = _outcome(desk, night, planned, row)
    if not outcome:
        return
    book, repository = read_book(desk, night.repository.node_id), night.repository
    for revision in planned.revisions:
        if revision.key in book.answered:
            continue
        say(desk, repository, revision, text)
        if outcome == _DONE and revision.reviewers:
            with suppress(NotFound, Forbidden, NotAuthorized):
                desk.writer.ask_again(repository, revision.pull_request, revision.reviewers, revision.key)
        answered(desk, repository.node_id, revision, outcome, text)


def say(desk: Desk, repository: Repository, revision: Revision, text: str) -> None:
    """Say a text in every thread that a revision came from, and once below for everything else."""
    threads = dict(revision.threads)
    places = dict.fromkeys(
        threads.get(id_, id_) for kind, id_ in revision.remarks if kind == RemarkKind.THREAD
    )
    elsewhere = not places or any(kind == RemarkKind.COMMENT for kind, _ in revision.remarks)
    pull, mark = revision.pull_request, f"answer/{revision.key}"
    try:
        for place in places:
            desk.writer.put_reply(repository, pull, place, f"{mark}/{place}", text)
        if elsewhere:
            desk.writer.put_comment(repository, pull, mark, _addressed(revision, text), None)
    except (NotFound, Forbidden, NotAuthorized) as error:
        desk.ledger.append(
            Event(
                EventType.GOVERNANCE_NOTE,
                f"#{revision.issue}: no answer could be given on pull request #{pull}: {error}",
                severity=Severity.WARNING,
                repository=repository.node_id,
                issue=revision.issue,
            )
        )


def explanation(desk: Desk, repository: Repository, pull: OpenPullRequest) -> str:
    """Return in words how a pull request came to be: its attempts, gates and cost."""
    night = open_night(desk, pull.night)
    row = desk.ledger.issue(pull.night, pull.issue)
    attempts = attempt_rows(desk, night, pull.issue)
    spent = desk.budgets.spent(repository=repository.node_id, issue=pull.issue)
    tried = "; ".join(f"{one.tier}: {one.outcome}" for one in attempts) or "none on that night"
    gates = ", ".join(f"{gate} {status}" for gate, status in row.gates.items()) if row else "not known"
    lines = [
        f"This pull request is for #{pull.issue}, by night `{pull.night}`.",
        "",
        f"- Attempts: {tried}.",
        f"- Gates: {gates}.",
        f"- Cost of the issue so far: ${spent:.4f} of ${night.order.limits.issue_usd}.",
        f"- Result: {one_line(row.reason, _LONGEST_REASON) if row else 'not known'}.",
        "",
        f"`overnight why {pull.issue}` tells all of it.",
    ]
    return "\n".join(lines)


def _addressed(revision: Revision, text: str) -> str:
    return f"{' '.join(f'@{login}' for login in revision.asked_by)} {text}".strip()


def _outcome(desk: Desk, night: OpenNight, planned: PlannedIssue, row: NightIssue) -> tuple[str, str]:
    """Return outcome and answer; "" while the revision waits for another night."""
    status = IssueStatus(row.status)
    if status is IssueStatus.PULL_REQUEST:
        return _DONE, _done(desk, night, row)
    if status in _ENDED_RED:
        return "unchanged", f"The pull request is unchanged: {_failures(row)}."
    if status is IssueStatus.SKIPPED:
        why = why_left(desk, night, planned)
        return ("refused", f"Not taken up: {why}.") if why else ("", "")
    return "", ""


def _done(desk: Desk, night: OpenNight, row: NightIssue) -> str:
    published = latest(desk, night.id, EventType.CHANGE_PUBLISHED, issue=row.number)
    commit = f"Done in {published.metadata['head_sha']}" if published else "Done"
    gates = ", ".join(gate for gate, status in row.gates.items() if status == GateStatus.PASS)
    return f"{commit}. All gates passed again: {gates}."


def _failures(row: NightIssue) -> str:
    """Return which gates failed, as the judge says or the last attempt, and the night's own reason."""
    red = [gate for gate, status in row.gates.items() if status == GateStatus.FAIL]
    reason = one_line(row.reason, _LONGEST_REASON).rstrip(".")
    return f"{'gates' if len(red) > 1 else 'gate'} {', '.join(red)} failed ({reason})" if red else reason
