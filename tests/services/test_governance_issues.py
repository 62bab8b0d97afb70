"""The governance issues and support issues on a real forge: each there once, whatever happens."""

import pytest

from include.overnight.adapters.github import GitHubAccess, Pace, Pacer, connect
from include.overnight.adapters.github.marked_issues import GitHubIssues
from include.overnight.domain.errors import NotFound
from include.overnight.domain.governance_issues import GOVERNANCE_ISSUES
from include.overnight.ports.issues import Put
from include.overnight.services.governance_issues import create_governance_issues
from include.overnight.services.supporting import create_support_issue, find_run, support_text

from ..fakes import writes
from ..staging import REPOSITORY, TOKEN


@pytest.fixture
def desk(stage):
    return stage.desk({1: [writes("box.py", "def size(a, b):\n    return 0\n")]},
                      settings="enable_model_escalation = false")  # fmt: skip


@pytest.fixture
def issues(stage, desk):
    client = connect(GitHubAccess(url=stage.running.rest_url, token=TOKEN), pace=Pace.unhurried())
    return GitHubIssues(client, clean=desk.redactor.clean, pacer=Pacer(Pace.unhurried()))


def create(desk, issues):
    return create_governance_issues(desk, issues, *REPOSITORY.split("/"))


def results(written):
    return [str(one.put.put) for one in written.written]


def test_four_are_created_with_their_labels_and_a_second_time_changes_nothing(desk, issues):
    first = create(desk, issues)
    assert (first.created, first.errors) == (4, ())
    repository = desk.tracker.repository("acme", "box")
    there = {issue.title: issue for issue in desk.tracker.open_issues(repository)}
    for template in GOVERNANCE_ISSUES:
        assert set(template.labels) <= set(there[template.title].labels)
        assert template.summary in there[template.title].body
    assert results(create(desk, issues)) == ["unchanged"] * 4


def test_they_are_found_by_their_mark_when_the_ledger_is_new(desk, issues):
    numbers = [one.put.number for one in create(desk, issues).written]
    desk.records.record_publication(
        desk.tracker.repository("acme", "box").node_id, "issue/governance/gsr-model", "9999"
    )
    again = create(desk, issues)
    assert [one.put.number for one in again.written] == numbers


def test_a_text_that_changed_is_brought_up_to_date(desk, issues):
    repository = desk.tracker.repository("acme", "box")
    old = issues.put_issue(repository, "governance/gsr-model", "Old title", "old text")
    assert old.put is Put.CREATED
    written = create(desk, issues)
    assert results(written) == ["created", "created", "created", "updated"]
    assert written.written[3].put.number == old.number
    assert desk.tracker.issue(repository, old.number).title == GOVERNANCE_ISSUES[3].title


def test_one_that_a_person_closed_stays_closed(stage, desk, issues):
    number = create(desk, issues).written[0].put.number
    issue = stage.forge.issue(REPOSITORY, number)
    stage.forge.edit_issue(issue, "lead", state="closed")
    assert results(create(desk, issues)) == ["closed", "unchanged", "unchanged", "unchanged"]
    assert desk.tracker.issue(desk.tracker.repository("acme", "box"), number).state == "closed"


def test_an_issue_of_somebody_else_with_our_mark_is_not_ours(stage, desk, issues):
    stage.forge.create_issue(REPOSITORY, "Trap", "<!-- overnight:governance/gsr-model -->\nmine now",
                             author="passer-by", author_association="NONE")  # fmt: skip
    assert create(desk, issues).created == 4


def test_a_repository_that_is_not_there_is_said_so(desk, issues):
    with pytest.raises(NotFound):
        create_governance_issues(desk, issues, "acme", "nothing")


def test_a_support_issue_tells_the_run_its_versions_and_log_and_no_secret(stage, desk, issues):
    stage.issue("Lose the size")
    night = stage.night(desk)
    log = [f"line {number}" for number in range(200)] + [f"using {TOKEN}", "~~~~~~ end"]
    text = support_text(desk, night, {"overnight": "0.1.0"}, log, desk.redactor.clean)
    assert f"`{night.id}`" in text
    assert "overnight 0.1.0" in text
    assert "line 199" in text
    assert "line 100" not in text
    assert TOKEN not in text
    assert "issue_execution_failed #1" in text
    assert text.count("~~~~~~\n") % 2 == 0
    first = create_support_issue(desk, issues, night, text)
    assert (first.put, create_support_issue(desk, issues, night, text).number) == (Put.CREATED, first.number)


def test_a_run_is_found_by_the_nights_id_or_by_airflows(stage, desk):
    stage.issue("Lose the size")
    night = stage.night(desk)
    assert find_run(desk, night.id, lambda _: "").id == night.id
    assert find_run(desk, "scheduled__2026", lambda _: night.id).id == night.id
    with pytest.raises(NotFound, match="no night of run manual__1"):
        find_run(desk, "manual__1", lambda _: "nothing")
