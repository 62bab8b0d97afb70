"""`overnight init OWNER/REPO`: from nothing to a plan, before a dollar is spent."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import typer

from ..assembly import Overnight
from ..services.introducing import base_is_green, cost_estimate, introduce
from ..services.planning import plan_document
from ..services.previewing import preview
from ..settings import make_order, settings_path
from ..settings.writing import add_repository
from .console import Exit, JsonOption, print_json, say, speaking
from .desk import checked, settings_desk
from .doctor import run_checks, show_checks
from .plan import show_plan


@dataclass
class _Told:
    """What was done so far: said at once, or kept for the one document that a script reads."""

    as_json: bool
    document: dict[str, Any] = field(default_factory=dict)

    def __call__(self, part: str, text: str) -> None:
        self.document[part] = text
        if not self.as_json:
            say(text)

    def end(self) -> None:
        if self.as_json:
            print_json(self.document)


def command(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on GitHub.")],
    labels: Annotated[
        bool, typer.Option("--labels/--no-labels", help="Create our labels and tracking issue.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Write settings, create labels and the tracking issue, run doctor, show tonight's plan and its cost."""
    with speaking():
        from ..adapters.ledger import upgrade

        checked(repository)
        path, told = settings_path(os.environ), _Told(as_json)
        added = add_repository(path, repository)
        told("settings", f"{'Added to' if added else 'Already in'} {path}: {repository}")
        house = settings_desk()
        upgrade(house.ledger_url)
        if not _is_healthy(house, repository, told):
            told("next", "Mend these first, then run the same command again.")
            told.end()
            raise typer.Exit(Exit.WRONG)
        _introduce(house, repository, labels, told)
        told("next", f"First night (dry run of at most 3 issues): overnight run --repository {repository}")
        told.end()


def _is_healthy(house: Overnight, repository: str, told: _Told) -> bool:
    checks = run_checks(house, repository)
    told.document["checks"] = [asdict(check) for check in checks]
    if not told.as_json:
        show_checks(checks)
    return all(check.passed for check in checks)


def _introduce(house: Overnight, repository: str, labels: bool, told: _Told) -> None:
    order = make_order(house.settings, repository, "preview", trigger="cli", now=house.clock.now())
    target = house.tracker.repository(order.owner, order.name)
    if labels:
        told("introduced", introduce(house, target))
    told("base", base_is_green(house, order, target))
    plan = preview(house, order)
    told.document["plan"] = plan_document(plan)
    if not told.as_json:
        show_plan(plan)
    told("estimate", cost_estimate(house, order, plan))
