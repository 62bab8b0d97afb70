"""Run the change's tests on the base's sources: a bug fix's test fails there and passes after."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ....domain.issues import Issue
from ....ports import Case, Tree
from ...git import read_committed, tidy
from ..base_run import build_base
from ..diffs import FileDiff
from ..running import Runner
from ..tampering.weakening import is_test_file
from .results import SuiteRun, TestStatus
from .suites import run_suite

_BUG = re.compile(r"(^|[^a-z])(bug|bugfix|defect|regression)($|[^a-z])")


@dataclass(frozen=True, slots=True)
class Regression:
    """What the change's tests say of the base.

    :param tests: those that fail there and pass on the change.
    :param known: whether single tests could be told at all; else `differs` is the exit code's word.
    """

    tests: tuple[str, ...] = ()
    known: bool = True
    differs: bool = False

    @property
    def proved(self) -> bool:
        return bool(self.tests) or self.differs

    def told(self) -> str:
        """Return what to add to the gate's reason."""
        if not self.proved:
            return "no test of this bug fix fails without it"
        if not self.known:
            return "the suite with the change's tests fails without the fix"
        first = self.tests[0]
        count = "1 test fails" if len(self.tests) == 1 else f"{len(self.tests)} tests fail"
        return f"{count} without the fix and pass with it ({first}{', …' if len(self.tests) > 1 else ''})"


def is_bug(issue: Issue) -> bool:
    """Tell whether an issue reports a bug, by its type or a label such as "bug" or "kind/bug"."""
    words = (issue.issue_type.lower(), *issue.label_names)
    return any(_BUG.search(word) for word in words)


def regression_of(
    case: Case, runner: Runner, head: SuiteRun, base: SuiteRun, files: Sequence[FileDiff]
) -> Regression:
    """Return which tests of the change fail on the base's sources."""
    if not any(is_test_file(file.path) and not file.deleted for file in files):
        return Regression(known=bool(head.tests))
    build_base(case, runner)
    tidy(case.base)
    runner.prepare(case.base)
    with _base_with_tests(case, files) as tree:
        # Not tidied: what is to be judged lies in this copy uncommitted.
        plain = replace(runner, clean=False)
        if case.commands.build:  # tests may have to be compiled as well
            plain.run(tree, case.commands.build)
        mixed = run_suite(plain, tree, case.commands.test)
    if not head.tests:
        differs = head.ran.exit_code == 0 and base.ran.exit_code == 0 and mixed.ran.exit_code not in (0, 127)
        return Regression(known=False, differs=differs and not mixed.ran.timed_out)
    return Regression(_turned(mixed, base, head))


def _turned(mixed: SuiteRun, base: SuiteRun, head: SuiteRun) -> tuple[str, ...]:
    """Return the tests that the fix turns from red to green; a file that cannot even be imported counts."""
    green = head.having(TestStatus.PASSED)
    red = mixed.having(TestStatus.FAILED)
    unknown = green - mixed.tests.keys() - base.tests.keys()
    broken_files = {_file(test) for test in red - head.tests.keys()}
    unread = {test for test in unknown if any(_file(test).startswith(name) for name in broken_files if name)}
    return tuple(sorted((red & green) | unread))


def _file(test: str) -> str:
    """Return what identifies a test's file; a collection error has nothing else."""
    start, _, name = test.partition("::")
    return start or name


@contextmanager
def _base_with_tests(case: Case, files: Sequence[FileDiff]) -> Iterator[Tree]:
    with tempfile.TemporaryDirectory(prefix="overnight-regression-", ignore_cleanup_errors=True) as private:
        folder = Path(private) / "tree"
        shutil.copytree(case.base.path, folder, symlinks=True, ignore=_special)
        for file in files:
            if file.deleted or not (is_test_file(file.path) or _stands_by(file.path)):
                continue
            content = read_committed(case.head, case.change.head_sha, file.path)
            if content is not None:
                _put(folder, file.path, content)
        yield Tree(folder, case.base.base, case.base.git_dir)


def _stands_by(path: str) -> bool:
    """Tell whether a file lies among tests: fixtures, data, conftest."""
    return bool(re.search(r"(^|/)(tests?|__tests__|spec|fixtures)/|(^|/)conftest\.py$", path))


def _put(folder: Path, path: str, content: bytes) -> None:
    """Write a file; where the base has a symlink on the way, the file is left out."""
    target = folder / path
    if any(parent.is_symlink() for parent in (target, *target.parents) if parent.is_relative_to(folder)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        return
    target.unlink(missing_ok=True)
    target.write_bytes(content)


def _special(folder: str, names: list[str]) -> set[str]:
    """Name what cannot be copied: sockets, pipes, devices."""
    kinds = {name: (Path(folder) / name).lstat().st_mode for name in names}
    return {
        name
        for name, mode in kinds.items()
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
    }
