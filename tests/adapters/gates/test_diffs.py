from __future__ import annotations

import os
from pathlib import Path

from include.overnight.adapters.gates.diffs import parse_diff, unquoted


def test_every_kind_of_change_is_read_from_a_real_diff(bench):
    before = {
        "changed.py": "one\ntwo\nthree\n",
        "deleted.py": "x\ny\n",
        "moved.py": "".join(f"line {number}\n" for number in range(20)),
        "mode.sh": "echo\n",
        'ünï "q".txt': "x\n",
    }

    def change(tree: Path) -> None:
        (tree / "changed.py").write_text("one\n--- two\n+++ b/else\nthree\n@@ -1 +1 @@\n")
        (tree / "deleted.py").unlink()
        (tree / "pkg").mkdir()
        (tree / "moved.py").rename(tree / "pkg" / "moved.py")
        (tree / "mode.sh").chmod(0o755)
        (tree / 'ünï "q".txt').write_text("y\n")
        (tree / "binary").write_bytes(b"\0" * 10)
        (tree / "new").write_text("no newline")
        (tree / "link").symlink_to("new")

    files = {file.path: file for file in parse_diff(bench.case(before, change).diff)}
    assert sorted(files) == sorted(
        ["binary", "changed.py", "deleted.py", "link", "mode.sh", "new", "pkg/moved.py", 'ünï "q".txt']
    )
    assert files["changed.py"].added == [(2, "--- two"), (3, "+++ b/else"), (5, "@@ -1 +1 @@")]
    assert files["changed.py"].removed == 1
    assert files["changed.py"].new_mode == "100644"
    assert files["deleted.py"].deleted
    assert files["deleted.py"].old_path == "deleted.py"
    assert files["pkg/moved.py"].paths == ("moved.py", "pkg/moved.py")
    assert (files["mode.sh"].old_mode, files["mode.sh"].new_mode) == ("100644", "100755")
    assert files['ünï "q".txt'].added == [(1, "y")]
    assert files["binary"].binary
    assert files["new"].old_path == ""
    assert files["new"].added == [(1, "no newline")]
    assert files["link"].new_mode == "120000"


def test_names_are_unquoted_as_git_quotes_them():
    assert unquoted("plain.py") == "plain.py"
    assert unquoted(r'"a\tb\"\\\303\274"') == 'a\tb"\\ü'
    assert unquoted('"' + os.fsdecode(b"\\377") + '"') == "\ufffd"


def test_a_diff_cut_short_is_read_as_far_as_it_goes():
    (file,) = parse_diff("diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n+a")
    assert file.added == [(1, "a")]
    assert parse_diff("") == []
