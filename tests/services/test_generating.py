from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from include.overnight.adapters.gates.running import Runner
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.changes import Base, Change
from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.events import Event, EventType
from include.overnight.domain.generating import GeneratedTests
from include.overnight.domain.issues import Issue
from include.overnight.domain.orders import Commands
from include.overnight.domain.reviewing import TestBrief as Brief
from include.overnight.domain.reviewing import WrittenFile
from include.overnight.ports import Ran, Tree
from include.overnight.services.generating import place_tests, write_tests
from include.overnight.services.proving import prove_tests
from include.overnight.services.reading import OpenNight
from include.overnight.services.trials import open_bench
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream

UNITTEST = Commands(test="python -m unittest discover -s tests")
FILES = {
    "box.py": "def size(a, b):\n    return 0\n",
    "tests/test_old.py": "import unittest\n",
    "README.md": "# box\n",
}
FIXED = "def size(a, b):\n    if a < 0:\n        return 0\n    return a * b\n"
ISSUE = Issue(1, "size() is always 0", "It should multiply in box.py. <!-- hidden -->\n\n- [ ] never below 0")


def suite(*checks: str) -> str:
    lines = "".join(f"        {check}\n" for check in checks)
    return (
        "import unittest\nfrom pathlib import Path\nfrom box import size\n\n\n"
        f"class SizeTest(unittest.TestCase):\n    def test_size(self):\n{lines}"
    )


GOOD = WrittenFile("tests/test_size.py", suite("self.assertEqual(size(2, 3), 6)"))


@dataclass
class Advisor:
    """Answers with the files it is given, or fails."""

    answer: tuple[WrittenFile, ...] | Exception
    briefs: list[Brief] = field(default_factory=list)

    def write_tests(self, tier: str, brief: Brief, budget: Any, healer: Any) -> tuple[WrittenFile, ...]:
        self.briefs.append(brief)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class MemoryLedger:
    """Keeps events in a list."""

    kept: list[Event] = field(default_factory=list)

    def append(self, *events: Event, claim: Any = None) -> tuple[Event, ...]:
        self.kept.extend(events)
        return events


@dataclass
class Desk:
    """Real git and sandbox, a model that is told its answer."""

    workspace: GitWorkspace
    advisor: Advisor
    sandbox: BubblewrapSandbox = field(default_factory=BubblewrapSandbox)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def set_up(self, tree: Tree, commands: Commands, order: Any) -> str:
        ran = Runner(self.sandbox, commands, 60.0).prepare(tree)
        return "" if ran.exit_code == 0 else ran.output

    def run_command(self, tree: Tree, command: str, commands: Commands, order: Any, seconds: float) -> Ran:
        return Runner(self.sandbox, commands, 60.0).run_for(seconds, tree, command)


@dataclass
class Scene:
    desk: Desk
    night: OpenNight
    base: Tree
    commands: Commands = UNITTEST

    def write(self, *files: WrittenFile) -> GeneratedTests:
        if files:
            self.desk.advisor.answer = files
        return write_tests(
            self.desk,
            self.night,
            ISSUE,
            self.commands,
            self.base,
            "gpt-4",
            None,
            None,  # type: ignore[arg-type]
        )

    def prove(self, written: GeneratedTests, *, fixed: str = FIXED) -> tuple[GeneratedTests, Tree]:
        tree, change = self.changed(fixed)
        proved = prove_tests(
            self.desk,
            self.night,
            ISSUE,
            self.commands,
            tree,
            change,
            written,  # type: ignore[arg-type]
        )
        return proved, tree

    def changed(self, fixed: str) -> tuple[Tree, Change]:
        workspace = self.desk.workspace
        tree = workspace.open_tree(self.night.repository, self.base.base, "build")
        (tree.path / "box.py").write_text(fixed)
        assert workspace.commit(tree, "the change", ORDER)
        return tree, workspace.pack(tree, 1, "overnight/1-x")


def scene(tmp_path: Path, files: dict[str, str] = FILES, commands: Commands = UNITTEST) -> Scene:
    repository = Upstream.make(tmp_path / "github", files).repository()
    workspace = GitWorkspace(tmp_path / "home", MemoryStorage(), RemoteAccess())
    base = Base("main", workspace.refresh(repository))
    tree = workspace.open_tree(repository, base, "base")
    return Scene(Desk(workspace, Advisor(())), OpenNight(ORDER, repository), tree, commands)


def test_a_test_that_fails_first_and_passes_later_is_kept_and_proved(tmp_path):
    stage = scene(tmp_path)
    written = stage.write(GOOD)
    assert written.kept == (GOOD,)
    assert not (stage.base.path / GOOD.path).exists()
    proved, tree = stage.prove(written)
    assert proved.kept == (GOOD,), proved.dropped
    ((path, sentence),) = proved.proofs
    assert path == GOOD.path
    assert sentence.startswith("fails without the change, passes with it 3 times, notices `")
    assert (tree.path / "box.py").read_text() == FIXED
    place_tests(tree, proved)
    assert (tree.path / GOOD.path).read_text() == GOOD.text
    events = stage.desk.ledger.kept
    assert [(event.type, event.metadata["stage"]) for event in events] == [
        (EventType.TESTS_GENERATED, "written"),
        (EventType.TESTS_GENERATED, "proved"),
    ]
    assert events[1].metadata["kept"] == [GOOD.path]


