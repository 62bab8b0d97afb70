"""The table of refusals: a row each, in its order, and the plan of a merge."""

from dataclasses import replace

import pytest

from include.overnight.domain.checkouts import Checkout
from include.overnight.domain.drift import CheckoutState, FileChange, case_collisions, shown, touching
from include.overnight.domain.refusals import listed
from include.overnight.domain.syncing import Action, decide

CHECKOUT = Checkout("pantry", "/home/ann/pantry")
READY = CheckoutState(
    CHECKOUT,
    branch="main",
    expected="main",
    head="a" * 40,
    remote_sha="b" * 40,
    base="a" * 40,
    behind_count=2,
    incoming=(FileChange("src/x.py", "M"), FileChange("new.md", "R", "old.md")),
)
DIVERGED = replace(READY, ahead_count=1)
REFUSALS = {
    "problem": {"problem": "no folder"},
    "unreachable": {"unreachable": "down"},
    "no branch": {"remote_sha": ""},
    "unborn": {"head": ""},
    "operation": {"operations": ("rebase",)},
    "lock": {"locks": ("index.lock (fresh)",)},
    "unmerged": {"unmerged": ("x",)},
    "detached": {"branch": ""},
    "other branch": {"branch": "mine"},
    "rewritten": {"rewritten": True},
    "no base": {"base": ""},
    "hidden": {"hidden": ("x",)},
    "submodule": {"submodules": ("sub",)},
    "case": {"collisions": ("readme.md",), "case_insensitive": True},
    "overwritten": {"overwritten": ("x",)},
    "conflict": {"ahead_count": 1, "conflicts": ("x",)},
    "unpushed": {"ahead_count": 1, "both": ("x",)},
    "diverged": {"ahead_count": 1, "checkout": replace(CHECKOUT, merge_diverged=False)},
    "uncommitted": {"dirty": ("src/x.py",)},
}


@pytest.mark.parametrize("rule", REFUSALS)
def test_each_rule_refuses_alone_and_says_why_and_what_to_do(rule):
    decision = decide(replace(READY, **REFUSALS[rule]))
    assert (decision.action, decision.rule) == (Action.REFUSE, rule)
    assert decision.reason
    assert all(decision.plan)


def test_the_first_rule_of_the_table_decides():
    everything = {key: value for given in REFUSALS.values() for key, value in given.items()}
    assert decide(replace(READY, **everything)).rule == "problem"


def test_a_fast_forward_has_a_plan_that_ends_with_the_way_back():
    decision = decide(READY)
    assert (decision.action, decision.safe) == (Action.FAST_FORWARD, True)
    assert decision.reason == "can be fast-forwarded (2 commits, 2 files)"
    assert "rename old.md to new.md" in decision.plan
    assert decision.plan[-1] == "undo with: overnight sync undo pantry"


def test_two_sides_that_do_not_meet_are_merged():
    assert decide(DIVERGED).action is Action.MERGE


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        (replace(READY, behind_count=0), "level"),
        (replace(READY, behind_count=0, ahead_count=3), "ahead"),
        (replace(READY, behind_count=0, operations=("rebase",)), "level"),
    ],
)
def test_with_nothing_to_merge_nothing_is_in_the_way(state, rule):
    assert (decide(state).action, decide(state).rule) == (Action.NOTHING, rule)


def test_autostash_carries_work_over_only_when_it_is_proved_to_fit():
    stashing = replace(READY, dirty=("src/x.py",), checkout=replace(CHECKOUT, autostash=True), stash="c" * 40)
    assert decide(stashing).safe
    assert decide(replace(stashing, stash_conflicts=("src/x.py",))).rule == "uncommitted"
    assert decide(replace(stashing, stash="")).rule == "uncommitted"


def test_notes_tell_what_a_person_would_wonder_about():
    state = replace(READY, lfs=("big.bin",), collisions=("Readme",), dirty=("elsewhere.py",))
    told = " ".join(decide(state).plan)
    assert "big.bin stay pointers" in told
    assert "Readme differ" in told
    assert "uncommitted work stays as it is: elsewhere.py" in told


def test_paths_touch_when_one_is_above_the_other():
    assert touching(["a", "b/c", "d/e/f", "g"], ["a", "b", "d/e/f/x"]) == ("a", "b/c", "d/e/f")


def test_names_that_differ_by_case_are_found_in_folders_too():
    assert case_collisions({"Src/a.py", "b"}, ["src/b.py", "c"]) == ("Src/a.py",)


def test_long_lists_are_cut_and_odd_bytes_can_be_shown():
    assert listed([f"f{number}" for number in range(7)]) == "f0, f1, f2, f3, f4 and 2 more"
    assert shown("caf\udce9") == "caf�"
