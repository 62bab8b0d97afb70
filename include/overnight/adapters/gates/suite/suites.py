"""Run a test suite so that it tells its tests one by one."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ....ports import Ran, Tree
from ..running import EVIDENCE_BYTES, Runner
from .java_reports import read_java
from .junit import read_report
from .programs import PROGRAMS
from .reporters import REPORTERS, Places, Reporter, by_program, reporter_of
from .results import SuiteRun
from .unrun import FAILED_LINES

_INSIDE = "/overnight-results"
_PROGRAMS_INSIDE = "/overnight-programs"
_LAST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class _Desk:
    """The folders of one run: one the tests can write into, one they cannot; the report's name is new."""

    results: Path
    programs: Path
    report: str


def run_suite(runner: Runner, tree: Tree, command: str) -> SuiteRun:
    """Run a suite; a known runner tells its tests one by one, of any other only the end is known.

    Maven and Gradle write reports of their own.
    """
    known = reporter_of(command, tree.path)
    if known is None:
        started = time.time()
        ran = runner.run(tree, command)
        return SuiteRun(ran, read_java(tree.path, command, started))
    reporter, before, found = known
    with _desk() as desk:
        places = Places(f"{_INSIDE}/{desk.report}", _PROGRAMS_INSIDE)
        mounts = [(desk.results, _INSIDE, True), (desk.programs, _PROGRAMS_INSIDE, False)]
        try:
            ran = runner.run(tree, before + reporter.told(found, places), mounts=mounts)
        except ValueError:  # an unconfined "sandbox" has no mounts and sees the folders where they are
            places = Places(str(desk.results / desk.report), str(desk.programs))
            ran = runner.run(tree, before + reporter.told(found, places))
        report = desk.results / desk.report
        if runner.log is not None and (content := read_report(report)):
            runner.log.keep_report(content)
        return _read(reporter, ran, report)


_ALONE = {
    "pytest": "{start} {folder}/{name} --junit-xml={report}",
    "unittest": "{start} discover -s {folder} -p {name}",
}
"""How one test file of ours is run by the runners of Python."""


def run_only(runner: Runner, tree: Tree, command: str, name: str, text: str) -> SuiteRun | None:
    """Run one test file of ours as the suite is run; None where the runner is not Python's."""
    known = reporter_of(command, tree.path)
    if known is None or known[0].name not in _ALONE:
        return None
    reporter, before, found = known
    with _desk() as desk:
        (desk.programs / name).write_text(text)

        def told(at: Places) -> str:
            start = found["start"] if reporter.name == "pytest" else by_program(found, at)
            alone = _ALONE[reporter.name]
            return before + alone.format(start=start, folder=at.programs, name=name, report=at.report)

        try:
            mounts = [(desk.results, _INSIDE, True), (desk.programs, _PROGRAMS_INSIDE, False)]
            ran = runner.run(tree, told(Places(f"{_INSIDE}/{desk.report}", _PROGRAMS_INSIDE)), mounts=mounts)
        except ValueError:  # an unconfined "sandbox" has no mounts
            ran = runner.run(tree, told(Places(str(desk.results / desk.report), str(desk.programs))))
        return _read(reporter, ran, desk.results / desk.report)


def _read(reporter: Reporter, ran: Ran, report: Path) -> SuiteRun:
    tests = reporter.read(report)
    if reporter.to_file:
        shown = (read_report(report) or b"")[-EVIDENCE_BYTES:].decode(errors="replace")
        ran = replace(ran, stdout=ran.stdout + shown)
    return SuiteRun(ran, tests or {}, reporter.name, tests is not None)


@contextmanager
def _desk() -> Iterator[_Desk]:
    """Make the folders, below one that only we can enter."""
    with tempfile.TemporaryDirectory(prefix="overnight-tests-") as private:
        desk = _Desk(Path(private) / "results", Path(private) / "programs", f"{secrets.token_hex(8)}.out")
        desk.results.mkdir()
        desk.results.chmod(0o777)
        desk.programs.mkdir()
        for name, text in PROGRAMS.items():
            (desk.programs / name).write_text(text)
        yield desk


def says_failed(run: SuiteRun) -> bool:
    """Tell whether the runner's own last line counts failures; a report without any is then not its own."""
    pattern = FAILED_LINES.get(run.runner)
    return pattern is not None and any(
        pattern.search(text[-_LAST_CHARACTERS:]) for text in (run.ran.stdout, run.ran.stderr)
    )


def explained(run: SuiteRun) -> bool:
    """Tell whether failing tests may be why the run ended as it did."""
    red = next((reporter.red for reporter in REPORTERS if reporter.name == run.runner), ())
    return not red or run.ran.exit_code in red


def none_collected(run: SuiteRun) -> bool:
    """Tell whether the runner says that there is no test at all."""
    empty = next((reporter.empty for reporter in REPORTERS if reporter.name == run.runner), None)
    if run.tests or not run.runner:
        return False
    return run.ran.exit_code == empty if empty is not None else run.reported and run.ran.exit_code in (0, 5)
