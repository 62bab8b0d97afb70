from __future__ import annotations

import os

import pytest

from include.overnight.domain.errors import ChangeUnusable
from include.overnight.services.placing import read_inside, remove_inside, write_inside


def test_a_file_is_written_read_and_removed(tmp_path):
    write_inside(tmp_path, "tests/deep/a.py", "x = 'é'\n", new=True)
    assert read_inside(tmp_path, "tests/deep/a.py", 100) == "x = 'é'\n"
    write_inside(tmp_path, "tests/deep/a.py", "y", new=False)
    assert (tmp_path / "tests/deep/a.py").read_text() == "y"
    remove_inside(tmp_path, "tests/deep/a.py")
    remove_inside(tmp_path, "tests/deep/a.py")
    assert read_inside(tmp_path, "tests/deep/a.py", 100) is None


def test_an_existing_file_is_not_written_over_as_a_new_one(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(ChangeUnusable, match="exists"):
        write_inside(tmp_path, "a", "new", new=True)
    assert (tmp_path / "a").read_text() == "old"


def test_no_link_is_followed(tmp_path):
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    outside.mkdir()
    tree.mkdir()
    (outside / "secret").write_text("s")
    (tree / "folder").symlink_to(outside)
    (tree / "file").symlink_to(outside / "secret")
    for path in ("folder/new", "file"):
        with pytest.raises(ChangeUnusable):
            write_inside(tree, path, "x", new=False)
    assert read_inside(tree, "file", 10) is None
    assert read_inside(tree, "folder/secret", 10) is None
    remove_inside(tree, "folder/secret")
    assert [path.name for path in outside.iterdir()] == ["secret"]


@pytest.mark.parametrize("path", ["", "../a", "a/../../b", "/a", "a//b", "."])
def test_a_path_that_leaves_the_tree_is_refused(tmp_path, path):
    with pytest.raises(ChangeUnusable):
        write_inside(tmp_path, path, "x", new=True)


def test_what_is_no_readable_text_is_not_read(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * 11)
    os.mkfifo(tmp_path / "pipe")
    assert [read_inside(tmp_path, name, 10) for name in ("binary", "large")] == [None, None]
    assert read_inside(tmp_path, "pipe", 10) in (None, "")
