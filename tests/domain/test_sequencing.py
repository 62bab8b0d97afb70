from __future__ import annotations

import random
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.issues import Issue, IssueRef, LinkedPullRequest, Milestone, RefState
from include.overnight.domain.plans import Plan, PlanRules, SequenceType
from include.overnight.domain.sequencing import outside_refs
from tests.domain.making import NOW, REPOSITORY, an_issue, left_out, order, plan, planned


def test_sequence_types_come_in_their_order_and_numbers_break_ties() -> None:
    made = plan(
        an_issue(1, labels=("self-evolution",)),
        an_issue(2, labels=("deployment",)),
        an_issue(3, labels=("bug",)),
        an_issue(4, labels=("qa",)),
        an_issue(5, labels=("governance",)),
        an_issue(6, labels=("memory",)),
        an_issue(7, labels=("architecture",)),
        an_issue(8, labels=("architecture",)),
    )
    assert order(made) == [7, 8, 6, 5, 4, 3, 2, 1]
    assert [issue.position for issue in made.issues] == list(range(1, 9))


def test_a_partial_order_of_types_is_completed() -> None:
    rules = PlanRules(sequence_order=(SequenceType.QA, SequenceType.DEPLOYMENT))
    issues = [
        an_issue(n, labels=(name,)) for n, name in enumerate(("architecture", "bug", "qa", "deployment"), 1)
    ]
    assert order(plan(*issues, rules=rules)) == [3, 4, 1, 2]


def test_an_architecture_issue_that_depends_on_a_build_issue_comes_after_it() -> None:
    made = plan(an_issue(1, "Depends on #2", labels=("architecture",)), an_issue(2))
    assert order(made) == [2, 1]
    assert planned(made, 1).waits_for == (2,)
    assert planned(made, 1).depth == 1
    assert planned(made, 1).reason == "architecture work, after #2"


def test_depth_is_the_longest_path_and_shallow_issues_come_first() -> None:
    made = plan(an_issue(1), an_issue(2, "Depends on #1"), an_issue(3, "Depends on #1 and #2"), an_issue(9))
    assert order(made) == [1, 9, 2, 3]
    assert [issue.depth for issue in made.issues] == [0, 0, 1, 2]


def test_a_parent_waits_for_its_open_sub_issues_and_tasks() -> None:
    made = plan(
        an_issue(1, "- [ ] #3\n- [x] #4", sub_issues=(IssueRef(2),)), an_issue(2), an_issue(3), an_issue(4)
    )
    assert planned(made, 1).waits_for == (2, 3)
    assert order(made) == [2, 3, 4, 1]


@pytest.mark.parametrize("label", ["priority: 5", "Priority:5", "priority=5", "priority 5", "priority/5"])
def test_a_priority_label_moves_an_issue_forward(label: str) -> None:
    made = plan(an_issue(1, labels=("architecture",)), an_issue(2, labels=(label,)))
    assert order(made) == [2, 1]
    assert planned(made, 2).reason == "build work, priority 5"


def test_an_override_wins_over_the_label() -> None:
    made = plan(an_issue(1), an_issue(2, labels=("priority: 5",)), rules=PlanRules(priorities=((2, 200),)))
    assert order(made) == [1, 2]
    assert planned(made, 2).priority == 200


def test_a_dependency_inherits_the_best_priority_of_what_waits_for_it() -> None:
    made = plan(
        an_issue(1),
        an_issue(2),
        an_issue(3, "Depends on #2"),
        an_issue(4, "Depends on #3", labels=("priority: 1",)),
    )
    assert order(made) == [2, 3, 4, 1]
    assert planned(made, 2).priority == 1
    assert planned(made, 2).reason == "build work, priority 1, inherited from an issue that waits for it"


def test_a_cycle_is_named_in_full_and_all_its_members_are_left_out() -> None:
    made = plan(
        an_issue(4, "Depends on #9"), an_issue(9, "Depends on #6"), an_issue(6, "Depends on #4"), an_issue(1)
    )
    assert made.cycles == ("#4 → #9 → #6 → #4",)
    assert order(made) == [1]
    reason = ("cycle", "it is in the dependency cycle #4 → #9 → #6 → #4")
    assert left_out(made) == {4: reason, 6: reason, 9: reason}


def test_what_waits_for_a_cycle_is_blocked_and_names_it() -> None:
    made = plan(an_issue(4, "Depends on #9"), an_issue(9, "Depends on #4"), an_issue(1, "Depends on #9"))
    assert planned(made, 1).blocked == (
        "blocked by #9, which is open and left out of this plan: it is in the dependency cycle #4 → #9 → #4"
    )


def test_a_tangle_of_cycles_names_one_for_every_member() -> None:
    made = plan(
        an_issue(1, "Depends on #2 and #3"),
        an_issue(2, "Depends on #1"),
        an_issue(3, "Depends on #1"),
        an_issue(7, "Depends on #8"),
        an_issue(8, "Depends on #7"),
    )
    assert made.cycles == ("#1 → #2 → #1", "#1 → #3 → #1", "#7 → #8 → #7")
    assert order(made) == []


