"""Judge a change again, from its bundle alone, in a clean checkout; a stored verdict is never re-rolled."""

from __future__ import annotations

import json
from dataclasses import replace

from ..documents import to_document
from ..domain.awaiting import wanted
from ..domain.changes import Change, IssueStatus
from ..domain.errors import NotFound, OverBudget
from ..domain.events import EventQuery, EventType, Severity
from ..domain.gates import GateName, GateResult, Verdict
from ..domain.issues import Issue
from ..domain.models import ENTRY_TIER, Tier
from ..domain.reviewing import Review
from ..failpoints import failpoint
from ..ports import Case, Desk, Kept, Stage
from .archiving import JUDGE, archive, note_logs
from .awaiting import ask, open_again, refused, why_it_waits
from .briefing import make_case
from .commissions import tell_verdict
from .concluding import GONE, conclude
from .drifting import rebased
from .fencing import under_claim
from .gating import judge_case, opened_base, opened_change
from .healing import AttemptHealer
from .preparing import read_commands, take_as_base, within_repository_limits
from .reading import OpenNight, open_night
from .reviewing import review_change
from .spending import open_tab
from .stopping import Stopped
from .surveying import survey
from .teaching import learn_from
from .verdicts import verdict_on

LEAVES = (EventType.CHANGE_JUDGED,)


@under_claim
def judge_change(desk: Desk, night_id: str, number: int) -> Verdict:
    """Return the stored verdict on tonight's change of an issue, or judge it now and store that."""
    night = open_night(desk, night_id)
    kept = desk.records.change(night.repository.node_id, number, night_id)
    if kept is None:
        raise NotFound(f"issue #{number} has no change in night {night_id}")
    verdict = stored_verdict(desk, night, kept)
    if verdict and open_again(desk, night, number, verdict):
        verdict = None  # what it failed for is allowed now
    if verdict is None:
        try:
            issue = desk.tracker.issue(night.repository, number)
        except NotFound:
            conclude(desk, night, number, IssueStatus.SKIPPED, GONE)
            return Verdict(())
        try:
            kept, verdict = _judge_where_the_base_is(desk, night, kept, issue)
        except (OverBudget, Stopped) as error:
            return _unjudged(desk, night, number, error)
        _store(desk, night, kept, verdict)
        tell_verdict(desk, night, number, kept.change.head_sha, verdict)
        failpoint("judge.after_verdict")
        if not verdict.passed and not wanted(verdict.results).paths:
            learn_from(desk, night, issue, verdict.results)
    if kept.passed is not verdict.passed:
        desk.records.keep_change(night.repository.node_id, replace(kept, passed=verdict.passed))
        failpoint("judge.after_passed")
    if not verdict.passed:
        conclude(desk, night, number, *_ending(desk, night, number, verdict))
    return verdict


def _ending(desk: Desk, night: OpenNight, number: int, verdict: Verdict) -> tuple[IssueStatus, str]:
    """Return how an issue ends whose change did not pass: failed, or waiting for a person's word."""
    asked = wanted(verdict.results)
    if not asked.paths:
        return IssueStatus.FAILED, verdict.reason
    if word := refused(desk, night.repository.node_id, number, asked.paths):
        return IssueStatus.FAILED, f"{word.who} refused {word.subject}: {word.why}"
    ask(desk, night, number, asked)
    return IssueStatus.AWAITING_APPROVAL, why_it_waits(asked, number)


def _unjudged(desk: Desk, night: OpenNight, number: int, error: OverBudget | Stopped) -> Verdict:
    """End an issue whose change could not be judged; nothing is stored, so another night may judge it."""
    own = isinstance(error, OverBudget) and error.scope in ("attempt", "issue")
    word = "it could not be reviewed" if isinstance(error, OverBudget) else "it was not judged"
    conclude(desk, night, number, IssueStatus.FAILED if own else IssueStatus.PARKED, f"{word}: {error}")
    return Verdict(())


