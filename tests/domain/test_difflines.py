from __future__ import annotations

import subprocess
from pathlib import Path

from include.overnight.domain.difflines import Side, diff_lines

DIFF = """\
diff --git a/src/box.py b/src/box.py
index 1..2 100644
--- a/src/box.py
+++ b/src/box.py
@@ -1,4 +1,6 @@ def header(line):
 def size(a, b):
-    return a + b
+    if a < 0:
+        raise ValueError("a side cannot be negative")
+    return a * b
 ...
 # the end of it
diff --git a/old.md b/old.md
deleted file mode 100644
--- a/old.md
+++ /dev/null
@@ -1,2 +0,0 @@
--- a/src/fake.py
-+++ b/src/fake.py
"""
LINES = diff_lines(DIFF)


def test_lines_carry_their_file_side_and_number() -> None:
    added = [(line.path, line.text.strip(), line.number) for line in LINES if line.side is Side.ADDED]
    assert added == [
        ("src/box.py", "if a < 0:", 2),
        ("src/box.py", 'raise ValueError("a side cannot be negative")', 3),
        ("src/box.py", "return a * b", 4),
    ]


def test_a_line_of_a_file_cannot_pass_for_a_header() -> None:
    assert [line.text for line in LINES if line.path == "old.md"] == ["-- a/src/fake.py", "+++ b/src/fake.py"]


def test_odd_names_are_read_as_git_writes_them(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *settings, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    git("init", "-q")
    for name in ("größe.txt", "with space.txt", 'quo"te.txt', "tab\there.txt"):
        (tmp_path / name).write_text("some words of its own\n")
    git("add", "-A")
    git("commit", "-qm", "x")
    lines = diff_lines(git("show", "--format=", "HEAD"))
    assert {line.path for line in lines} == {"größe.txt", "with space.txt", 'quo"te.txt', "tab\there.txt"}
