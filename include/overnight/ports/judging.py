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
from .sandbox import Ran


class Stage(StrEnum):
    """Who asks the gates."""

    BUILD = "build"
    """The builder's loop, for feedback; the attempt's own events are not written yet."""
    JUDGE = "judge"
    """The clean room: everything must be there."""
    LOCAL = "local"
    """`overnight judge` on any repository: there is no night and no ledger."""


_MOST_KEPT = 2 * 1024 * 1024


@dataclass(slots=True)
class Logbook:
    """What a gate's commands said in full, and what its run may tell those who build on the change.

    :param texts: file name → text, at most 2 Mi characters each; the middle of a longer one is left out.
    :param recorded: step (build, lint, test) → what a run of the base would have recorded of this tree.
    """

    texts: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)

    def tell(self, tree: str, command: str, ran: Ran) -> None:
        """Add a command that ran in a tree."""
        ended = "timed out" if ran.timed_out else f"exit code {ran.exit_code}"
        told = f"$ {command}\n{ran.output}\n[{tree}: {ended} after {ran.seconds:.1f} s]\n\n"
        self.texts["log"] = _shortened(self.texts.get("log", "") + told)

    def keep_report(self, content: bytes) -> None:
        """Add a test runner's own report."""
        ending = "xml" if content.lstrip()[:1] == b"<" else "txt"
        number = sum(name.startswith("report") for name in self.texts)
        name = f"report-{number + 1}" if number else "report"
        self.texts[f"{name}.{ending}"] = _shortened(content[: 2 * _MOST_KEPT].decode(errors="replace"))


def _shortened(text: str) -> str:
    left_out = len(text) - _MOST_KEPT
    if left_out <= 0:
        return text
    half = _MOST_KEPT // 2 - 50
    return f"{text[:half]}\n[… {left_out} characters left out …]\n{text[-half:]}"


@dataclass(frozen=True, slots=True)
class Case:
    """What a gate judges: a change in a clean checkout, its base beside it.

    :param head: clean work tree at the change.
    :param base: clean work tree at its base.
    :param review: the reviewing model's opinion, None when none was asked; `review_note` says why.
    :param ledger: None where there is no ledger.
    :param drift: None where there is no remote.
    :param log: where the gate that judges this leaves what its commands said.
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
    log: Logbook = field(default_factory=Logbook, compare=False, repr=False)


class Gate(Protocol):
    """One named check of a change."""

    name: GateName

    def judge(self, case: Case) -> GateResult:
        """Return the result; a tool that is missing, crashes or times out is a failure."""


class CommandReader(Protocol):
    """Reads how a target repository wants to be built."""

    def read(self, order: NightOrder, files: Sequence[str], read_file: Any) -> Commands:
        """Return the commands of `.overnight.yml` or the detected ones (SettingsError names line and key)."""
