"""`overnight doctor`: is everything there, and what to mend."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ..assembly import Overnight
from ..services.appraising import Asked, Check
from ..services.examining import examine
from ..settings import cautions
from ..settings.orders import limits
from .console import Exit, JsonOption, print_json, speaking
from .desk import desk
from .tables import row, show, table


def command(
    repository: Annotated[
        str | None, typer.Option("--repository", "-r", help="OWNER/NAME; all when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check settings, ledger, sandbox, GitHub, models, prices and quota; print the fix for each failure."""
    with speaking():
        checks = run_checks(desk(repository), repository)
        if as_json:
            print_json([asdict(check) for check in checks])
        else:
            show_checks(checks)
        if not all(check.passed for check in checks):
            raise typer.Exit(Exit.WRONG)


def run_checks(house: Overnight, repository: str | None) -> tuple[Check, ...]:
    """Return the checks for one repository, or for all configured ones."""
    names = [repository] if repository else [one.name for one in house.settings.values.repositories]
    return examine(
        house,
        Asked(
            repositories=names,
            cautions=cautions(house.settings),
            limits=limits(house.settings),
            merge_policies={
                name: house.settings.repository(name).merge_policy for name in names
            },
            allow_unknown_prices=house.settings.values.allow_unknown_prices,
        ),
    )


def show_checks(checks: tuple[Check, ...]) -> None:
    """Print checks as a table."""
    made = table("Doctor", "", "check", "what is so, or how to mend it")
    for check in checks:
        row(made, _word(check), check.name, check.detail)
    show(made)


def _word(check: Check) -> str:
    if not check.passed:
        return "MEND"
    return "look" if check.caution else "ok"
