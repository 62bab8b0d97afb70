from __future__ import annotations

import pytest

from include.overnight.domain.ordering import complete_order
from include.overnight.domain.plans import PlanRules, SequenceType
from include.overnight.domain.priorities import UNSET, overrides_of, own_priority
from tests.domain.making import an_issue


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        ((), UNSET),
        (("priority: 7",), 7),
        (("Priority: -1",), -1),
        (("priority: 7", "priority: 3"), 3),
        (("priority: high",), UNSET),
        (("priority: 99999999999",), UNSET),
        (("low priority: 3",), UNSET),
    ],
)
def test_a_label_sets_the_priority(labels: tuple[str, ...], priority: int) -> None:
    assert own_priority(an_issue(1, labels=labels), {}) == priority


def test_the_last_override_wins_over_labels() -> None:
    overrides = overrides_of(PlanRules(priorities=((1, 5), (1, 50))))
    assert own_priority(an_issue(1, labels=("priority: 1",)), overrides) == 50


def test_an_order_is_completed_and_its_repeats_dropped() -> None:
    completed = complete_order((SequenceType.QA, SequenceType.QA))
    assert completed[0] is SequenceType.QA
    assert sorted(completed) == sorted(SequenceType)
