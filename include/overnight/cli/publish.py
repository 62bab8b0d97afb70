"""`overnight publish`: open the pull request of a change that a night kept."""

from __future__ import annotations

from typing import Annotated

import typer

from ..services.publishing import publish_change
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import desk
from .offering import issue_numbers, night_ids


def command(
    night: Annotated[str, typer.Argument(help="Night id.", autocompletion=night_ids)],
    issue: Annotated[int, typer.Argument(help="Issue number.", autocompletion=issue_numbers)],
    as_json: JsonOption = False,
) -> None:
    """Open the pull request of a judged change."""
    with speaking():
        opened = publish_change(desk(), night, issue, wanted=True)
        if opened is None:
            complain(
                f"Nothing was opened: the night was a dry run, or GitHub refused; `overnight why {issue}`."
            )
            raise typer.Exit(Exit.WRONG)
        if as_json:
            print_json({"number": opened.number, "url": opened.url})
        else:
            say(f"Pull request #{opened.number}: {opened.url}")
