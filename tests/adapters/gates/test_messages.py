from __future__ import annotations

import pytest

from include.overnight.adapters.gates.messages import Message, new_messages, read_messages


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("src/a.py:3:1: F401 `os` imported", Message("src/a.py", 3, "F401 `os` imported")),
        ("./src/a.py:3: error: Incompatible  [arg]", Message("src/a.py", 3, "error: Incompatible  [arg]")),
        ("/work/a.js:3:7: Missing semi [Error/semi]", Message("a.js", 3, "Missing semi [Error/semi]")),
        ("a.c:12:5: warning: unused variable 'x'", Message("a.c", 12, "warning: unused variable 'x'")),
        ("src/a.ts(4,7): error TS2322: Type", Message("src/a.ts", 4, "error TS2322: Type")),
        ("\x1b[1ma b.py\x1b[0m:3:1: E1 x", Message("a b.py", 3, "E1 x")),
    ],
)
def test_the_usual_formats_are_read(line, message):
    assert read_messages(f"Checking\n{line}\nFound 1 error.\n") == [message]


def test_ruffs_full_format_is_read():
    said = "F401 [*] `os` imported but unused\n --> src/a.py:1:8\n  |\n1 | import os\n"
    assert read_messages(said) == [Message("src/a.py", 1, "F401 [*] `os` imported but unused")]


def test_notes_and_prose_are_no_messages():
    assert read_messages("a.py:1: note: see here\nall good\nfatal: 12:30\n") == []


def test_a_message_that_moved_to_another_line_or_file_is_not_new():
    base = [Message("a.py", 1, "E1"), Message("old.py", 5, "E2")]
    head = [Message("a.py", 90, "E1"), Message("new.py", 6, "E2")]
    assert new_messages(base, head, {"old.py": "new.py"}) == []


def test_the_same_complaint_once_more_is_new():
    base = [Message("a.py", 1, "E1")]
    head = [Message("a.py", 1, "E1"), Message("a.py", 9, "E1")]
    assert new_messages(base, head, {}) == [Message("a.py", 9, "E1")]


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        (
            "\n/work/src/a.js\n  3:7  error  Missing semicolon  semi\n  4:1  warning  No console\n\n✖ 2\n",
            [
                Message("src/a.js", 3, "error Missing semicolon semi"),
                Message("src/a.js", 4, "warning No console"),
            ],
        ),
        (
            '[{"filePath":"/work/a.js","messages":[{"ruleId":"semi","line":3,"message":"Missing"}]}]',
            [Message("a.js", 3, "Missing semi")],
        ),
        (
            '[{"code":"F401","filename":"/work/a.py","location":{"row":1,"column":8},"message":"unused"}]',
            [Message("a.py", 1, "F401 unused")],
        ),
        (
            "Checking formatting...\n[warn] src/a.js\n[warn] Code style issues found\n",
            [Message("src/a.js", 0, "warn")],
        ),
        ("would reformat a.py\nOh no!\n", [Message("a.py", 0, "would reformat")]),
        (
            "In run.sh line 3:\necho $x\n     ^-- SC2086 (info): Double quote\n",
            [Message("run.sh", 3, "SC2086 (info): Double quote")],
        ),
        (
            "warning: unused variable: `x`\n --> src/main.rs:2:9\n  |\n",
            [Message("src/main.rs", 2, "warning: unused variable: `x`")],
        ),
        (
            "main.go:3:2: x declared and not used (typecheck)",
            [Message("main.go", 3, "x declared and not used (typecheck)")],
        ),
        (
            "************* Module a\na.py:1:0: C0114: Missing docstring",
            [Message("a.py", 1, "C0114: Missing docstring")],
        ),
        ("[]", []),
        ("[{broken", []),
    ],
)
def test_each_linters_own_format_is_read(said, messages):
    assert read_messages(said) == messages


def test_a_message_that_names_another_line_is_the_same_when_that_line_moves():
    base = [Message("a.py", 5, "F811 redefinition of unused 'x' from line 3")]
    head = [Message("a.py", 6, "F811 redefinition of unused 'x' from line 4")]
    assert new_messages(base, head, {}) == []
