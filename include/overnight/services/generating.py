"""Have tests written from the acceptance criteria, before the builder starts; only those that fail count."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.criteria import criteria
from ..domain.errors import ModelFailure, OverBudget
from ..domain.estimating import files_named
from ..domain.events import EventType
from ..domain.generating import GeneratedTests, admissible, is_test_name
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.reviewing import TestBrief, WrittenFile
from ..domain.sanitizing import sanitize
from ..ports import Budget, Claim, Desk, Healer, Tree
from .placing import write_inside
from .reading import OpenNight
from .trials import TestBench, accounted, all_dropped, open_bench, record, run_alone

LEAVES = (EventType.TESTS_GENERATED,)
_EXAMPLES, _EXAMPLE_CHARACTERS = 3, 4_000
_SOURCES, _SOURCE_CHARACTERS = 6, 8_000
_NOT_RUN = (126, 127)
_NO_TESTS = 5
"""Exit code of pytest, and of newer unittest, for "there was no test"."""


def write_tests(
    desk: Desk,
    night: OpenNight,
    issue: Issue,
    commands: Commands,
    tree: Tree,
    tier: str,
    budget: Budget,
    healer: Healer,
    *,
    claim: Claim | None = None,
) -> GeneratedTests:
    """Ask a model for tests before the builder starts, and keep those that fail on the base.

    The files come back as values and are not left in the tree: a builder that does not see them cannot
    write to them. A budget that says no is a note, not an error.

    :param tree: clean work tree at the base; left at the base.
    :raises ModelFailure: no model would; that is on record.
    """
    if not commands.test:
        return GeneratedTests(note="the repository has no test command")
    try:
        written = desk.advisor.write_tests(tier, _brief(desk, night, issue, commands, tree), budget, healer)
    except ModelFailure as error:
        record(desk, night, issue, _without(error), "written", claim)
        raise
    except OverBudget as error:
        result = _without(error)
    else:
        paths = desk.workspace.list_files(night.repository, tree.base.sha)
        result = _failing_on_base(desk, night, commands, tree, admissible(written, paths))
    record(desk, night, issue, result, "written", claim)
    return result


def _without(why: Exception) -> GeneratedTests:
    return GeneratedTests(note=f"no tests were written: {why}")


def place_tests(tree: Tree, generated: GeneratedTests) -> None:
    """Write the kept tests into a tree, to be committed with the change (ChangeUnusable if one cannot be)."""
    for file in generated.kept:
        write_inside(tree.path, file.path, file.text, new=True)


def _brief(desk: Desk, night: OpenNight, issue: Issue, commands: Commands, tree: Tree) -> TestBrief:
    paths = desk.workspace.list_files(night.repository, tree.base.sha)
    tests = [path for path in paths if is_test_name(path)]
    named = [path for path in files_named(issue, paths) if path not in tests]
    return TestBrief(
        title=sanitize(issue.title),
        body=sanitize(issue.body),
        criteria=criteria(issue),
        test_command=commands.test,
        examples=_texts(desk, night, tree, tests[:_EXAMPLES], _EXAMPLE_CHARACTERS),
        sources=_texts(desk, night, tree, named[:_SOURCES], _SOURCE_CHARACTERS),
    )


def _texts(
    desk: Desk, night: OpenNight, tree: Tree, paths: Sequence[str], limit: int
) -> tuple[tuple[str, str], ...]:
    read = ((path, desk.workspace.read_file(night.repository, tree.base.sha, path)) for path in paths)
    return tuple((path, text[:limit]) for path, text in read if text)


def _failing_on_base(
    desk: Desk, night: OpenNight, commands: Commands, tree: Tree, tried: GeneratedTests
) -> GeneratedTests:
    if not tried.kept:
        return tried
    bench = open_bench(desk, night, commands, tree)
    if isinstance(bench, str):
        return all_dropped(tried, bench)
    result = GeneratedTests(dropped=tried.dropped)
    for file in tried.kept:
        why = _why_not_red(bench, file)
        result = accounted(result, file, why, "fails without the change")
    desk.workspace.rollback(tree, tree.base.sha)
    return result


def _why_not_red(bench: TestBench, file: WrittenFile) -> str:
    """Return why a test does not count as failing on the base, "" when it does."""
    if not bench.command(file.path):
        return "the repository's test command cannot run a single file"
    ran = run_alone(bench, file)
    if isinstance(ran, str):
        return ran
    if ran.timed_out:
        return f"it does not end within {bench.longest:g} seconds without the change"
    if ran.exit_code == 0:
        return "it passes without the change already"
    if ran.exit_code in _NOT_RUN:
        return "its runner is not installed here"
    return "it holds no test that is collected" if ran.exit_code == _NO_TESTS else ""
