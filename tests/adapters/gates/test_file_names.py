from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.protection.file_names import odd_names


@pytest.mark.parametrize(
    "path",
    [
        *(
            "src/b\u043ex.py",
            "a\u202eyp.exe",
            "a\u200bb.py",
            "a\nb.py",
            "src/aux.txt",
            "con",
            "x./y",
            "a /b",
            "a\u00adb",
        ),
        "B\u03bfx.py",
    ],
)
def test_a_name_that_is_taken_for_another_is_found(path):
    assert [finding.rule for finding in odd_names([FileDiff(path)], [path])] == ["file_name"]


@pytest.mark.parametrize(
    "path", ["src/box.py", "docs/über.md", "日本語.md", "каталог/файл.md", "μs.py", ".a/b.c-d_e"]
)
def test_an_honest_name_in_any_language_is_not(path):
    assert list(odd_names([FileDiff(path)], [path])) == []


def test_a_name_that_differs_in_case_or_form_only_is_found():
    for new, old in (("src/Box.py", "src/box.py"), ("a\u0308.md", "ä.md")):
        assert len(list(odd_names([FileDiff(new)], [new, old]))) == 1
    assert list(odd_names([FileDiff("src/Box.py", "src/Box.py")], ["src/Box.py", "src/box.py"])) == []
