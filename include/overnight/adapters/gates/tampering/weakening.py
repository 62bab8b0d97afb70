"""Find tests that were made to check less: deleted files, and tests that lost assertions or strictness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from ....domain.gates import Finding
from ..diffs import FileDiff
from .assertions import Assertion, TestBody, tests_of
from .weakened_text import weakened_text

Read = Callable[[str], bytes | None]

_TEST_FILE = re.compile(
    r"(^|/)(test_[^/]*\.py|tests?\.py|[^/]*_test\.(py|go|rb|exs)|[^/]*[.-](test|spec)\.[cm]?[jt]sx?"
    r"|[^/]*Tests?\.(java|kt|cs)|[^/]*_spec\.rb|(test[_-][^/]*|[^/]*[_.-]test)\.(sh|bash)|[^/]*\.bats"
    r"|(tests?|__tests__|spec)/([^/]+/)*[^/]+\.([cm]?[jt]sx?|rs|sh|bash))$"
)
_SUPPORT = re.compile(r"(^|/)(fixtures?|helpers?|support|__mocks__|__snapshots__|data)/")


def is_test_file(path: str) -> bool:
    """Tell whether a path is a file of tests."""
    return bool(_TEST_FILE.search(path)) and not _SUPPORT.search(path)


def deleted_tests(files: Sequence[FileDiff]) -> list[Finding]:
    """Return a finding for each test file the change deletes or moves out of the suite."""
    gone = [
        file.old_path
        for file in files
        if is_test_file(file.old_path) and (file.deleted or not is_test_file(file.path))
    ]
    return [Finding("deleted", "this test file is deleted", path) for path in gone]


def weakened_tests(files: Sequence[FileDiff], before: Read, after: Read) -> list[Finding]:
    """Return a finding for each test that checks less than it did: Python exactly, others by their words."""
    findings: list[Finding] = []
    for file in files:
        if file.deleted or not file.old_path or not is_test_file(file.path):
            continue
        old, new = before(file.old_path), after(file.path)
        if file.path.endswith(".py"):
            findings += _weakened_python(file.path, tests_of(old), tests_of(new))
        else:
            findings += weakened_text(file.path, old or b"", new or b"")
    return findings


def _weakened_python(
    path: str, had: Mapping[str, TestBody] | None, has: Mapping[str, TestBody] | None
) -> Iterator[Finding]:
    if not had or has is None:  # what cannot be parsed any more fails in other ways
        return
    fewer_at_all = sum(len(test.checks) for test in has.values()) < sum(len(t.checks) for t in had.values())
    for name, old in had.items():
        new = has.get(name)
        if new is None:
            continue
        short = name.rsplit(".", 1)[-1]
        if len(new.checks) < len(old.checks) and (fewer_at_all or not new.checks):
            yield Finding(
                "weakened",
                f"{short} asserts less than before ({len(old.checks)} → {len(new.checks)})",
                path,
            )
            continue
        yield from (Finding("weakened", f"{short} {why}", path) for why in _worse(old, new))


def _worse(old: TestBody, new: TestBody) -> Iterator[str]:
    for before, after in _pairs(old.checks, new.checks):
        if after.strength < before.strength:
            yield f"compares {before.about!r} less strictly than before"
        elif after.tolerance > max(before.tolerance, 1e-12) and before.strength == after.strength:
            yield f"allows {before.about!r} to be off by more ({before.tolerance:g} → {after.tolerance:g})"
        elif after.broad and not before.broad:
            yield "expects any exception where it expected a certain one"
    if new.swallowed > old.swallowed:
        yield "catches its own failed assertions"
    replaced = (new.patched - old.patched) & old.called & new.called
    yield from (f"replaces {name!r}, which it is there to check, by a mock" for name in sorted(replaced))


def _pairs(old: Sequence[Assertion], new: Sequence[Assertion]) -> Iterator[tuple[Assertion, Assertion]]:
    """Pair the assertions that changed with those about the same thing, in their order."""
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    left = [check for check in new if check in come]
    for check in (check for check in old if check in gone):
        match = next((other for other in left if other.about == check.about), None)
        if match is not None:
            left.remove(match)
            yield check, match