OUTSIDE = [
    (RefState.COMPLETED, "", ()),
    (RefState.NOT_PLANNED, "", ("#99 was closed as not planned, so what it promised may be missing",)),
    (RefState.OPEN, "blocked by #99, which is open and outside this plan", ()),
    (RefState.MISSING, "blocked by #99, which does not exist or cannot be seen", ()),
    (None, "blocked by #99, which does not exist or cannot be seen", ()),
    ("nonsense", "blocked by #99, which does not exist or cannot be seen", ()),
]


@pytest.mark.parametrize(("state", "blocked", "warnings"), OUTSIDE)
def test_a_dependency_outside_the_plan_counts_as_it_was_found(
    state, blocked: str, warnings: tuple[str, ...]
) -> None:
    made = plan(an_issue(1, "Depends on #99"), outside={IssueRef(99): state} if state else {})
    assert planned(made, 1).blocked == blocked
    assert planned(made, 1).warnings == warnings


def test_another_repositorys_issue_is_not_mistaken_for_ours() -> None:
    ref = IssueRef(2, "other/place")
    made = plan(an_issue(1, "Depends on other/place#2"), an_issue(2), outside={ref: RefState.OPEN})
    assert planned(made, 1).waits_for == ()
    assert planned(made, 1).blocked == "blocked by other/place#2, which is open and outside this plan"


def test_a_plan_from_a_file_warns_of_what_it_cannot_look_up() -> None:
    made = plan(an_issue(1, "Depends on #99"), unresolved_blocks=False)
    assert planned(made, 1).blocked == ""
    assert planned(made, 1).warnings == ("#99 is outside this plan and was not looked up",)


def test_a_dependent_of_an_excluded_issue_is_blocked_and_so_is_what_waits_for_it() -> None:
    made = plan(
        an_issue(1, labels=("overnight: skip",)), an_issue(2, "Depends on #1"), an_issue(3, "Depends on #2")
    )
    first = "blocked by #1, which is open and left out of this plan: label `overnight: skip`"
    assert planned(made, 2).blocked == first
    assert planned(made, 3).blocked == f"blocked by #2, which is itself blocked ({first})"
    assert made.startable() == ()


def test_a_long_chain_of_blocked_issues_keeps_short_reasons() -> None:
    made = plan(*(an_issue(n, f"Depends on #{n + 1}") for n in range(1, 200)))
    assert max(len(issue.blocked) for issue in made.issues) < 200


def test_an_open_green_pull_request_of_ours_satisfies_its_dependents() -> None:
    done = an_issue(1, pull_requests=(LinkedPullRequest(7, "open", "overnight[bot]"),))
    made = plan(done, an_issue(2, "Depends on #1"), ready_changes=frozenset({1}))
    assert left_out(made) == {
        1: ("has_pull_request", "open pull request #7 by overnight[bot] would close it")
    }
    assert planned(made, 2).blocked == ""
    assert planned(made, 2).waits_for == ()


def test_a_handled_issue_without_a_green_change_blocks_its_dependents() -> None:
    made = plan(an_issue(1), an_issue(2, "Depends on #1"), handled={1: "its pull request #7 is closed"})
    assert left_out(made) == {1: ("handled", "its pull request #7 is closed")}
    assert planned(made, 2).blocked.endswith("its pull request #7 is closed")


def test_only_the_issues_asked_for_are_planned() -> None:
    made = plan(an_issue(1), an_issue(2, "Depends on #1"), an_issue(3), rules=PlanRules(only=(2, 3)))
    assert order(made) == [2, 3]
    assert left_out(made)[1][0] == "not_requested"
    assert planned(made, 2).blocked.startswith("blocked by #1, which is open and left out")


def test_a_night_made_up_for_considers_only_issues_created_before_it() -> None:
    rules = PlanRules(created_before=NOW)
    made = plan(
        an_issue(1, created_at=NOW - timedelta(seconds=1)),
        an_issue(2, created_at=NOW),
        an_issue(3, created_at=(NOW + timedelta(days=1)).replace(tzinfo=None)),
        an_issue(4),
        rules=rules,
    )
    assert order(made) == [1]
    assert {kind for kind, _ in left_out(made).values()} == {"ineligible"}


def test_the_limit_cuts_after_sequencing_and_names_what_is_cut() -> None:
    made = plan(
        an_issue(1),
        an_issue(2, labels=("architecture",)),
        an_issue(3, "Depends on #1"),
        rules=PlanRules(max_issues=1),
    )
    assert order(made) == [2]
    assert left_out(made) == {
        1: ("cut", "the limit of 1 issues a night was reached before it"),
        3: (
            "cut",
            "the limit of 1 issues a night was reached before it; it is also blocked by #1, which was cut",
        ),
    }