def test_written_tests_run_under_the_projects_own_python(tmp_path):
    program = ".venv/bin/python"
    setup = f"mkdir -p .venv/bin; printf '#!/bin/sh\necho theirs: $*' > {program}; chmod +x {program}"
    stage = scene(tmp_path, commands=replace(UNITTEST, setup=setup))
    bench = open_bench(stage.desk, stage.night, stage.commands, stage.base)  # type: ignore[arg-type]
    assert bench.run("tests/test_old.py").output.startswith("theirs: -m unittest")


def test_the_model_is_told_criteria_style_and_sources_and_nothing_hidden(tmp_path):
    stage = scene(tmp_path)
    stage.write(GOOD)
    (brief,) = stage.desk.advisor.briefs
    assert brief.criteria == ("It should multiply in box.py.", "never below 0")
    assert brief.examples == (("tests/test_old.py", FILES["tests/test_old.py"]),)
    assert brief.sources == (("box.py", FILES["box.py"]),)
    assert "hidden" not in brief.body


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (suite("self.assertEqual(size(0, 3), 0)"), "passes without the change already"),
        ("import unittest\n# assert\n", "passes without the change already"),
        (suite("while size(1, 1) == 0: pass", "self.assertTrue(1)"), "does not end within 3 seconds"),
    ],
)
def test_a_test_that_does_not_fail_on_the_base_is_dropped(tmp_path, text, why):
    stage = scene(tmp_path)
    hurried = replace(ORDER, limits=replace(ORDER.limits, gate_seconds=3.0))
    stage.night = replace(stage.night, order=hurried)
    written = stage.write(WrittenFile("tests/test_size.py", text))
    assert written.kept == ()
    assert why in written.dropped[0][1]


@pytest.mark.parametrize(
    ("checks", "fixed", "why"),
    [
        (["self.assertEqual(size(2, 3), 7)"], FIXED, "fails on the change"),
        (
            [
                "self.assertEqual(size(2, 3), 6)",
                "seen = Path('seen')",
                "self.assertFalse(seen.exists())",
                "seen.touch()",
            ],
            FIXED,
            "not stable: run 2 of 3",
        ),
        (["self.assertTrue(Path('box.py').read_text().count('return') > 1)"], FIXED, "notices none of"),
    ],
)
def test_a_test_that_proves_nothing_on_the_change_is_dropped(tmp_path, checks, fixed, why):
    stage = scene(tmp_path)
    written = stage.write(WrittenFile("tests/test_size.py", suite(*checks)))
    assert written.kept, written.dropped
    proved, tree = stage.prove(written, fixed=fixed)
    assert proved.kept == ()
    assert why in proved.dropped[0][1]
    assert not (tree.path / "seen").exists()


def test_a_change_that_knows_the_visible_answers_by_heart_leaves_written_tests_red(tmp_path):
    stage = scene(tmp_path)
    other = WrittenFile("tests/test_other.py", suite("self.assertEqual(size(4, 5), 20)"))
    by_heart = "def size(a, b):\n    return 6 if (a, b) == (2, 3) else 0\n"
    proved, _ = stage.prove(stage.write(GOOD, other), fixed=by_heart)
    assert proved.red == (other.path,)
    assert [file.path for file in proved.kept] == [GOOD.path]
    assert stage.desk.ledger.kept[-1].metadata["red"] == [other.path]


def test_a_model_that_does_not_answer_is_on_record_and_told(tmp_path):
    stage = scene(tmp_path)
    stage.desk.advisor.answer = ModelFailure(FailureKind.TRANSPORT, "down")
    with pytest.raises(ModelFailure):
        stage.write()
    assert stage.desk.ledger.kept[0].metadata["note"] == "no tests were written: down"


def test_a_link_in_the_tree_is_not_written_through(tmp_path):
    stage = scene(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    written = stage.write(GOOD)
    tree, change = stage.changed(FIXED)
    place = tree.path / "tests"
    for file in place.iterdir():
        file.unlink()
    place.rmdir()
    place.symlink_to(outside)
    with pytest.raises(Exception, match="cannot be reached"):
        place_tests(tree, written)
    assert list(outside.iterdir()) == []
    assert change.files == ("box.py",)


def test_a_command_that_cannot_run_one_file_drops_them_all(tmp_path):
    stage = scene(tmp_path, commands=Commands(test="make test"))
    assert stage.write(GOOD).dropped == (
        (GOOD.path, "the repository's test command cannot run a single file"),
    )
    assert scene(tmp_path / "b", commands=Commands()).write(GOOD).note == "the repository has no test command"
