"""Publish a change that passed every gate: push its branch, open its pull request, once."""

from __future__ import annotations

from ..domain.changes import Change, IssueStatus
from ..domain.errors import Forbidden, NotFound
from ..domain.events import EventQuery, EventType
from ..domain.issues import Issue
from ..domain.lines import one_line
from ..ports import Desk, Kept, PullRequest
from .concluding import conclude
from .judging import stored_verdict
from .reading import OpenNight, latest, open_night
from .texts import pull_request_body


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
    body = pull_request_body(desk, night, kept, verdict)
    why_kept = _why_kept(night, wanted)
    if why_kept:
        uri = desk.storage.put(f"nights/{night.id}/{number}/pull_request.md", body.encode())
        conclude(desk, night, number, IssueStatus.JUDGED, why_kept, text=uri, branch=kept.change.branch)
        return None
    try:
        issue = desk.tracker.issue(night.repository, number)
        if issue.state != "open":
            conclude(desk, night, number, IssueStatus.SKIPPED, "the issue was closed; its change is kept")
            return None
        pull_request = _open(desk, night, kept, issue, body)
    except NotFound:
        conclude(
            desk, night, number, IssueStatus.SKIPPED, "the issue was deleted while the night was running"
        )
        return None
    except Forbidden as error:
        conclude(desk, night, number, IssueStatus.FAILED, f"all gates passed, but GitHub refused: {error}")
        return None
    conclude(
        desk,
        night,
        number,
        IssueStatus.PULL_REQUEST,
        f"pull request #{pull_request.number}: {verdict.reason}",
        pull_request=pull_request.number,
    )
    return pull_request


def _why_kept(night: OpenNight, wanted: bool) -> str:
    if night.order.dry_run:
        return "dry run: all gates passed, nothing was pushed"
    if not night.order.create_prs_automatically and not wanted:
        return "all gates passed; pull requests are off: `overnight publish` opens it"
    return ""


def _push(desk: Desk, night: OpenNight, change: Change) -> None:
    """Push the branch; what stands there is ours when it is what we pushed, or meant to push, last."""
    repository, key = night.repository, f"branch/{change.branch}"
    pushed, meant = (desk.records.publication(repository.node_id, name) for name in (key, f"{key}/meant"))
    standing = desk.workspace.remote_sha(repository, change.branch)
    expected = standing if standing in (None, pushed, meant) else pushed
    desk.records.record_publication(repository.node_id, key, expected or "")
    desk.records.record_publication(repository.node_id, f"{key}/meant", change.head_sha)
    desk.workspace.push(repository, change, expected or None)
    desk.records.record_publication(repository.node_id, key, change.head_sha)


def _open(desk: Desk, night: OpenNight, kept: Kept, issue: Issue, body: str) -> PullRequest:
    repository, change = night.repository, kept.change
    _push(desk, night, change)
    built = latest(desk, night.id, EventType.CHANGE_BUILT, issue=change.issue)
    pull_request = desk.writer.put_pull_request(
        repository,
        head=change.branch,
        base=change.base.ref,
        title=f"{one_line(issue.title, 200)} (#{change.issue})",
        body=body,
        draft=night.order.draft_pull_requests,
        labels=built.metadata["labels"] if built else (),
    )
    desk.records.record_publication(
        repository.node_id, f"pull_request/{change.issue}", str(pull_request.number)
    )
    _published(desk, night, kept, pull_request)
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
            },
        )
    )
