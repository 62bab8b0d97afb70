"""Scripts for the model, written from Python: what it says and writes in each attempt on an issue."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from demo.model.scripts import script_path
from demo.seed import SCRIPTS

Turn = Mapping[str, str]
"""The tool's name under `tool`, the rest are its arguments; `text` alone ends the attempt."""


def write(path: str, content: str) -> Turn:
    """Return the turn that writes a whole file."""
    return {"tool": "write_file", "path": path, "content": content}


def edit(path: str, old: str, new: str) -> Turn:
    """Return the turn that replaces one text in a file."""
    return {"tool": "edit_file", "path": path, "old": old, "new": new}


def run(command: str) -> Turn:
    """Return the turn that runs a command in the sandbox."""
    return {"tool": "run_command", "command": command}


def put_script(folder: Path, issue: int, *attempts: Sequence[Turn]) -> None:
    """Write an issue's script; the last attempt is repeated for ever, and each ends with a summary."""
    lines = []
    for turns in attempts:
        lines.append("[[attempts]]")
        for turn in [*turns, {"text": "The change is complete."}]:
            lines.append("[[attempts.turns]]")
            lines += [
                f"{name if name in ('tool', 'text') else f'arguments.{name}'} = {json.dumps(value)}"
                for name, value in turn.items()
            ]
    script_path(folder, issue).write_text("\n".join([*lines, ""]), encoding="utf-8")


def scripts_folder(folder: Path) -> Path:
    """Copy the demo's scripts to a folder that tests may add to."""
    return Path(shutil.copytree(SCRIPTS, folder))
