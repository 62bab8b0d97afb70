from __future__ import annotations

from include.overnight.adapters.gates.coherence.strays import modes, temporary
from tests.adapters.gates.scenes import asked, found, scene_of

BEFORE = {"src/box.py": "x = 1\n", "run.sh": "echo\n", "tool.py": "#!/usr/bin/env python\n"}


def test_scratch_backup_and_cache_files_are_left_over(bench):
    left = ("a.orig", "src/b.py.rej", ".DS_Store", "scratch.py", "x/__pycache__/y.txt", "node_modules/z/i.js")
    right = ("src/template.py", "tests/fixtures/a.log", "src/scratchcard.py", "log/reader.py")
    scene = scene_of(bench, BEFORE, dict.fromkeys((*left, *right), "x\n"))
    assert sorted(path for _, path, _ in found(temporary(scene))) == sorted(left)
    assert "scratch.py" not in [path for _, path, _ in found(temporary(asked(scene, "Add scratch.py")))]


def test_modes_stay_as_they_are_unless_the_issue_or_a_script_wants_it(bench):
    def change(tree):
        for name in ("run.sh", "src/box.py", "tool.py"):
            (tree / name).chmod(0o755)

    scene = scene_of(bench, BEFORE, change)
    assert found(modes(scene)) == [("mode", "run.sh", 0), ("mode", "src/box.py", 0)]
    assert list(modes(asked(scene, "Make the scripts executable"))) == []
