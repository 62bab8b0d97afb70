"""Publish a change that passed every gate: push its branch, open its pull request, once."""

from __future__ import annotations

from ..domain.branches import plan_push
from ..domain.changes import Change, IssueStatus
from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.events import EventQuery, EventType
from ..domain.issues import Issue
from ..domain.lines import one_line
from ..failpoints import failpoint
from ..ports import Desk, Kept, PullRequest
from .closed_pulls import may_open_anew, why_closed
from .commissions import commissioned_pulls, withdraw, without_commissions
from .concluding import GONE, conclude
from .decorating import decorate
from .describing import describe_change
from .drafts import drafts_now
from .fencing import under_claim
from .judging import stored_verdict
from .reading import OpenNight, open_night, planned_issue
from .revising_start import why_left
from .stacking import joint_of


@under_claim
def publish_change(desk: Desk, night_id: str, number: int, *, wanted: bool = False) -> PullRequest | None:
    """Open (or find) the pull request of tonight's change; None when it is only kept.

    :param wanted: a person asks for it now, although the night's order kept it (`overnight publish`).
    :raises Transient: worth a retry; nothing is opened twice.
    """
    night = open_night(desk, night_id)
    kept = desk.records.change(night.repository.node_id, number, night_id)
    verdict = stored_verdict(desk, night, kept) if kept else None
    if kept is None or verdict is None or not verdict.passed:
        raise NotFound(f"issue #{number} has no judged, green change in night {night_id}: nothing to publish")
    body = describe_change(desk, night, kept, verdict)
    planned = planned_issue(desk, night.id, number)
    # Where opening is off an open one is still brought up to what a person asked of it.
    why_kept = _why_kept(night, wanted or bool(planned.revisions))
    if why_kept:
        uri = desk.storage.put(f"nights/{night.id}/{number}/pull_request.md", body.encode())
        conclude(desk, night, number, IssueStatus.JUDGED, why_kept, text=uri, branch=kept.change.branch)
        return None
    try:
        issue = desk.tracker.issue(night.repository, number)
        anew = wanted or may_open_anew(desk, night, number)
        if why_not := _why_not(desk, night, kept, issue, anew) or (
            why_left(desk, night, planned) if planned.revisions else ""
        ):
            conclude(desk, night, number, IssueStatus.SKIPPED, f"{why_not}; the change is kept")
            return None
        pull_request = _open(desk, night, kept, issue, body, anew)
    except NotFound:
        conclude(desk, night, number, IssueStatus.SKIPPED, GONE)
        return None
    except (Forbidden, NotAuthorized) as error:
        conclude(desk, night, number, IssueStatus.FAILED, f"all gates passed, but GitHub refused: {error}")
        return None
    lacking = decorate(desk, night, kept.change, issue, pull_request)
    reason = "; ".join([f"pull request #{pull_request.number}: {verdict.reason}", *lacking])
    conclude(desk, night, number, IssueStatus.PULL_REQUEST, reason, pull_request=pull_request.number)
    withdraw(desk, night, number, f"All gates passed; the change goes on in #{pull_request.number}.")
    return pull_request


def _why_kept(night: OpenNight, wanted: bool) -> str:
    if night.order.dry_run:
        return "dry run: all gates passed, nothing was pushed"
    if not night.order.create_prs_automatically and not wanted:
        return "all gates passed; pull requests are off: `overnight publish` opens it"
    return ""


def _why_not(desk: Desk, night: OpenNight, kept: Kept, issue: Issue, anew: bool) -> str:
    """Return why no pull request should be opened although every gate passed, "" when one should."""
    if issue.state != "open":
        return "the issue was closed"
    if not anew and (why := why_closed(desk, night.repository, [issue.number]).get(issue.number)):
        return why
    ours = desk.records.publication(night.repository.node_id, f"pull_request/{kept.issue}")
    commissioned = commissioned_pulls(desk, night.repository.node_id, issue)
    for pull in without_commissions(desk, night.repository.node_id, issue).pull_requests:
        if pull.is_open and pull.head_ref != kept.change.branch and str(pull.number) != ours:
            return f"open pull request #{pull.number} by {pull.author or 'somebody'} would close it"
    same = desk.tracker.pull_request_with_tree(night.repository, kept.change.tree_sha, kept.change.branch)
    if same in commissioned:
        return ""
    return f"open pull request #{same} has exactly the same content" if same else ""


def push_change(desk: Desk, night: OpenNight, change: Change) -> None:
    """Push the branch; what stands there is ours when it is what we pushed, or meant to push, last."""
    repository, key = night.repository, f"branch/{change.branch}"
    ours = [desk.records.publication(repository.node_id, name) for name in (key, f"{key}/meant")]
    standing = desk.workspace.remote_sha(repository, change.branch)
    push = plan_push(change.branch, change.head_sha, standing, *ours)
    desk.records.record_publication(repository.node_id, key, push.expected or "")
    desk.records.record_publication(repository.node_id, f"{key}/meant", change.head_sha)
    failpoint("publish.before_push")
    if push.needed:
        desk.workspace.push(repository, change, push.expected)
    failpoint("publish.after_push")
    desk.records.record_publication(repository.node_id, key, change.head_sha)
    failpoint("publish.after_branch")


def _open(desk: Desk, night: OpenNight, kept: Kept, issue: Issue, body: str, anew: bool) -> PullRequest:
    repository, change = night.repository, kept.change
    joint = joint_of(desk, repository.node_id, change.base)
    if joint is not None:
        push_change(desk, night, joint.change)
    push_change(desk, night, change)
    pull_request = desk.writer.put_pull_request(
        repository,
        head=change.branch,
        base=change.base.ref,
        title=f"{one_line(issue.title, 200)} (#{change.issue})",
        body=body,
        draft=drafts_now(desk, night.order, repository) or joint is not None,
        anew=anew,
    )
    failpoint("publish.after_pull_request")
    desk.records.record_publication(
        repository.node_id, f"pull_request/{change.issue}", str(pull_request.number)
    )
    failpoint("publish.after_number")
    _published(desk, night, kept, pull_request)
    failpoint("publish.after_event")
    return pull_request


def _published(desk: Desk, night: OpenNight, kept: Kept, pull_request: PullRequest) -> None:
    query = EventQuery(types=(EventType.CHANGE_PUBLISHED,), night=night.id, issue=kept.issue, limit=1)
    if desk.ledger.events(query):
        return
    desk.ledger.append(
        night.event(
            EventType.CHANGE_PUBLISHED,
            f"#{kept.issue}: pull request #{pull_request.number} from {kept.change.branch}",
            issue=kept.issue,
            metadata={
                "pull_request": pull_request.number,
                "url": pull_request.url,
                "branch": kept.change.branch,
                "head_sha": kept.change.head_sha,
                "base": kept.change.base.ref,
                "draft": pull_request.draft,
            },
        )
    )