def test_blocked_issues_do_not_use_up_the_limit() -> None:
    blocked = [an_issue(n, "Depends on #99", labels=("architecture",)) for n in range(1, 5)]
    made = plan(*blocked, an_issue(5), an_issue(6), rules=PlanRules(max_issues=1))
    assert [issue.number for issue in made.startable()] == [5]
    assert left_out(made).keys() == {6}


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_starts_nothing(limit: int) -> None:
    assert plan(an_issue(1), rules=PlanRules(max_issues=limit)).startable() == ()


def test_a_near_milestone_is_told() -> None:
    soon = Milestone("1.0", due_on=NOW + timedelta(days=3, hours=1))
    assert (
        planned(plan(an_issue(1, milestone=soon)), 1).reason == "build work, milestone “1.0” is due in 3 days"
    )


def test_a_plan_pins_title_and_body() -> None:
    hashes = {
        planned(plan(issue), 1).body_sha256
        for issue in (an_issue(1, "a"), an_issue(1, "b"), an_issue(1, "a", "t"))
    }
    assert len(hashes) == 3


def test_an_issue_fetched_twice_is_planned_once() -> None:
    assert order(plan(an_issue(1), an_issue(1))) == [1]


def test_an_empty_backlog_is_an_empty_plan() -> None:
    assert plan() == Plan(())


def test_look_ups_are_needed_only_for_what_eligible_issues_wait_for_outside() -> None:
    issues = [
        an_issue(1, "Depends on #2, #50, other/place#1 and octo/pantry#51"),
        an_issue(2),
        an_issue(3, "Depends on #60", author_association="NONE"),
    ]
    refs = outside_refs(issues, PlanRules(), repository=REPOSITORY)
    assert refs == (IssueRef(1, "other/place"), IssueRef(50), IssueRef(51))


def test_five_thousand_issues_are_planned_quickly() -> None:
    issues = [an_issue(n, f"Do it.\n\nDepends on #{n // 2} and #{n - 1 or 9000}") for n in range(1, 5001)]
    started = time.process_time()
    made = plan(*issues, rules=PlanRules(max_issues=5000), outside={IssueRef(9000): RefState.COMPLETED})
    assert time.process_time() - started < 6  # about 1.2 s on an idle machine
    assert len(made.startable()) + sum(1 for issue in made.issues if issue.blocked) == 5000


def test_a_ring_of_five_thousand_issues_is_one_cycle() -> None:
    made = plan(*(an_issue(n, blocked_by=(IssueRef(n % 5000 + 1),)) for n in range(1, 5001)))
    assert len(made.cycles) == 1
    assert made.cycles[0].count("→") == 5000
    assert len(made.exclusions[0].reason) < 300


LABELS = (
    "architecture",
    "memory",
    "qa",
    "deployment",
    "overnight: skip",
    "priority: 3",
    "priority: 300",
    "bug",
)


@st.composite
def backlogs(draw: st.DrawFn) -> list[Issue]:
    numbers = draw(st.lists(st.integers(1, 30), min_size=1, max_size=14, unique=True))
    near = st.sampled_from([*numbers, 77])
    return [
        an_issue(
            number,
            " ".join(f"Depends on #{ref}." for ref in draw(st.lists(near, max_size=2))),
            labels=tuple(draw(st.lists(st.sampled_from(LABELS), max_size=2))),
            blocked_by=tuple(IssueRef(ref) for ref in draw(st.lists(near, max_size=1))),
            author_association=draw(st.sampled_from(["OWNER", "OWNER", "OWNER", "NONE"])),
        )
        for number in numbers
    ]


@settings(max_examples=120, deadline=None)
@given(backlogs(), st.integers(0, 12), st.sampled_from(list(RefState)), st.randoms(use_true_random=False))
def test_every_plan_keeps_its_promises(
    issues: list[Issue], limit: int, outside: RefState, shuffler: random.Random
) -> None:
    rules, facts = PlanRules(max_issues=limit), {IssueRef(77): str(outside)}
    made = plan(*issues, rules=rules, outside=facts)
    shuffler.shuffle(issues)
    assert plan(*issues, rules=rules, outside=facts) == made

    told = order(made) + [exclusion.number for exclusion in made.exclusions]
    assert sorted(told) == sorted(issue.number for issue in issues)
    assert all(exclusion.reason for exclusion in made.exclusions)
    assert len(made.startable()) <= limit

    place = {number: index for index, number in enumerate(order(made))}
    starting = {issue.number for issue in made.startable()}
    for issue in made.issues:
        assert issue.reason
        for needed in issue.waits_for:
            assert place[needed] < place[issue.number]
            assert needed in starting or issue.blocked
        for dependency in issue.depends_on:
            if not issue.blocked and dependency.ref.number != 77:
                assert dependency.ref.number in starting


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=120)), max_size=5))
def test_no_issue_text_breaks_a_plan(texts: list[tuple[str, str]]) -> None:
    made = plan(*(an_issue(n, body, title) for n, (title, body) in enumerate(texts, 1)))
    assert len(made.issues) + len(made.exclusions) == len(texts)
