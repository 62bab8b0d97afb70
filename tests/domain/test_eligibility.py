from __future__ import annotations

from datetime import timedelta

import pytest

from include.overnight.domain.eligibility import why_excluded
from include.overnight.domain.issues import Issue, LinkedPullRequest, Vetting
from include.overnight.domain.plans import PlanFacts, PlanRules
from tests.domain.making import NOW, an_issue

LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def kind_of(issue: Issue, rules: PlanRules | None = None, facts: PlanFacts | None = None) -> str:
    found = why_excluded(issue, rules or PlanRules(), facts or PlanFacts())
    return f"{found.kind}: {found.reason}" if found else ""


def vetted(permission: str = "write", **fields: object) -> Issue:
    told = {"labels": ("Overnight: OK",), "vetting": Vetting("maria", permission, NOW), "author": "mallory"}
    return an_issue(1, author_association="NONE", **(told | fields))


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR", "owner"])
def test_people_of_the_repository_are_trusted(association: str) -> None:
    assert kind_of(an_issue(1, author_association=association)) == ""


@pytest.mark.parametrize(
    "association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", ""]
)
def test_others_are_not_and_the_reason_names_the_label(association: str) -> None:
    reason = kind_of(an_issue(1, author="mallory", author_association=association))
    assert reason.startswith("untrusted: its author mallory is ")
    assert "`overnight: ok`" in reason


def test_the_allow_list_is_a_setting() -> None:
    rules = PlanRules(trusted_associations=("contributor",))
    assert kind_of(an_issue(1, author_association="CONTRIBUTOR"), rules) == ""
    assert kind_of(an_issue(1, author_association="OWNER"), rules) != ""


@pytest.mark.parametrize("permission", ["write", "maintain", "admin", "ADMIN"])
def test_the_label_of_a_maintainer_vets_a_stranger(permission: str) -> None:
    assert kind_of(vetted(permission)) == ""


@pytest.mark.parametrize("permission", ["triage", "read", "none", ""])
def test_the_label_of_anybody_else_vets_nothing(permission: str) -> None:
    assert "was set by maria, who has permission" in kind_of(vetted(permission))


def test_a_label_that_an_issue_form_set_vets_nothing() -> None:
    assert "does not say who set it" in kind_of(vetted(vetting=None))


def test_a_vetting_without_the_label_is_worth_nothing() -> None:
    assert kind_of(vetted(labels=())).startswith("untrusted")


def test_a_later_edit_by_an_untrusted_author_revokes_the_label() -> None:
    reason = kind_of(vetted(edited_at=LATER, editor="mallory", editor_permission="read"))
    assert reason == (
        "untrusted: edited by mallory after maria set the label `overnight: ok`; a maintainer must look again"
    )


@pytest.mark.parametrize(
    "edit",
    [
        {"edited_at": EARLIER, "editor": "mallory", "editor_permission": "read"},
        {"edited_at": NOW, "editor": "mallory", "editor_permission": "read"},
        {"edited_at": LATER, "editor": "maria", "editor_permission": "maintain"},
        {},
    ],
)
def test_an_earlier_edit_or_one_of_a_maintainer_does_not_revoke_it(edit: dict[str, object]) -> None:
    assert kind_of(vetted(**edit)) == ""


def test_an_edit_by_somebody_unknown_revokes_the_label() -> None:
    assert "edited by somebody unknown" in kind_of(vetted(edited_at=LATER.replace(tzinfo=None)))


def test_the_skip_label_comes_first() -> None:
    issue = an_issue(1, labels=("Overnight: Skip",), author_association="NONE")
    assert kind_of(issue) == "skip_label: label `overnight: skip`"


def test_anybodys_open_linked_pull_request_excludes_an_issue() -> None:
    pulls = (LinkedPullRequest(9, "CLOSED", "kim"), LinkedPullRequest(7, "OPEN", "kim"))
    assert (
        kind_of(an_issue(1, pull_requests=pulls))
        == "has_pull_request: open pull request #7 by kim would close it"
    )
    assert kind_of(an_issue(1, pull_requests=pulls[:1])) == ""


def test_a_handled_issue_tells_how() -> None:
    facts = PlanFacts(handled={1: "merged last night as #8"})
    assert kind_of(an_issue(1), facts=facts) == "handled: merged last night as #8"


def test_a_closed_issue_is_not_worked_on() -> None:
    assert kind_of(an_issue(1, state="CLOSED")) == "ineligible: it is closed"
