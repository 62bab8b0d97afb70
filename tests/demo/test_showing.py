"""The table shows what became of each issue, and no stranger's markup."""

from rich.console import Console

from demo.showing import show_night

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
            "attempts": [{"tier": "gpt-4", "outcome": "accepted", "cost_usd": "0.25"}],
            "pull_request": 7,
        }
    ],
    "exclusions": [{"number": 3, "kind": "untrusted", "reason": "its author is a stranger"}],
    "totals": {"planned": 1, "excluded": 1, "success": 1, "failed": 0, "skipped": 0},
}


def _shown() -> str:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        show_night(NIGHT, console)
        return console.export_text()


def test_each_issue_has_a_row_with_its_attempts_and_its_end():
    text = _shown()
    assert "gpt-4 accepted" in text
    assert "pull_request #7" in text
    assert "every gate passed" in text


def test_what_was_left_out_and_the_totals_are_below():
    text = _shown()
    assert "#3 its author is a stranger" in text
    assert "1 planned, 1 left out: 1 success, 0 failed, 0 skipped; $ 0.25 at list price" in text


def test_markup_and_control_characters_of_a_title_stay_plain_text():
    text = _shown()
    assert "[bold]Sell me[/]" in text
    assert "\x1b" not in text
