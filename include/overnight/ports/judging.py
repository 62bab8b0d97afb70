"""What judges a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..domain.changes import Change
from ..domain.gates import GateName, GateResult
from ..domain.issues import Issue, Repository
from ..domain.orders import Commands, NightOrder
from .git import Tree


@dataclass(frozen=True, slots=True)
class Case:
    """What a gate judges: a change in a clean checkout, its base beside it.

    :param head: clean work tree at the change.
    :param base: clean work tree at its base.
    """

    order: NightOrder
    repository: Repository
    issue: Issue
    change: Change
    head: Tree
    base: Tree
    commands: Commands
    diff: str
    base_results: Mapping[str, Any] = field(default_factory=dict)


class Gate(Protocol):
    """One named check of a change."""

    name: GateName

    def judge(self, case: Case) -> GateResult:
        """Return the result; a tool that is missing, crashes or times out is a failure."""


class CommandReader(Protocol):
    """Reads how a target repository wants to be built."""

    def read(self, order: NightOrder, files: Sequence[str], read_file: Any) -> Commands:
        """Return the commands of `.overnight.yml` or the detected ones (SettingsError names line and key)."""
