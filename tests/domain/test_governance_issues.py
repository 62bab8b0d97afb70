"""The four governance issues of the seeds."""

from include.overnight.domain.criteria import criteria
from include.overnight.domain.governance_issues import COLOURS, get_governance_issues, summary
from include.overnight.domain.issues import Issue

SEEDS = [
    ("Model escalation integration", 1, "architecture"),
    ("Enhanced desktop sync", 2, "governance"),
    ("Auto-heal failed escalations", 3, "governance"),
    ("GSR-Model: governance safety rails for high-cost model usage", 4, "governance"),
]


def test_there_are_the_seeds_four_with_priority_and_sequence_type():
    assert [(one.title, one.priority, one.sequence_type) for one in get_governance_issues()] == SEEDS


def test_each_payload_is_what_github_takes():
    for one in get_governance_issues():
        payload = one.payload()
        assert payload.keys() == {"title", "body", "labels"}
        assert set(payload["labels"]) <= COLOURS.keys()
        assert len(one.acceptance_criteria) >= 4


def test_the_criteria_of_a_body_are_read_as_such_by_our_own_gates():
    for one in get_governance_issues():
        assert set(one.acceptance_criteria) <= set(criteria(Issue(1, one.title, one.body())))


def test_the_summary_lists_them_by_priority():
    lines = summary(reversed(get_governance_issues())).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["1", "2", "3", "4"]
