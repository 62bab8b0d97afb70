"""`overnight report`: a day, a week or a month in figures, and documents about nights."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..domain.errors import SettingsError
from ..domain.nights import document
from ..domain.periods import Period
from .console import JsonOption, print_json, say, say_exactly, speaking
from .desk import chosen_night, chosen_repository, desk
from .report_tables import show_report
from .showing import show_night

if TYPE_CHECKING:
    from ..reports.report import Report

app = typer.Typer(help="Reports.")


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    period: Annotated[Period, typer.Option(help="How long it looks back.")] = Period.DAY,
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="A day in the period, UTC; today when left out."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File of the page; folder of the tables, one file each."),
    ] = None,
    repository: Annotated[
        str | None, typer.Option("--repository", "-r", help="OWNER/NAME; all when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Report quota, cost, attempts, gates, healing and nights of a day, a week or a month."""
    if context.invoked_subcommand:
        return
    with speaking():
        made = _made(period, day.date() if day else None, repository)
        if as_json:
            print_json(_document(made))
        else:
            _WRITERS[form](made, output)


@app.command("night")
def night_command(
    night: Annotated[str | None, typer.Argument(help="Night id; the newest when left out.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write night.json here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show one night; --output writes night.json (docs/reference/night.md)."""
    with speaking():
        chosen = chosen_night(desk(), night)
        if output:
            output.write_text(json.dumps(document(chosen), indent=2) + "\n", "utf-8")
        if as_json:
            print_json(document(chosen))
        elif output:
            say(f"Wrote {output}")
        else:
            show_night(chosen)


def _made(period: Period, day: date | None, repository: str | None) -> Report:
    from ..reports.facts import facts_of
    from ..reports.making import report_on

    house = desk()
    now = house.clock.now()
    name = chosen_repository(house, repository) if repository else ""
    return report_on(
        house.database, period, day or now.astimezone(UTC).date(), facts_of(house.settings, now, name)
    )


def _show(made: Report, output: Path | None) -> None:
    if output:
        raise SettingsError("--output wants --format csv, parquet or html; a table goes to the terminal")
    show_report(made)


def _page(made: Report, output: Path | None) -> None:
    from ..reports.page import page

    path = output or Path(f"overnight-{made.period}-{made.span.begin:%Y-%m-%d}.html")
    path.write_text(page(made), "utf-8")
    say(f"Wrote {path}")


def _csv(made: Report, output: Path | None) -> None:
    from ..reports.files import tidy_csv

    if output is None:
        say_exactly(tidy_csv(made))
    else:
        _tables(made, output, Format.CSV)


def _parquet(made: Report, output: Path | None) -> None:
    _tables(made, output or Path(f"overnight-{made.period}-{made.span.begin:%Y-%m-%d}"), Format.PARQUET)


def _tables(made: Report, output: Path, form: Format) -> None:
    from ..reports.files import write_tables

    say(f"Wrote {len(write_tables(made, output, form))} files to {output}")


_WRITERS = {Format.TABLE: _show, Format.CSV: _csv, Format.PARQUET: _parquet, Format.HTML: _page}


def _document(made: Report) -> dict[str, Any]:
    return {
        "period": str(made.period),
        "begin": made.span.begin.isoformat(),
        "end": made.span.end.isoformat(),
        "repository": made.facts.repository or None,
        "headline": {tile.label: {"now": tile.value, "before": tile.before} for tile in made.tiles},
        "alerts": list(made.alerts),
        "sentences": {section.title: list(section.sentences) for section in made.sections},
        "tables": {
            table.key: json.loads(table.frame.to_json(orient="records", date_format="iso"))
            for table in made.tables
        },
    }
