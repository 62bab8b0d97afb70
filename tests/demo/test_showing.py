"""The table shows what became of each issue, and no stranger's markup."""

from decimal import Decimal

from rich.console import Console

from demo.checking import Check
from demo.showing import gates_passed, show_checks, show_night, tier_path

NIGHT = {
    "repository": "acme/pantry",
    "status": "completed",
    "issues": [
        {
            "number": 12,
            "title": "[bold]Sell me[/] \x1b[31mred",
            "sequence_type": "build",
            "status": "pull_request",
            "reason": "every gate passed",
            "attempts": [
                {"tier": "gpt-4", "outcome": "gates_failed", "cost_usd": 0.125},
                {"tier": "gpt-4", "outcome": "gates_failed", "cost_usd": 0.075},
                {"tier": "gpt-4-turbo", "outcome": "accepted", "cost_usd": 0.05},
            ],
            "gates": {"build": "pass", "test": "not_applicable", "lint": "fail"},
            "pull_request": 7,
        }
    ],
    "exclusions": [{"number": 3, "kind": "untrusted", "reason": "its author is a stranger"}],
    "totals": {"planned": 1, "excluded": 1, "success": 1, "failed": 0, "skipped": 0},
}


def _shown() -> str:
    console = Console(width=180, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        show_night(NIGHT, Decimal("0.35"), console)
        return console.export_text()


def test_each_issue_has_a_row_with_its_way_along_the_ladder_its_gates_its_cost_and_its_end():
    text = _shown()
    assert "gpt-4 red ×2 → gpt-4-turbo" in text
    assert "2/3" in text
    assert "$0.2500" in text
    assert "pull_request #7" in text
    assert "every gate passed" in text


def test_what_was_left_out_and_the_totals_are_below():
    text = _shown()
    assert "#3 its author is a stranger" in text
    assert "1 planned, 1 left out: 1 success, 0 failed, 0 skipped; $ 0.35 at list price" in text
    assert "(0.25 in attempts, 0.10 for the judge's own reviews)" in text


def test_markup_and_control_characters_of_a_title_stay_plain_text():
    text = _shown()
    assert "[bold]Sell me[/]" in text
    assert "\x1b" not in text


def test_a_way_down_names_why_each_tier_was_left():
    steps = (("gpt-5.1", "refused"), ("gpt-4", "unavailable"), ("local-builder", "accepted"))
    attempts = [{"tier": tier, "outcome": outcome} for tier, outcome in steps]
    assert tier_path(attempts) == "gpt-5.1 refused → gpt-4 down → local-builder"
    assert tier_path([]) == gates_passed({}) == ""


def test_a_claim_is_printed_with_its_evidence_and_whether_it_holds():
    console = Console(width=100, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        show_checks([Check("it heals", ("#25 [red]",), True), Check("it learns", (), False)], console)
        text = console.export_text()
    assert "✓ it heals: #25 [red]" in text
    assert "✗ it learns: nothing" in text
