"""What an attempt stands on: its base, the repository's commands, the base's own results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..domain.changes import Base, Change
from ..domain.errors import OvernightError
from ..domain.events import EventType, Severity
from ..domain.orders import Commands
from ..domain.plans import PlannedIssue
from ..failpoints import failpoint
from ..ports import Desk, Tree
from .claiming import alone
from .reading import OpenNight, once
from .stacking import stacked_base

INSTRUCTION_FILES = (
    "AGENTS.md",
    "CONTRIBUTING.md",
    ".github/copilot-instructions.md",
    "docs/CONTRIBUTING.md",
)
INSTRUCTION_LIMIT = 12_000
BASE_STEPS = ("build", "lint", "test")
_LOOK_AGAIN_SECONDS = 2.0


def find_base(desk: Desk, night: OpenNight, planned: PlannedIssue) -> tuple[Base | None, str]:
    """Return what the issue is built on, or None and why there is no such thing.

    The default branch, freshly fetched; with dependencies built tonight (or waiting in a pull request
    of ours) their recorded changes, made into one when no one of them contains all the others.
    """
    return stacked_base(desk, night, planned, desk.workspace.refresh(night.repository))


def read_commands(desk: Desk, night: OpenNight, base: Base) -> Commands:
    """Return the repository's commands, read from the default branch's commit alone."""
    sha = night.repository.head_sha or base.sha
    files = desk.workspace.list_files(night.repository, sha)
    return desk.commands.read(
        night.order, files, lambda path: desk.workspace.read_file(night.repository, sha, path)
    )


def read_instructions(desk: Desk, night: OpenNight, base: Base) -> tuple[tuple[str, str], ...]:
    """Return the default branch's instruction files, in order, capped; never those of a change of ours."""
    found = []
    for path in INSTRUCTION_FILES:
        text = desk.workspace.read_file(night.repository, night.repository.head_sha or base.sha, path)
        if text:
            found.append((path, text[:INSTRUCTION_LIMIT]))
    return tuple(found)


def base_results(desk: Desk, night: OpenNight, base: Tree, commands: Commands) -> Mapping[str, Any]:
    """Return how a base commit builds, lints and tests; run once per commit and commands, then remembered.

    Single-flight: of several workers that ask at once one runs it, the others wait for what it remembers.

    :param base: a clean work tree at that commit.
    """
    key = _base_key(night, base.base.sha, commands)
    while (known := desk.records.recall(key)) is None:
        with alone(desk, key) as hold:
            if hold is None:
                desk.clock.sleep(_LOOK_AGAIN_SECONDS)
            elif desk.records.recall(key) is None:
                results = desk.record_base(base, commands, night.order)
                _remember_base(desk, night, key, base.base, results, "recorded")
    return known


def take_as_base(
    desk: Desk, night: OpenNight, change: Change, commands: Commands, recorded: Mapping[str, Any]
) -> None:
    """Let the judge's run of a change that passed be the base run of whoever builds on that change.

    Nothing is remembered unless every command of the repository left its part.
    """
    key = _base_key(night, change.head_sha, commands)
    wanted = {step for step in BASE_STEPS if getattr(commands, step)}
    if wanted - recorded.keys() or desk.records.recall(key) is not None:
        return
    results = {"sha": change.head_sha, **{step: recorded[step] for step in wanted}}
    _remember_base(
        desk, night, key, change.as_base(), results, f"taken from the judge's run of #{change.issue}"
    )


def _base_key(night: OpenNight, sha: str, commands: Commands) -> str:
    digest = hashlib.sha256(repr(commands).encode()).hexdigest()[:16]
    return f"base/{night.repository.node_id}/{sha}/{digest}"


def _remember_base(
    desk: Desk, night: OpenNight, key: str, base: Base, results: Mapping[str, Any], how: str
) -> None:
    steps = {step: results[step]["exit_code"] for step in BASE_STEPS if step in results}
    codes = ", ".join(f"{step} exit code {code}" for step, code in steps.items()) or "no commands"
    desk.ledger.append(
        night.event(
            EventType.BASE_RECORDED,
            f"{base.ref} at {base.sha[:12]} {how}: {codes}",
            metadata={"sha": base.sha, "ref": base.ref, "exit_codes": steps},
            id=once(night.id, key),  # said once, although it is remembered after
        )
    )
    failpoint("base.after_event")
    desk.records.remember(key, results)


def within_repository_limits(night: OpenNight, commands: Commands) -> OpenNight:
    """Return the night under the limits that the repository itself lowers."""
    return replace(night, order=replace(night.order, limits=night.order.limits.lowered(commands.limits)))


def record_default_base(desk: Desk, night: OpenNight) -> None:
    """Build and test the default branch once, before any issue starts; a failure here stops nothing.

    While another worker is at it there is nothing to do: whoever needs the results waits for them.
    """
    try:
        base = Base(night.repository.default_branch, desk.workspace.refresh(night.repository))
        commands = read_commands(desk, night, base)
        with alone(desk, f"default/{night.id}") as hold:
            if hold is not None:
                _record_default_base(desk, night, base, commands)
    except OvernightError as error:
        desk.ledger.append(
            night.event(
                EventType.GOVERNANCE_NOTE,
                f"the default branch could not be recorded: {error}",
                severity=Severity.WARNING,
            )
        )


def _record_default_base(desk: Desk, night: OpenNight, base: Base, commands: Commands) -> None:
    tree = desk.workspace.open_tree(night.repository, base, f"{night.id}-default")
    try:
        base_results(desk, night, tree, commands)
    finally:
        desk.workspace.close_tree(tree)
