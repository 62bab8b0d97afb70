"""One court per project; the table of what was stopped by what, and how long it took."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox
from tests.architecture.sources import PROJECT

from .court import Court
from .projects import PROJECTS

REPORT = PROJECT / "build" / "redteam.md"


@dataclass
class Record:
    """The rows of this run: (kind, name, gate, reason, seconds)."""

    rows: list[tuple[str, str, str, str, float]] = field(default_factory=list)
    began: float = field(default_factory=monotonic)


_RECORD = pytest.StashKey[Record]()


@pytest.fixture(scope="session")
def court(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Court]:
    """Return what gives the court of a project, made when it is first asked for."""
    sandbox = BubblewrapSandbox()
    made: dict[str, Court] = {}

    def of(project: str) -> Court:
        if project not in made:
            made[project] = Court(tmp_path_factory.mktemp(project), dict(PROJECTS[project]), sandbox)
        return made[project]

    return of


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Callable[[str, str, str, str], None]:
    """Return what writes one row of the table."""
    record = request.config.stash.setdefault(_RECORD, Record())
    began = monotonic()

    def write(kind: str, name: str, gate: str, reason: str) -> None:
        nonlocal began
        record.rows.append((kind, name, gate, reason, monotonic() - began))
        began = monotonic()

    return write


@pytest.fixture(scope="session")
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process outside every sandbox, with a secret in its environment."""
    secret = {"BYSTANDER_SECRET": "outside-4711", "PATH": os.environ["PATH"]}
    process = subprocess.Popen(["sleep", "3600"], env=secret)
    yield process
    process.kill()
    process.wait()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the table to build/redteam.md, and say how many there were."""
    record = config.stash.get(_RECORD, None)
    if record is None or not record.rows:
        return
    lines = ["# Red team", "", "| | change | gate | reason | seconds |", "|---|---|---|---|---|"]
    for kind, name, gate, reason, seconds in record.rows:
        cells = (kind, name, gate, reason[:200].replace("|", "\\|").replace("\n", " "), f"{seconds:.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n")
    kinds = [row[0] for row in record.rows]
    terminalreporter.write_line(
        f"red team: {kinds.count('hostile')} hostile changes stopped, {kinds.count('honest')} honest ones "
        f"passed, {sum(row[4] for row in record.rows):.0f} s; {REPORT.relative_to(PROJECT)} has the table"
    )