def stored_verdict(desk: Desk, night: OpenNight, kept: Kept) -> Verdict | None:
    """Return the verdict on exactly this commit, None while there is none."""
    return verdict_on(desk, night.id, kept)


def _judge_where_the_base_is(desk: Desk, night: OpenNight, kept: Kept, issue: Issue) -> tuple[Kept, Verdict]:
    """Judge; when the base has moved in a way that conflicts, rebase once and judge that."""
    verdict = _judge(desk, night, kept.change, issue)
    if not any(_may_be_rebased(result) for result in verdict.results):
        return kept, verdict
    change = rebased(desk, night, kept.change)
    if change is None:
        return kept, verdict
    kept = replace(kept, change=change, passed=None)
    desk.records.keep_change(night.repository.node_id, kept)
    return kept, _judge(desk, night, change, issue)


def _may_be_rebased(result: GateResult) -> bool:
    """Work on somebody's desktop stays in the way of a change wherever that is put."""
    moved = any(finding.rule != "desktop" for finding in result.findings) or not result.findings
    return result.gate is GateName.DRIFT and result.failed and moved


def _judge(desk: Desk, night: OpenNight, change: Change, issue: Issue) -> Verdict:
    commands = read_commands(desk, night, change.base)
    night = within_repository_limits(night, commands)
    head = opened_change(desk, night, change, "judge")
    base = opened_base(desk, night, change.base, change.issue, "judge-base")
    try:
        case = make_case(desk, night, issue, change, head, base, commands, Stage.JUDGE)
        kept = archive(desk, night, change.issue, JUDGE)
        verdict = judge_case(kept.around(desk.gates), case, lambda: _reviewed(desk, night, case))
        note_logs(desk, night, change.issue, JUDGE, verdict)
        if verdict.passed:
            take_as_base(desk, night, change, commands, kept.recorded)
        return verdict
    finally:
        desk.workspace.close_tree(head)
        desk.workspace.close_tree(base)


def _reviewed(desk: Desk, night: OpenNight, case: Case) -> tuple[Review | None, str]:
    """Ask the reviewing model in fresh context, on a tier that did not build the change."""
    number = case.issue.number
    tier = _built_on(desk, night, case)
    task = f"{night.id}/{number}/judge"
    tab = open_tab(desk, night, number, task)
    healer = AttemptHealer(desk, night, number, task, Tier(tier), survey(desk, night).ladder())
    return review_change(desk, night, case, tab, healer, builder_tier=tier, attempt=task)


def _built_on(desk: Desk, night: OpenNight, case: Case) -> str:
    """Return the tier that built a change, on whichever night: a dry run's may be taken up by a real one."""
    query = EventQuery(
        types=(EventType.ATTEMPT_FINISHED,),
        repository=night.repository.node_id,
        issue=case.issue.number,
        limit=50,
        readable=True,
    )
    attempts = desk.ledger.events(query)
    for event in attempts:
        built = event.metadata.get("change")
        if built and built["head_sha"] == case.change.head_sha:
            return str(event.metadata["tier"])
    return str(attempts[0].metadata["tier"]) if attempts else str(ENTRY_TIER)


def _store(desk: Desk, night: OpenNight, kept: Kept, verdict: Verdict) -> None:
    """Write the verdict down; the full results lie in object storage as well."""
    results = to_document(verdict)["results"]
    name = f"nights/{night.id}/{kept.issue}/gates.json"
    failpoint("judge.after_gates")
    uri = desk.storage.put(name, desk.clean(json.dumps(results, indent=1)).encode())
    failpoint("judge.after_artifact")
    desk.ledger.append(
        night.event(
            EventType.CHANGE_JUDGED,
            f"#{kept.issue}: {verdict.reason}",
            severity=Severity.INFO if verdict.passed else Severity.WARNING,
            issue=kept.issue,
            metadata={
                "head_sha": kept.change.head_sha,
                "passed": verdict.passed,
                "gates": results,
                "artifact": uri,
            },
        )
    )
