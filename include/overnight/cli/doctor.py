"""`overnight doctor`: is everything there, and what to mend."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from ..assembly import Overnight
from ..credentials import connections_of, only_for_airflow
from ..domain.checkouts import configured
from ..services.appraising import Asked, Check
from ..services.examining import examine
from ..services.examining_checkouts import checkout_checks
from ..services.examining_github import github_checks, pool_check, project_checks
from ..settings import cautions
from ..settings.orders import limits, project_field
from .checklist import run_checklist
from .console import Exit, JsonOption, print_json, speaking
from .desk import desk
from .tables import row, show, table


def command(
    repository: Annotated[
        str | None, typer.Option("--repository", "-r", help="OWNER/NAME; all when left out.")
    ] = None,
    deployment: Annotated[
        bool, typer.Option("--deployment", help="Walk the checklist of a deployment instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check settings, ledger, sandbox, GitHub, models, prices, quota, checkouts and pools; print each fix."""
    with speaking():
        house = desk(repository)
        checks = run_checklist(house) if deployment else run_checks(house, repository)
        if as_json:
            print_json([asdict(check) for check in checks])
        else:
            show_checks(checks, "Deployment" if deployment else "Doctor")
        if not all(check.passed for check in checks):
            raise typer.Exit(Exit.WRONG)


def run_checks(house: Overnight, repository: str | None) -> tuple[Check, ...]:
    """Return the checks for one repository, or for all configured ones."""
    names = [repository] if repository else [one.name for one in house.settings.values.repositories]
    return examine(
        house,
        Asked(
            repositories=names,
            cautions=(*cautions(house.settings), *only_for_airflow(connections_of(os.environ))),
            limits=limits(house.settings),
            merge_policies={name: house.settings.repository(name).merge_policy for name in names},
            allow_unknown_prices=house.settings.values.allow_unknown_prices,
        ),
        ("settings", lambda: _settings(house)),
        ("token scopes", lambda: _of_github(house, names)),
        ("checkouts", lambda: _checkouts(house)),
        ("pools", lambda: _pools(house)),
    )


def _settings(house: Overnight) -> Iterator[Check]:
    values, path = house.settings.values, house.settings.path
    read = f"{path or 'no file'}; {len(values.repositories)} repositories configured"
    yield Check("settings", True, read)


def _of_github(house: Overnight, names: Sequence[str]) -> Iterator[Check]:
    if house.credentials.github_token or house.credentials.app:  # else the check of the token says it all
        yield from github_checks(house.github.examiner, names)
        fields = (project_field(house.settings.repository(name)) for name in names)
        yield from project_checks(house.github.examiner, list(filter(None, fields)))


def _checkouts(house: Overnight) -> Iterator[Check]:
    from ..adapters.desktop import GitDesktop

    yield from checkout_checks(house, GitDesktop(), configured(house.settings.values.desktops, os.environ))


def _pools(house: Overnight) -> Iterator[Check]:
    from ..adapters.airflow_pools import airflow_pools

    at_once = house.settings.values.quota.concurrent
    yield pool_check(lambda: airflow_pools(os.environ), at_once)


def show_checks(checks: tuple[Check, ...], title: str = "Doctor") -> None:
    """Print checks as a table."""
    made = table(title, "", "check", "what is so, or how to mend it")
    for check in checks:
        row(made, _word(check), check.name, check.detail)
    show(made)


def _word(check: Check) -> str:
    if not check.passed:
        return "MEND"
    return "look" if check.caution else "ok"
