from __future__ import annotations

from dataclasses import replace

from include.overnight.adapters.gates.coherence.scene import Scene
from include.overnight.adapters.gates.coherence.scope import empty, out_of_scope, size, unrelated
from include.overnight.domain.orders import Limits
from tests.adapters.gates.scenes import asked, found, scene_of

BEFORE = {"src/box.py": "x = 1\n", "run.sh": "echo\n", "tool.py": "#!/usr/bin/env python\n"}
FAR = {f"far/{name}.py": "y = 2\n" for name in "abcdefghijkl"}


def test_an_empty_diff_did_nothing(bench):
    scene = scene_of(bench, BEFORE, {"src/box.py": "x = 2\n"})
    assert list(empty(scene)) == []
    assert found(empty(Scene(replace(scene.case, diff="")))) == [("empty", "", 0)]


def test_the_orders_limits_hold(bench):
    scene = scene_of(bench, BEFORE, {"src/box.py": "x = 2\n", "run.sh": "ls\n"})
    assert list(size(scene)) == []
    order = replace(scene.case.order, limits=Limits(max_changed_files=1, max_changed_lines=3))
    told = [finding.message for finding in size(Scene(replace(scene.case, order=order)))]
    assert told == [
        "2 files changed; limits.max_changed_files is 1",
        "4 lines changed; limits.max_changed_lines is 3",
    ]


def test_many_files_that_have_nothing_to_do_with_what_the_issue_names_fail(bench):
    scene = scene_of(bench, BEFORE, {"src/box.py": "x = 2\n", **FAR}, body="`src/box.py` counts wrongly")
    assert found(out_of_scope(scene)) == [("out_of_scope", "", 0)]
    assert unrelated(scene) == list(FAR)


def test_only_a_clear_case_is_out_of_scope(bench):
    scene = scene_of(bench, BEFORE, {"src/box.py": "x = 2\n", **FAR})
    honest = (
        asked(scene, body="it counts wrongly"),
        asked(scene, title="Rename x to y", body="see src/box.py"),
        asked(scene, body="src/box.py and the same in all modules"),
        asked(scene, body="src/box.py, and everything in far/ that uses it"),
    )
    assert [list(out_of_scope(one)) for one in honest] == [[], [], [], []]


def test_tests_docs_and_neighbours_always_belong(bench):
    after = {"src/box.py": "x = 2\n", "tests/test_box.py": "1\n", "docs/a.md": "a\n", "src/other.py": "1\n"}
    scene = scene_of(
        bench, BEFORE, {**after, "CHANGELOG.md": "x\n", "elsewhere.py": "1\n"}, body="src/box.py"
    )
    assert unrelated(scene) == ["elsewhere.py"]
    assert list(out_of_scope(scene)) == []
