"""`overnight rollback`: take a merge of ours back because a person wants it."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from ..documents import to_document
from ..domain.errors import SettingsError
from ..domain.rollback import CaseState
from ..services.rollback_cases import give_word
from ..services.rolling_back import accused_by_hand, roll_back
from ..settings import make_order
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import checked, desk


def command(
    repository: Annotated[str, typer.Argument(help="OWNER/REPO.")],
    number: Annotated[int, typer.Argument(min=1, help="Number of the merged pull request.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept in the ledger.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose the revert of a merged pull request of ours: proven, once; its issue is opened again."""
    with speaking():
        house = desk(checked(repository))
        order = make_order(house.settings, repository, "", trigger="cli", now=house.clock.now())
        found = house.tracker.repository(order.owner, order.name)
        accused = accused_by_hand(house, found, number)
        if not why.strip():
            raise SettingsError("--why must say something: it is kept in the ledger with your name")
        words = f"Revert pull request #{number} of {found.full_name} ({accused.step.subject[:80]})?"
        if not yes and not typer.confirm(words, err=True):
            complain("Nothing was done.")
            raise typer.Exit(Exit.WRONG)
        give_word(house, found, accused, getpass.getuser(), why, granted=True, source="cli")
        case = roll_back(house, order, found, number)
        if as_json:
            print_json(to_document(case))
        elif case.state is CaseState.OPENED:
            say(f"Pull request #{case.pull_request} reverts #{number}: {case.proof}.")
        if case.state is not CaseState.OPENED:
            complain(f"Nothing was proposed: {case.reason}.")
            raise typer.Exit(Exit.WRONG)
