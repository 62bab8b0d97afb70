"""The repository of the desktop's night: a few lines, four small issues, and what the models say to each."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from .forge.forge import Forge

REPOSITORY = "acme/spoons"
FILES = {
    "spoons.py": 'TABLE = 15\n"""Millilitres of a tablespoon."""\n',
    "test_spoons.py": (
        "import unittest\n\nfrom spoons import TABLE\n\n\n"
        "class SpoonTest(unittest.TestCase):\n"
        "    def test_a_tablespoon_holds_15_millilitres(self):\n"
        "        self.assertEqual(TABLE, 15)\n"
    ),
    "README.md": "# spoons\n\nHow much a spoon holds.\n",
    "CHANGELOG.md": "# Changes\n",
    ".overnight.yml": "test: python -m unittest -q\n",
}
SPOONS = {1: ("tea", 5), 2: ("dessert", 10), 3: ("coffee", 3), 4: ("soup", 20)}
"""Issue → the spoon it asks for, and its millilitres."""


def plant(forge: Forge, folder: Path) -> None:
    """Create the repository and its issues."""
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    owner, name = REPOSITORY.split("/")
    forge.create_repository(owner, name, folder)
    for number, (spoon, millilitres) in SPOONS.items():
        forge.create_issue(
            REPOSITORY,
            f"Say how much a {spoon} spoon holds",
            f"`{spoon.upper()}` in `{spoon}.py` is {millilitres} millilitres.",
            number=number,
            author="ann",
            author_association="OWNER",
        )


def write_scripts(folder: Path) -> Path:
    """Write what every model says to each issue; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (spoon, millilitres) in SPOONS.items():
        text = f'"""How much a {spoon} spoon holds."""\n\n{spoon.upper()} = {millilitres}\n'
        turns = (
            {"tool": "write_file", "path": f"{spoon}.py", "content": text},
            {"tool": "run_command", "command": "python -m unittest -q"},
            {"text": f"{spoon}.py says how much a {spoon} spoon holds."},
        )
        (folder / f"{number:03}.toml").write_text(_script(turns), encoding="utf-8")
    return folder


def _script(turns: Iterable[Mapping[str, str]]) -> str:
    lines = ["[[attempts]]"]
    for turn in turns:
        lines.append("[[attempts.turns]]")
        lines += [
            f"{key if key in ('tool', 'text') else f'arguments.{key}'} = {json.dumps(value)}"
            for key, value in turn.items()
        ]
    return "\n".join([*lines, ""])
