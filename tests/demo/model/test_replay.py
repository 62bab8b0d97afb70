"""Edits of a script, applied to a tree."""

import pytest

from demo.model.replay import replay
from demo.model.scripts import Attempt, ScriptError, ToolCall, Turn


def attempt(*calls):
    return Attempt((Turn(None, tuple(ToolCall(tool, arguments) for tool, arguments in calls)),), None, None)


def test_files_are_written_and_edited_and_commands_left_alone(tmp_path):
    done = replay(
        attempt(
            ("write_file", {"path": "docs/new.md", "content": "one two\n"}),
            ("edit_file", {"path": "docs/new.md", "old": "two", "new": "three"}),
            ("run_command", {"command": "rm -r docs"}),
        ),
        tmp_path,
    )
    assert done == ["docs/new.md", "docs/new.md"]
    assert (tmp_path / "docs" / "new.md").read_text() == "one three\n"


@pytest.mark.parametrize("text", ["", "two two"])
def test_an_edit_needs_its_old_text_exactly_once(tmp_path, text):
    (tmp_path / "a.md").write_text(text)
    with pytest.raises(ScriptError, match="times"):
        replay(attempt(("edit_file", {"path": "a.md", "old": "two", "new": "three"})), tmp_path)
