from __future__ import annotations

from decimal import Decimal

from include.overnight.domain.changes import SEED_TOTALS, Base, Change, IssueStatus, Usage


def test_usage_adds_up() -> None:
    total = Usage(10, 5, 3, 1, Decimal("0.10")) + Usage(1, 2, 0, 1, Decimal("0.02"))
    assert total == Usage(11, 7, 3, 2, Decimal("0.12"))
    assert total.tokens == 18


def test_every_status_has_one_of_the_seeds_three_words() -> None:
    assert set(SEED_TOTALS) == set(IssueStatus)
    assert set(SEED_TOTALS.values()) == {"success", "failed", "skipped"}


def test_a_dependent_builds_on_the_whole_stack_of_bundles_in_order() -> None:
    first = Change(1, Base("main", "a" * 40), "b" * 40, "t", "overnight/1-x", "file:///1.bundle")
    second = Change(2, first.as_base(), "c" * 40, "t", "overnight/2-y", "file:///2.bundle")
    assert second.as_base() == Base("overnight/2-y", "c" * 40, ("file:///1.bundle", "file:///2.bundle"))
