"""Apply what a script's model would do to a tree, without a server, a builder or a sandbox."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .scripts import Attempt, ScriptError


def replay(attempt: Attempt, tree: Path) -> list[str]:
    """Carry out the file edits of an attempt and return the paths it wrote; commands are never run.

    :raises ScriptError: an edit's old text is not in its file exactly once.
    """
    written = []
    for turn in attempt.turns:
        for call in turn.calls:
            if edit := EDITS.get(call.tool):
                edit(tree / call.arguments["path"], call.arguments)
                written.append(call.arguments["path"])
    return written


def _write(path: Path, arguments: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(arguments["content"], encoding="utf-8")


def _edit(path: Path, arguments: Mapping[str, Any]) -> None:
    text = path.read_text(encoding="utf-8")
    if (times := text.count(arguments["old"])) != 1:
        raise ScriptError(f"{path.name} holds the old text {times} times: {arguments['old']!r}")
    path.write_text(text.replace(arguments["old"], arguments["new"]), encoding="utf-8")


EDITS: Mapping[str, Callable[[Path, Mapping[str, Any]], None]] = {"write_file": _write, "edit_file": _edit}
