from __future__ import annotations

from include.overnight.domain.orders import NightOrder, changed_from_default
from include.overnight.domain.plans import PlanRules


def test_an_order_tells_only_what_differs_from_the_defaults() -> None:
    rules = PlanRules(max_issues=3)
    order = NightOrder("n1", "octo", "pantry", dry_run=False, plan=rules)
    assert changed_from_default(order) == {"dry_run": False, "plan": rules}
    assert order.full_name == "octo/pantry"


def test_a_first_night_is_a_dry_run_unless_told_otherwise() -> None:
    assert NightOrder("n1", "octo", "pantry").dry_run
