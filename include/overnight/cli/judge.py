"""`overnight judge`: the gates on any repository of this machine; no forge, no ledger, no night."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..assembly import Overnight
from ..domain.changes import Base
from ..domain.errors import SettingsError
from ..domain.gates import GateName
from ..domain.issues import Issue
from ..domain.orders import GateRules, NightOrder
from ..services.archiving import Archive
from ..services.judging_locally import LocalBench, LocalJudgement, LocalWork, judge_locally
from ..services.reviewing_locally import LocalReviewer
from ..settings.orders import standing_order
from .console import Exit, JsonOption, print_json, speaking
from .desk import desk
from .verdicts import Judged, progress, show_judged, show_output

if TYPE_CHECKING:
    from ..adapters.local_repository import LocalRepository


def command(
    base: Annotated[str, typer.Option(help="What the change is built on: branch, tag, sha or HEAD~1.")],
    repo: Annotated[Path, typer.Option(help="The repository, or a folder in it.")] = Path(),
    head: Annotated[str, typer.Option(help="The change; uncommitted work is never judged.")] = "HEAD",
    issue: Annotated[
        Path | None,
        typer.Option(help="What was asked for: Markdown with the title as heading, or GitHub's REST JSON."),
    ] = None,
    gate: Annotated[list[GateName] | None, typer.Option(help="Only this gate; may be repeated.")] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Start no further gate once one has failed.")
    ] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Ask the configured reviewing model; costs money, needs --issue.")
    ] = False,
    network: Annotated[
        bool | None, typer.Option(help="Let the setup command reach the network; else as in the settings.")
    ] = None,
    output: Annotated[
        bool, typer.Option("--output", help="Print the end of what the failed gates' commands said.")
    ] = False,
    logs: Annotated[
        Path | None, typer.Option(help="Folder for the commands' full output and the runner's report.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a change between two commits by the nine gates; exit code 0 when it passes, 1 when not."""
    with speaking():
        house = desk()
        order = _order(house, fail_fast, review, network)
        reviewer = _reviewer(house, order, issue) if review else None
        there, work = _work(repo, base, head, issue)
        house.sandbox.self_test()
        gates = [one for one in house.gates if not gate or one.name in gate]
        with _scratch() as home, progress() as watch:
            bench = LocalBench(there.workspace(Path(home)), gates, house.commands, _archive(logs))
            found = judge_locally(bench, order, work, watch, reviewer.ask if reviewer else None)
        judged = _told(house, there, work, head, found)
        if as_json:
            print_json(judged.document())
        else:
            show_judged(judged)
            if output:
                show_output(judged)
    if not judged.verdict.passed:
        raise typer.Exit(Exit.DEFECT)


def _order(house: Overnight, fail_fast: bool, review: bool, network: bool | None) -> NightOrder:
    """Return the order of a judgement: the settings' limits and rules; without settings the defaults."""
    values = house.settings.values
    gates = GateRules(**values.gates.model_dump())
    return replace(
        standing_order(house.settings),
        night="local",
        owner="local",
        name="local",
        gates=replace(gates, fail_fast=fail_fast or gates.fail_fast, review=review),
        setup_network=values.setup_network if network is None else network,
        setup_hosts=values.setup_hosts,
    )


def _reviewer(house: Overnight, order: NightOrder, issue: Path | None) -> LocalReviewer:
    if issue is None:
        raise SettingsError("--review needs --issue: a reviewer judges whether what was asked for is there")
    reviewer = LocalReviewer(
        advisor=house.advisor,
        clock=house.clock,
        available=house.available_tiers(),
        facts=house.tier_facts(),
        wanted=order.gates.reviewer_tier,
        purse_usd=order.limits.attempt_usd,
    )
    _ = reviewer.tiers  # none is a wrong call, said before minutes of gates
    return reviewer


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """Return the folder of everything that is checked out; what hostile code left in it ends no verdict."""
    return tempfile.TemporaryDirectory(prefix="overnight-judge-", ignore_cleanup_errors=True)


def _archive(logs: Path | None) -> Archive | None:
    from ..adapters.storage import ObjectStorage

    return Archive(ObjectStorage(str(logs)), "") if logs else None


def _work(repo: Path, base: str, head: str, issue: Path | None) -> tuple[LocalRepository, LocalWork]:
    """Return the repository and what is judged in it; wrong revisions are SettingsErrors."""
    from ..adapters.issue_file import read_issue_file
    from ..adapters.local_repository import LocalRepository

    asked = read_issue_file(issue) if issue else Issue(0, "")
    there = LocalRepository.at(repo)
    now, sha = there.commit(base), there.commit(head)
    if now == sha:
        raise SettingsError(f"--base {base} and --head {head} are one commit: there is nothing to judge")
    common = there.common_ancestor(now, sha)
    if common == sha:
        raise SettingsError(f"{base} holds {head} already: are --base and --head mixed up?")
    return there, LocalWork(there.repository, Base(base, common), now, sha, asked)


def _told(
    house: Overnight, there: LocalRepository, work: LocalWork, head: str, found: LocalJudgement
) -> Judged:
    """Return what is shown; output of hostile code passes the redactor like anything that leaves."""
    clean = house.redactor.clean
    results = tuple(replace(one, evidence=clean(one.evidence)) for one in found.verdict.results)
    return Judged(
        repository=str(there.path),
        work=work,
        head=head,
        commands=found.commands,
        change=found.change,
        verdict=replace(found.verdict, results=results),
        uncommitted=there.uncommitted(),
    )
