"""Believe a written test only when it passes on the change, every time, and notices a fault in its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..domain.changes import Change
from ..domain.events import EventType
from ..domain.generating import GeneratedTests, added_lines, is_test_name
from ..domain.issues import Issue
from ..domain.mutating import Mutant, mutants
from ..domain.orders import Commands
from ..domain.reviewing import WrittenFile
from ..ports import Claim, Desk, Ran, Tree
from .placing import read_inside, remove_inside, write_inside
from .reading import OpenNight
from .trials import MAX_SOURCE, TestBench, accounted, all_dropped, open_bench, record, run_alone

LEAVES = (EventType.TESTS_GENERATED,)
RUNS = 3
MUTANTS = 8
_RED = ("it fails on the change", "it does not end on the change")


def prove_tests(
    desk: Desk,
    night: OpenNight,
    issue: Issue,
    commands: Commands,
    tree: Tree,
    change: Change,
    written: GeneratedTests,
    *,
    claim: Claim | None = None,
) -> GeneratedTests:
    """Keep the written tests that pass on the change three times and notice a fault in its lines.

    Faults are put into changed lines of Python only; tests of other languages need not notice any, and the
    proof says so.

    :param tree: work tree at the change's head; left there, without the tests (`place_tests` puts them in).
    """
    if not written.kept:
        return written
    desk.workspace.rollback(tree, change.head_sha)
    bench = open_bench(desk, night, commands, tree)
    if isinstance(bench, str):
        result = all_dropped(written, bench)
    else:
        result = _proved(bench, written, _mutants_of(desk, tree, written))
    desk.workspace.rollback(tree, change.head_sha)
    record(desk, night, issue, result, "proved", claim)
    return result


def _proved(bench: TestBench, written: GeneratedTests, faults: Sequence[Mutant]) -> GeneratedTests:
    result = replace(written, kept=(), proofs=())
    for file in written.kept:
        why, proof = _proof(bench, file, faults)
        result = accounted(result, file, why, proof)
        if why in _RED:
            result = replace(result, red=(*result.red, file.path))
    return result


def _proof(bench: TestBench, file: WrittenFile, faults: Sequence[Mutant]) -> tuple[str, str]:
    """Return (why it is dropped, what it proved); one of the two is ""."""
    longest = 0.0
    for number in range(RUNS):
        ran = run_alone(bench, file)
        if isinstance(ran, str):
            return ran, ""
        if ran.exit_code != 0 or ran.timed_out:
            return _why_red(number, ran), ""
        longest = max(longest, ran.seconds)
    proof = f"fails without the change, passes with it {RUNS} times"
    if not faults:
        return "", f"{proof}; faults in changed lines: not applicable"
    noticed = _first_noticed(bench, file, faults, max(10.0, 5 * longest))
    if noticed is None:
        return f"it notices none of {len(faults)} faults put into the changed lines", ""
    return "", f"{proof}, notices `{noticed.what}` at {noticed.path}:{noticed.line}"


def _why_red(number: int, ran: Ran) -> str:
    if number:
        return f"it is not stable: run {number + 1} of {RUNS} on the same change failed"
    return _RED[ran.timed_out]


def _first_noticed(
    bench: TestBench, file: WrittenFile, faults: Sequence[Mutant], seconds: float
) -> Mutant | None:
    """Return the first fault with which the test fails."""
    root = bench.tree.path
    write_inside(root, file.path, file.text, new=True)
    try:
        for mutant in faults:
            original = read_inside(root, mutant.path, MAX_SOURCE)
            if original is None:
                continue
            try:
                write_inside(root, mutant.path, mutant.text, new=False)
                ran = bench.run(file.path, seconds)
            finally:
                write_inside(root, mutant.path, original, new=False)
            if ran.exit_code != 0 or ran.timed_out:
                return mutant
        return None
    finally:
        remove_inside(root, file.path)


def _mutants_of(desk: Desk, tree: Tree, written: GeneratedTests) -> tuple[Mutant, ...]:
    """Return a few faults in the changed lines of Python that is no test, taken from the files in turn."""
    if not any(file.path.endswith(".py") for file in written.kept):
        return ()
    changed = {
        path: lines
        for path, lines in added_lines(desk.workspace.diff(tree)).items()
        if path.endswith(".py") and not is_test_name(path)
    }
    return tuple(_each_in_turn(tree, changed))[:MUTANTS]


def _each_in_turn(tree: Tree, changed: Mapping[str, frozenset[int]]) -> Iterator[Mutant]:
    by_file = [
        mutants(path, source, lines, MUTANTS)
        for path, lines in sorted(changed.items())
        if (source := read_inside(tree.path, path, MAX_SOURCE)) is not None
    ]
    for depth in range(MUTANTS):
        yield from (found[depth] for found in by_file if depth < len(found))
