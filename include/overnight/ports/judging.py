"""What judges a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from ..domain.changes import Change
from ..domain.evidence import DriftFacts, LedgerFacts
from ..domain.gates import GateName, GateResult
from ..domain.issues import Issue, Repository
from ..domain.lessons import Lesson
from ..domain.orders import Commands, NightOrder
from ..domain.reviewing import Review
from .git import Tree


class Stage(StrEnum):
    """Who asks the gates."""

    BUILD = "build"
    """The builder's loop, for feedback; the attempt's own events are not written yet."""
    JUDGE = "judge"
    """The clean room: everything must be there."""
    LOCAL = "local"
    """`overnight judge` on any repository: there is no night and no ledger."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a gate judges: a change in a clean checkout, its base beside it.

    :param head: clean work tree at the change.
    :param base: clean work tree at its base.
    :param review: the reviewing model's opinion, None when none was asked; `review_note` says why.
    :param ledger: None where there is no ledger.
    :param drift: None where there is no remote.
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
    stage: Stage = Stage.JUDGE
    instructions: tuple[tuple[str, str], ...] = ()
    lessons: tuple[Lesson, ...] = ()
    review: Review | None = None
    review_note: str = "no reviewing model was asked"
    ledger: LedgerFacts | None = None
    drift: DriftFacts | None = None


class Gate(Protocol):
    """One named check of a change."""

    name: GateName

    def judge(self, case: Case) -> GateResult:
        """Return the result; a tool that is missing, crashes or times out is a failure."""


class CommandReader(Protocol):
    """Reads how a target repository wants to be built."""

    def read(self, order: NightOrder, files: Sequence[str], read_file: Any) -> Commands:
        """Return the commands of `.overnight.yml` or the detected ones (SettingsError names line and key)."""
