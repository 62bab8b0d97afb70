"""`overnight init OWNER/REPO`: from nothing to a plan, before a dollar is spent."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..services.introducing import base_is_green, cost_estimate, introduce
from ..services.previewing import preview
from ..settings import make_order, settings_path
from ..settings.writing import add_repository
from .console import Exit, say, speaking
from .desk import checked, settings_desk
from .doctor import run_checks, show_checks
from .plan import show_plan


def command(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on GitHub.")],
    labels: Annotated[
        bool, typer.Option("--labels/--no-labels", help="Create our labels and tracking issue.")
    ] = True,
) -> None:
    """Write settings, create labels and the tracking issue, run doctor, show tonight's plan and its cost."""
    with speaking():
        from ..adapters.ledger import upgrade

        checked(repository)
        path = settings_path(os.environ)
        say(f"{'Added to' if add_repository(path, repository) else 'Already in'} {path}: {repository}")
        house = settings_desk()
        upgrade(house.ledger_url)
        checks = run_checks(house, repository)
        show_checks(checks)
        if not all(check.passed for check in checks):
            say("Mend these first, then run the same command again.")
            raise typer.Exit(Exit.WRONG)
        order = make_order(house.settings, repository, "preview", trigger="cli", now=house.clock.now())
        target = house.tracker.repository(order.owner, order.name)
        if labels:
            say(introduce(house, target))
        say(base_is_green(house, order, target))
        plan = preview(house, order)
        show_plan(plan)
        say(cost_estimate(house, order, plan))
        say(f"First night (dry run of at most 3 issues): overnight run --repository {repository}")
