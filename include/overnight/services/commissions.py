"""Work that a builder does in the open, on GitHub: who was asked for it, what it is told, how it ends."""

from __future__ import annotations

from dataclasses import replace

from ..domain.agents import is_agent
from ..domain.errors import OvernightError
from ..domain.events import EventType, Severity
from ..domain.gates import Verdict
from ..domain.issues import Issue
from ..ports import Desk, Handle, OpenBuilder
from .reading import OpenNight


def note_commission(desk: Desk, night: OpenNight, number: int, handle: Handle) -> None:
    """Keep what the work is known by: the judge tells its verdict, another night goes on with it."""
    document = {"builder": handle.builder, "handle": handle.id, "night": night.id}
    desk.records.remember(_key(night.repository.node_id, number), document)


def commissioned_pulls(desk: Desk, repository: str, issue: Issue) -> frozenset[int]:
    """Return the issue's pull requests that the agent opened because we asked it to.

    :param repository: GitHub's node id.
    """
    agents = frozenset(pull.number for pull in issue.pull_requests if is_agent(pull.author))
    asked = bool(agents) and desk.records.recall(_key(repository, issue.number)) is not None
    return agents if asked else frozenset()


def without_commissions(desk: Desk, repository: str, issue: Issue) -> Issue:
    """Return the issue without pull requests that are ours in another's name: they stand in nobody's way."""
    ours = commissioned_pulls(desk, repository, issue)
    if not ours:
        return issue
    kept = tuple(pull for pull in issue.pull_requests if pull.number not in ours)
    return replace(issue, pull_requests=kept)


def tell_verdict(desk: Desk, night: OpenNight, number: int, head_sha: str, verdict: Verdict) -> None:
    """Tell the builder's own pull request what the gates said, once per commit."""
    rows = "\n".join(
        f"| {result.gate} | {result.status} | {_cell(result.reason)} |" for result in verdict.results
    )
    text = f"Overnight's gates on this change: {verdict.reason}\n\n| gate | | why |\n|---|---|---|\n{rows}"
    tell(desk, night, number, f"{night.id}/{head_sha}", text)


def tell(desk: Desk, night: OpenNight, number: int, name: str, text: str) -> None:
    """Tell the builder's own pull request something, once per name; nothing where it has none."""
    if (known := _known(desk, night, number)) is None:
        return
    try:
        known[0].tell(known[1], name, text)
    except OvernightError as error:
        _note(desk, night, number, f"the verdict could not be told: {error}")


def withdraw(desk: Desk, night: OpenNight, number: int, why: str) -> None:
    """End the work: its pull request is closed with a word, nobody goes on with it."""
    if (known := _known(desk, night, number)) is None:
        return
    try:
        known[0].withdraw(known[1], why)
    except OvernightError as error:
        _note(desk, night, number, f"its work could not be ended: {error}")


def _known(desk: Desk, night: OpenNight, number: int) -> tuple[OpenBuilder, Handle] | None:
    kept = desk.records.recall(_key(night.repository.node_id, number))
    if kept is None or kept["night"] != night.id:
        return None
    builder = desk.builder(str(kept["builder"]))
    if not isinstance(builder, OpenBuilder):
        return None
    return builder, Handle(str(kept["builder"]), str(kept["handle"]))


def _note(desk: Desk, night: OpenNight, number: int, text: str) -> None:
    """What a builder could not be told is worth a line, and never a change that passed."""
    desk.ledger.append(
        night.event(EventType.GOVERNANCE_NOTE, f"#{number}: {text}", severity=Severity.WARNING, issue=number)
    )


def _key(repository: str, number: int) -> str:
    return f"commission/{repository}/{number}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:300]
