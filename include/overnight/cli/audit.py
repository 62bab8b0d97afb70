"""`overnight audit`: prove the ledger, export it, and put a named person behind what is irregular."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..assembly import Overnight
from ..documents import to_document
from ..domain.errors import NotFound, SettingsError
from ..domain.events import Event
from ..services.auditing import (
    ANCHOR,
    Audit,
    exported_lines,
    seal_ledger,
    verify_ledger,
    verify_new_events,
)
from .approve import MOMENTS, WhoOption, WhyOption
from .archiving import archive_command, verify_archived
from .console import Exit, JsonOption, complain, print_json, say, say_exactly, speaking
from .desk import desk

app = typer.Typer(help="Prove and export the ledger.", no_args_is_help=True)
Since = Annotated[datetime | None, typer.Option(formats=MOMENTS, help="Moment in UTC, inclusive.")]
Until = Annotated[datetime | None, typer.Option(formats=MOMENTS, help="Moment in UTC, exclusive.")]


class Form(StrEnum):
    """How events are exported."""

    JSONL = "jsonl"
    PARQUET = "parquet"


@app.command("verify")
def verify_command(
    full: Annotated[
        bool,
        typer.Option("--full", help="Read everything, hold it against the kept anchor, seal what verifies."),
    ] = False,
    stream: Annotated[
        str | None, typer.Option(help="One stream: a night's id, governance, desktop/NAME or heads.")
    ] = None,
    anchor: Annotated[
        str, typer.Option(help="An anchor that you kept elsewhere, SEQ:HASH; reads everything.")
    ] = "",
    archives: Annotated[
        bool, typer.Option("--archives", help="Hold archived streams against their roots as well.")
    ] = False,
    public_key: Annotated[
        Path | None, typer.Option(help="File of the public key whose signatures count, in PEM.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify what is new in the hash chains; exit code 1 names the first bad event of each stream."""
    with speaking():
        if full and stream:
            raise SettingsError("--full looks at every stream: leave --stream out")
        house = desk()
        ledger = house.database.ledger
        if public_key is not None:
            ledger.use_key(_read(public_key))
        if full:
            audit = seal_ledger(ledger, house.storage, anchor or _kept_anchor(house))
        elif stream or anchor:
            audit = verify_ledger(ledger, stream=stream, anchor=anchor)
        else:
            audit = verify_new_events(ledger)
        if archives:
            audit = replace(audit, findings=(*audit.findings, *verify_archived(house)))
        _tell(audit, as_json, stream)
        if audit.findings:
            raise typer.Exit(Exit.DEFECT)


@app.command("export")
def export_command(
    form: Annotated[Form, typer.Option("--format", help="Lines of JSON, or Parquet.")] = Form.JSONL,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File; stdout for jsonl.")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write every event, oldest first."""
    with speaking():
        ledger = desk().database.ledger
        begin, end = (moment.replace(tzinfo=UTC) if moment else None for moment in (since, until))
        if form is Form.PARQUET:
            if output is None:
                raise SettingsError("--format parquet wants --output FILE")
            from ..reports.exporting import export_parquet

            say(f"Wrote {export_parquet(ledger, output, begin, end)} events to {output}")
            return
        lines = exported_lines(ledger, begin, end)
        if output is None:
            for line in lines:
                say_exactly(line)
            return
        with output.open("w", encoding="utf-8") as into:
            count = sum(into.write(f"{line}\n") > 0 for line in lines)
        say(f"Wrote {count} events to {output}")


@app.command("acknowledge")
def acknowledge_command(
    finding: Annotated[str, typer.Argument(help="The finding, exactly as `verify` prints it.")],
    who: WhoOption,
    why: WhyOption,
    as_json: JsonOption = False,
) -> None:
    """Accept a finding as a named person; `verify` then no longer reports it."""
    with speaking():
        house = desk()
        ledger = house.database.ledger
        if finding not in (*ledger.verify(), *ledger.verify_new(), *verify_archived(house)):
            raise NotFound("`overnight audit verify` does not find that: copy a finding exactly")
        _told(ledger.acknowledge(finding, who=who, why=why), as_json, "Acknowledged, and on record.")


@app.command("tombstone")
def tombstone_command(
    event: Annotated[str, typer.Argument(help="The event's id, from `overnight events --json`.")],
    who: WhoOption,
    why: WhyOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove an event's text and metadata for good (a leaked secret); the chain still verifies."""
    with speaking():
        if not yes:
            typer.confirm(f"Remove the payload of {event} for good?", abort=True)
        _told(desk().database.ledger.tombstone(event, who=who, why=why), as_json, "Removed, and on record.")


@app.command("rebuild")
def rebuild_command(as_json: JsonOption = False) -> None:
    """Fold every night anew from its events; exit code 1 when a page's row differed (it is repaired)."""
    with speaking():
        findings = desk().database.ledger.rebuild()
        if as_json:
            print_json({"differed": list(findings)})
        else:
            for finding in findings:
                complain(finding)
            say("Repaired." if findings else "Every night agrees with its events.")
        if findings:
            raise typer.Exit(Exit.DEFECT)


app.command("archive")(archive_command)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--public-key: {path} cannot be read") from error


def _kept_anchor(house: Overnight) -> str:
    try:
        return house.storage.get(_anchor_uri(house)).decode().strip()
    except NotFound:
        return ""


def _anchor_uri(house: Overnight) -> str:
    root = house.settings.storage_url.rstrip("/")
    return f"{root if '://' in root else f'file://{Path(root).resolve()}'}/{ANCHOR}"


def _tell(audit: Audit, as_json: bool, stream: str | None) -> None:
    if as_json:
        print_json(
            {
                "findings": list(audit.findings),
                "anchor": audit.anchor,
                "compared": audit.compared,
                "whole": audit.whole,
                "acknowledged": dict(audit.acknowledged),
            }
        )
        return
    for finding in audit.findings:
        complain(finding)
    for finding, who in audit.acknowledged.items():
        say(f"Acknowledged by {who}: {finding}")
    if not audit.findings:
        but = ", but for what was acknowledged" if audit.acknowledged else ""
        read = "The ledger" if audit.whole else "What is new in the ledger"
        say(
            f"{f'The stream {stream}' if stream else read} verifies."
            + (f" It still contains the anchor {audit.compared}{but}." if audit.compared else "")
        )
        say(f"Anchor {audit.anchor}: keep it where nobody can change it, and name it with --anchor later.")


def _told(event: Event, as_json: bool, words: str) -> None:
    if as_json:
        print_json(to_document(event))
    else:
        say(words)
