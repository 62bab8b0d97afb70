"""Issues with a mark go through the outbox: an answer that is lost makes no second one."""

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import Pace, Pacer
from include.overnight.adapters.github.marked_issues import GitHubIssues
from include.overnight.domain.errors import Forbidden
from include.overnight.domain.outbox import Entry, WriteKind
from include.overnight.ports.issues import Put

from .boxed import outbox_in


@pytest.fixture
def box(tmp_path):
    return outbox_in(tmp_path)[0]


@pytest.fixture
def issues(client, patience, box):
    pacer = Pacer(Pace.unhurried())
    pacer.hold = lambda _seconds: None
    return GitHubIssues(client, clean=str, pacer=pacer, patience=patience, outbox=box.outbox)


def titles(forge):
    return [issue.title for issue in forge.forge.issues("acme/pantry")]


@pytest.mark.parametrize("fault", [{"status": 502}, {"reset": True}], ids=["502", "reset"])
def test_a_create_whose_answer_is_lost_is_found_again(forge, issues, box, pantry, fault):
    forge.order(Fault("/issues$", method="POST", when="after", **fault))
    put = issues.put_issue(pantry, "governance/x", "Model", "Text", ["ai"])
    assert (titles(forge), put.put) == (["Model"], Put.UNCHANGED)
    assert box.outbox.unsettled() == ()
    assert forge.forge.issue("acme/pantry", put.number).labels == ("ai",)


def test_the_number_that_the_outbox_keeps_is_asked_before_the_list(forge, issues, pantry):
    number = issues.put_issue(pantry, "governance/x", "Model", "Text").number
    forge.forge.journal.clear()
    assert issues.put_issue(pantry, "governance/x", "Model", "Other text").put is Put.UPDATED
    asked = [entry.path for entry in forge.requests("GET") if "/issues" in entry.path]
    assert asked == [f"/api/v3/repos/acme/pantry/issues/{number}"]


def test_a_refusal_is_written_down_and_a_later_call_asks_again(forge, issues, box, pantry):
    forge.order(Fault("/issues$", method="POST", status=410, body={"message": "Issues are disabled"}))
    with pytest.raises(Exception, match="disabled") as caught:
        issues.put_issue(pantry, "governance/x", "Model", "Text")
    assert not isinstance(caught.value, Forbidden | Entry)
    assert box.outbox.unsettled() == ()
    assert issues.put_issue(pantry, "governance/x", "Model", "Text").put is Put.CREATED
    assert WriteKind.MARKED_ISSUE == "marked_issue"
