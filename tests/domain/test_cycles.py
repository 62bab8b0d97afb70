from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.cycles import find_cycles, name_cycle, tell_cycle


def test_a_cycle_begins_at_its_lowest_number_and_follows_the_waiting() -> None:
    assert find_cycles({9: (4,), 4: (7,), 7: (9,), 1: (4,)}) == ((4, 7, 9),)
    assert name_cycle((4, 7, 9)) == "#4 → #7 → #9 → #4"


def test_a_chain_has_no_cycle() -> None:
    assert find_cycles({1: (2,), 2: (3,), 3: ()}) == ()


def test_a_very_long_cycle_is_told_with_its_middle_left_out() -> None:
    told = tell_cycle(range(1, 101))
    assert told.startswith("#1 → #2")
    assert "… 80 more …" in told
    assert told.endswith("#100 → #1")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(1, 9), st.lists(st.integers(1, 9), max_size=3), min_size=9, max_size=9))
def test_what_is_left_without_the_named_members_has_no_cycle(waits: Mapping[int, list[int]]) -> None:
    waits = {number: [needed for needed in needs if needed != number] for number, needs in waits.items()}
    cycles = find_cycles(waits)
    for cycle in cycles:
        for number, needed in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert needed in waits[number]
    named = {number for cycle in cycles for number in cycle}
    left = {
        number: [n for n in needs if n not in named] for number, needs in waits.items() if number not in named
    }
    assert find_cycles(left) == ()
