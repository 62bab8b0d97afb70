"""One court per project; the table of what was stopped by what, and how long it took."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox
from tests.architecture.sources import PROJECT

from .court import Court
from .projects import PROJECTS

REPORT = PROJECT / "build" / "redteam.md"


_ROW = "redteam"


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
def row(record_property: Callable[[str, object], None]) -> Callable[[str, str, str, str], None]:
    """Return what writes one row of the table, as a property of the test: any process may have run it."""
    began = monotonic()

    def write(kind: str, name: str, gate: str, reason: str) -> None:
        nonlocal began
        record_property(_ROW, [kind, name, gate, reason, monotonic() - began])
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table to build/redteam.md, and say how many there were."""
    told = terminalreporter.getreports("passed")
    rows = [row for report in told for name, row in report.user_properties if name == _ROW]
    if not rows:
        return
    lines = ["# Red team", "", "| | change | gate | reason | seconds |", "|---|---|---|---|---|"]
    for kind, name, gate, reason, seconds in rows:
        cells = (kind, name, gate, reason[:200].replace("|", "\\|").replace("\n", " "), f"{seconds:.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n")
    kinds = [row[0] for row in rows]
    terminalreporter.write_line(
        f"red team: {kinds.count('hostile')} hostile changes stopped, {kinds.count('honest')} honest ones "
        f"passed, {sum(row[4] for row in rows):.0f} s; {REPORT.relative_to(PROJECT)} has the table"
    )
