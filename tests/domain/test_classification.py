from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.classification import COMPLEXITY_RULES, RULES, candidates, classify
from include.overnight.domain.issues import Issue
from include.overnight.domain.plans import Complexity, PlanRules, SequenceType
from tests.domain.making import an_issue


def by(**fields: object) -> Issue:
    return Issue(1, **({"title": "Do it"} | fields))  # type: ignore[arg-type]


TYPE_ROWS = {
    "label_architecture": by(labels=("Type: Architecture",)),
    "label_memory": by(labels=("memory",)),
    "label_governance": by(labels=("area/governance",)),
    "label_qa": by(labels=("tests",)),
    "label_build": by(labels=("kind:build",)),
    "label_deployment": by(labels=("ci/cd",)),
    "label_self_evolution": by(labels=("self-evolution",)),
    "type_architecture": by(issue_type="Epic"),
    "type_memory": by(issue_type="Memory"),
    "type_governance": by(issue_type="Governance"),
    "type_qa": by(issue_type="QA"),
    "type_build": by(issue_type="Build"),
    "type_deployment": by(issue_type="Release"),
    "type_self_evolution": by(issue_type="self-evolution"),
    "form_architecture": by(body="### Sequence type\n\narchitecture"),
    "form_memory": by(body="Type: memory"),
    "form_governance": by(body="**Type**: governance"),
    "form_qa": by(body="### Type\n\nTesting\n"),
    "form_build": by(body="Issue type: feature"),
    "form_deployment": by(body="Task type: deployment"),
    "form_self_evolution": by(body="Type: self-evolution"),
    "title_self_evolution": by(title="Let the prompts be self-improving"),
    "title_architecture": by(title="[Architecture] Split the store"),
    "title_memory": by(title="Memory Fabric: keep the sources"),
    "title_governance": by(title="Record governance exceptions"),
    "title_deployment": by(title="Deploy to Kubernetes"),
    "title_qa": by(title="Add missing tests for the parser"),
    "title_build": by(title="feat(cli): print totals"),
    "label_ordinary": by(labels=("bug",)),
    "type_ordinary": by(issue_type="Feature"),
    "body_architecture": by(body="This is an architecture decision."),
    "body_memory": by(body="It is kept in the memory fabric."),
    "body_governance": by(body="It breaks a governance rule."),
    "body_qa": by(body="Raise the test coverage."),
    "body_deployment": by(body="Our deployment script fails."),
    "otherwise_build": by(),
}
COMPLEXITY_ROWS = {
    "label_high": by(labels=("complexity: high",)),
    "label_medium": by(labels=("size/M",)),
    "label_low": by(labels=("good first issue",)),
    "type_high": by(issue_type="Epic"),
    "form_high": by(body="### Complexity\n\nHigh"),
    "form_medium": by(body="Complexity: medium"),
    "form_low": by(body="**Complexity**: low"),
    "title_low": by(title="Fix a typo"),
    "title_high": by(title="Refactor the store"),
    "body_high": by(body="It touches 14 files."),
    "many_tasks": by(body="- [ ] a\n" * 8),
    "very_long": by(body="word " * 1300),
    "some_tasks": by(body="- [x] a\n" * 3),
    "long": by(body="word " * 200),
    "ordinary_type": by(issue_type="Feature"),
    "ordinary_label": by(labels=("enhancement",)),
    "otherwise_low": by(),
}


def test_every_row_of_both_tables_has_its_example() -> None:
    assert list(TYPE_ROWS) == [rule.name for rule in RULES]
    assert list(COMPLEXITY_ROWS) == [rule.name for rule in COMPLEXITY_RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_type_rule_decides_its_example(rule) -> None:
    found = classify(TYPE_ROWS[rule.name], PlanRules())
    assert found.sequence_type is rule.gives
    assert found.type_reason.endswith(f"(rule {rule.name})")


@pytest.mark.parametrize("rule", COMPLEXITY_RULES, ids=lambda rule: rule.name)
def test_each_complexity_rule_decides_its_example(rule) -> None:
    found = classify(COMPLEXITY_ROWS[rule.name], PlanRules())
    assert found.complexity is rule.gives
    assert found.complexity_reason.endswith(f"(rule {rule.name})")


@pytest.mark.parametrize(
    ("issue", "reason"),
    [
        (by(labels=("Architecture",)), "label `architecture`"),
        (by(title="Please DEPLOY it"), "title says “DEPLOY”"),
        (by(issue_type="QA"), "issue type “QA”"),
        (by(body="### Type\n\nqa"), "body says “### Type qa”"),
    ],
)
def test_a_reason_names_what_matched(issue: Issue, reason: str) -> None:
    assert classify(issue, PlanRules()).type_reason.startswith(reason)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Fix a memory leak in the reader", SequenceType.BUILD),
        ("Fix the memory: it leaks", SequenceType.BUILD),
        ("Deploy the test suite", SequenceType.DEPLOYMENT),
        ("Show the totals in the report", SequenceType.BUILD),
        ("test: cover the parser", SequenceType.QA),
        ("ci: cache wheels", SequenceType.DEPLOYMENT),
    ],
)
def test_titles_are_read_with_some_sense(title: str, kind: SequenceType) -> None:
    assert classify(by(title=title), PlanRules()).sequence_type is kind


def test_the_label_a_person_set_beats_words_in_the_title() -> None:
    assert classify(by(title="Deploy it", labels=("qa",)), PlanRules()).sequence_type is SequenceType.QA


def test_a_repository_maps_labels_of_its_own_first() -> None:
    rules = PlanRules(label_types=(("nonsense", "no such type"), ("team: Ops", "deployment")))
    found = classify(by(labels=("architecture", "team: ops", "nonsense")), rules)
    assert found.sequence_type is SequenceType.DEPLOYMENT
    assert found.type_reason == "label `team: Ops` (settings: label_types)"


def test_candidates_show_a_tie_that_something_else_may_break() -> None:
    assert candidates(by(title="Deploy the missing tests")) == (SequenceType.DEPLOYMENT, SequenceType.QA)
    assert candidates(by()) == ()


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.lists(st.text(max_size=30), max_size=4),
    st.text(max_size=20),
)
def test_no_issue_text_raises(title: str, body: str, labels: list[str], kind: str) -> None:
    issue = an_issue(1, body, title, labels=tuple(labels), issue_type=kind)
    found = classify(issue, PlanRules())
    assert found == classify(issue, PlanRules())
    assert found.type_reason
    assert found.complexity in Complexity
