"""What follows a proposed revert: event, issue open again, comments, lesson; each said once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..domain import rollback_texts as texts
from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.landing import Merge
from ..domain.lessons import Lesson
from ..domain.rollback import Case
from ..ports import Desk
from .reading import OpenNight
from .reporting import retell_issue

RULE = "rollback/broke_default_branch"


def settle(desk: Desk, night: OpenNight, case: Case, url: str) -> None:
    """Open the issue again, say what happened there and on the pull request, and keep the lesson."""
    repository, merge = night.repository, case.accusation.merge
    base, mark = repository.default_branch, texts.marker(merge.pull_request)
    if _opened_before(desk, repository.node_id, merge):
        retell_issue(desk, merge.night, merge.issue)
        return
    _told(desk, night, merge, partial(desk.writer.reopen, repository, merge.issue))
    for number, text in (
        (merge.issue, texts.issue_comment(case, base)),
        (merge.pull_request, texts.pull_comment(case, base)),
    ):
        _told(desk, night, merge, partial(desk.writer.put_comment, repository, number, mark, text, None))
    _learn(desk, night, case)
    desk.notify(
        f"{repository.full_name}: #{merge.pull_request} is taken back",
        f"{base} is red since it was merged; {url} reverts it.",
    )
    # The event comes last: whoever resumes before it does all of the above again, which changes nothing.
    desk.ledger.append(_opened(night, case, url))
    retell_issue(desk, merge.night, merge.issue)


def tell_left_alone(desk: Desk, night: OpenNight, case: Case, *, on_github: bool) -> None:
    """Tell people of a merge that broke the branch and is not taken back by itself."""
    repository, merge = night.repository, case.accusation.merge
    note = f"pull request #{merge.pull_request} broke {repository.default_branch}: {case.reason}"
    if is_said(desk, merge, note):
        return
    if on_github:
        text, mark = texts.left_alone(case, repository.default_branch), texts.marker(merge.pull_request)
        put = partial(desk.writer.put_comment, repository, merge.pull_request, mark, text, None)
        _told(desk, night, merge, put)
    desk.notify(f"{repository.full_name}: look at #{merge.pull_request}", note)
    say_once(desk, night, merge, note)


def say_once(desk: Desk, night: OpenNight, merge: Merge, text: str) -> None:
    """Write a note under the night that published a merge, unless it stands there."""
    if is_said(desk, merge, text):
        return
    desk.ledger.append(
        night.event(
            EventType.GOVERNANCE_NOTE,
            text,
            severity=Severity.WARNING,
            issue=merge.issue,
            metadata={"pull_request": merge.pull_request, "merged_sha": merge.sha},
        )
    )


def is_said(desk: Desk, merge: Merge, text: str) -> bool:
    """Return whether a note stands under the night that published a merge."""
    query = EventQuery(types=(EventType.GOVERNANCE_NOTE,), night=merge.night, issue=merge.issue, limit=None)
    return any(event.description == desk.clean(text) for event in desk.ledger.events(query))


def _told(desk: Desk, night: OpenNight, merge: Merge, write: Callable[[], object]) -> None:
    """Write to GitHub; a locked conversation or a deleted issue is on record and stops nothing else."""
    try:
        write()
    except (Forbidden, NotAuthorized, NotFound) as error:
        say_once(desk, night, merge, f"#{merge.issue}: the rollback could not be told on GitHub: {error}")


def _learn(desk: Desk, night: OpenNight, case: Case) -> None:
    merge = case.accusation.merge
    source = f"rollback of pull request #{merge.pull_request}, night {merge.night}"
    advice = texts.lesson(case.accusation)
    files = case.change.files if case.change else ()
    scope = files[0] if len(files) == 1 else "*"
    desk.lessons.learn(Lesson(night.repository.node_id, advice, source, scope=scope, rule=RULE), merge.night)


def _opened_before(desk: Desk, repository: str, merge: Merge) -> bool:
    query = EventQuery(
        types=(EventType.ROLLBACK_OPENED,),
        repository=repository,
        issue=merge.issue,
        limit=None,
        readable=True,
    )
    return any(event.metadata["pull_request"] == merge.pull_request for event in desk.ledger.events(query))


def _opened(night: OpenNight, case: Case, url: str) -> Event:
    accusation, merge = case.accusation, case.accusation.merge
    return night.event(
        EventType.ROLLBACK_OPENED,
        f"#{merge.issue}: pull request #{case.pull_request} reverts #{merge.pull_request}: {case.reason}",
        severity=Severity.ERROR,
        issue=merge.issue,
        metadata={
            "pull_request": merge.pull_request,
            "revert": case.pull_request,
            "state": f"merged, and taken back by #{case.pull_request}",
            "url": url,
            "merged_sha": merge.sha,
            "red_at": accusation.head,
            "checks": list(accusation.checks),
            "broken": list(accusation.broken),
            "attributed": accusation.reason,
            "decided": case.reason,
            "proof": case.proof,
            "probes": [{"sha": probe.sha, "broken": list(probe.broken)} for probe in accusation.probes],
        },
    )
