"""Run single test files that a model wrote in a work tree, and keep account of what becomes of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from ..domain.errors import ChangeUnusable
from ..domain.events import EventType
from ..domain.generating import GeneratedTests, focused
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.reviewing import WrittenFile
from ..ports import Claim, Desk, Ran, Tree
from .placing import read_inside, remove_inside, write_inside
from .reading import OpenNight

LONGEST_SECONDS = 120.0
MAX_SOURCE = 512 * 1024


@dataclass(frozen=True, slots=True)
class TestBench:
    """A work tree with the repository's setup done, in which single test files are run."""

    desk: Desk
    night: OpenNight
    commands: Commands
    tree: Tree
    npm_script: str

    __test__ = False

    def command(self, path: str) -> str:
        """Return how one file is run, "" when the test command cannot do that."""
        return focused(self.commands.test, path, self.npm_script)

    @property
    def longest(self) -> float:
        """Seconds that one file may take."""
        return min(LONGEST_SECONDS, self.night.order.limits.gate_seconds)

    def run(self, path: str, seconds: float = LONGEST_SECONDS) -> Ran:
        """Run one file that lies in the tree."""
        command, time = self.command(path), min(seconds, self.longest)
        return self.desk.run_command(self.tree, command, self.commands, self.night.order, time)


def open_bench(desk: Desk, night: OpenNight, commands: Commands, tree: Tree) -> TestBench | str:
    """Return a tree in which tests can run, or why there is none."""
    if trouble := desk.set_up(tree, commands, night.order):
        return f"the repository's setup fails: {trouble[:300]}"
    package = read_inside(tree.path, "package.json", MAX_SOURCE)
    return TestBench(desk, night, commands, tree, _test_script(package or ""))


def _test_script(package: str) -> str:
    try:
        script = json.loads(package).get("scripts", {}).get("test", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return script if isinstance(script, str) and len(script) <= 2000 else ""


def run_alone(bench: TestBench, file: WrittenFile) -> Ran | str:
    """Run one test file in the tree and take it out again; a text says why it could not be put there."""
    try:
        write_inside(bench.tree.path, file.path, file.text, new=True)
    except ChangeUnusable as error:
        return str(error)
    try:
        return bench.run(file.path)
    finally:
        remove_inside(bench.tree.path, file.path)


def accounted(result: GeneratedTests, file: WrittenFile, why: str, proof: str) -> GeneratedTests:
    """Put a file among the dropped ones with its reason, or among the kept ones with its proof."""
    if why:
        return replace(result, dropped=(*result.dropped, (file.path, why)))
    return replace(result, kept=(*result.kept, file), proofs=(*result.proofs, (file.path, proof)))


def all_dropped(tried: GeneratedTests, why: str) -> GeneratedTests:
    """Drop every file for one reason."""
    dropped = (*tried.dropped, *((file.path, why) for file in tried.kept))
    return GeneratedTests(dropped=dropped, note=why)


def record(
    desk: Desk, night: OpenNight, issue: Issue, result: GeneratedTests, stage: str, claim: Claim | None
) -> None:
    """Leave the event of one stage: "written" before the build, "proved" after it."""
    count = "1 test file" if len(result.kept) == 1 else f"{len(result.kept)} test files"
    event = night.event(
        EventType.TESTS_GENERATED,
        f"#{issue.number}: {count} kept, {len(result.dropped)} dropped ({stage})"
        + (f"; {result.note[:300]}" if result.note else ""),
        issue=issue.number,
        metadata={
            "stage": stage,
            "kept": [file.path for file in result.kept],
            "dropped": [{"path": path, "reason": reason} for path, reason in result.dropped],
            "proofs": dict(result.proofs),
            "note": result.note[:1000],
            "red": list(result.red),
        },
    )
    desk.ledger.append(event, claim=claim)
