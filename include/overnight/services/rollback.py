"""Take a merge of ours back: one revert, proven, proposed once; people decide and people merge."""

from __future__ import annotations

from dataclasses import replace

from ..domain import rollback_texts as texts
from ..domain.changes import Change
from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.issues import Issue, Repository
from ..domain.orders import NightOrder
from ..domain.rollback import Accusation, Case, CaseState, RollbackPolicy, decide
from ..failpoints import failpoint
from ..ports import Desk
from .publishing import push_change
from .reading import OpenNight
from .reverting import with_revert
from .rollback_aftermath import settle
from .rollback_cases import keep_case, leave_as_decided, leave_to_people, subject_of


def take_back(desk: Desk, policy: NightOrder, night: OpenNight, case: Case) -> Case:
    """Bring a case as far as it goes now: asked, proposed, or left alone with the reason.

    Repeatable at any line: the revert of one head is always the same commit, and every step looks before
    it writes.

    :param policy: the repository's settings as they are now.
    :param night: the night that published the merge; its repository stands at the default branch's head.
    """
    accusation, repository = case.accusation, night.repository
    if not case.is_open:
        return case
    issue = _issue(desk, repository, accusation)
    number = accusation.merge.issue
    word = desk.approvals.word(repository.node_id, number, subject_of(accusation))
    decision = decide(
        RollbackPolicy(policy.rollback),
        issue.labels,
        builds=accusation.builds,
        reproduced=accusation.is_reproduced,
        word=word.granted if word else None,
    )
    reason = f"{decision.reason}: {word.who}, {word.why}" if word else decision.reason
    if policy.dry_run:
        return leave_as_decided(
            desk, night, case, "the repository is set to dry runs: nothing is written to GitHub"
        )
    if decision.automatic:
        return _propose(desk, night, replace(case, reason=reason), issue)
    if decision.ask:
        return _ask(desk, night, replace(case, reason=reason))
    return leave_as_decided(desk, night, case, reason)


def _ask(desk: Desk, night: OpenNight, case: Case) -> Case:
    accusation, node = case.accusation, night.repository.node_id
    why = texts.question(accusation, night.repository.default_branch)
    desk.approvals.ask(node, accusation.merge.issue, subject_of(accusation), why, accusation.merge.night)
    if case.state is CaseState.ACCUSED:
        number = accusation.merge.pull_request
        desk.notify(f"{night.repository.full_name}: roll #{number} back?", why)
    return keep_case(desk, node, replace(case, state=CaseState.ASKED))


def _propose(desk: Desk, night: OpenNight, case: Case, issue: Issue) -> Case:
    case = with_revert(desk, night, case, issue)
    if not case.is_open or case.change is None:
        return case
    try:
        return _published(desk, night, case, case.change, issue)
    except (Forbidden, NotAuthorized) as error:
        return leave_to_people(desk, night, case, f"GitHub refused the revert: {error}")


def _published(desk: Desk, night: OpenNight, case: Case, change: Change, issue: Issue) -> Case:
    repository, accusation = night.repository, case.accusation
    push_change(desk, night, change)
    failpoint("rollback.after_push")
    opened = desk.writer.put_pull_request(
        repository,
        head=change.branch,
        base=repository.default_branch,
        title=texts.title(accusation, issue.title),
        body=texts.body(case, repository.default_branch),
        draft=False,
    )
    failpoint("rollback.after_pull_request")
    case = keep_case(desk, repository.node_id, replace(case, pull_request=opened.number))
    settle(desk, night, case, opened.url)
    return keep_case(desk, repository.node_id, replace(case, state=CaseState.OPENED))


def _issue(desk: Desk, repository: Repository, accusation: Accusation) -> Issue:
    try:
        return desk.tracker.issue(repository, accusation.merge.issue)
    except NotFound:
        return Issue(accusation.merge.issue, f"issue {accusation.merge.issue}", state="gone")
