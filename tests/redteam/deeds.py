"""What a change does to a work tree, in small pieces that can be put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Deed = Callable[[Path], object]
SPDX = "# SPDX-License-Identifier: MIT\n"


def writes(path: str, content: str | bytes) -> Deed:
    """Write one file, its folders too."""

    def deed(tree: Path) -> None:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content.encode() if isinstance(content, str) else content)

    return deed


def adds(path: str, text: str) -> Deed:
    """Put text behind what a file holds."""

    def deed(tree: Path) -> None:
        with (tree / path).open("a") as file:
            file.write(text)

    return deed


def swaps(path: str, old: str, new: str) -> Deed:
    """Replace text that must be there."""

    def deed(tree: Path) -> None:
        text = (tree / path).read_text()
        assert old in text, f"{path} does not hold {old!r}"
        (tree / path).write_text(text.replace(old, new))

    return deed


def deletes(*paths: str) -> Deed:
    """Delete files."""

    def deed(tree: Path) -> None:
        for path in paths:
            (tree / path).unlink()

    return deed


def moves(old: str, new: str) -> Deed:
    """Move a file."""

    def deed(tree: Path) -> None:
        (tree / new).parent.mkdir(parents=True, exist_ok=True)
        (tree / old).rename(tree / new)

    return deed


def links(path: str, target: str) -> Deed:
    """Make a symbolic link."""

    def deed(tree: Path) -> None:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).symlink_to(target)

    return deed


def script(path: str, text: str) -> Deed:
    """Write an executable file."""

    def deed(tree: Path) -> None:
        writes(path, text)(tree)
        (tree / path).chmod(0o755)

    return deed


def together(*deeds: Deed) -> Deed:
    """Do one thing after the other."""

    def deed(tree: Path) -> None:
        for one in deeds:
            one(tree)

    return deed


def one_test(body: str, name: str = "more") -> Deed:
    """Add a file with one test to the Python project."""
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    return writes(f"tests/test_{name}.py", f"{SPDX}def test_{name}():\n{lines}")
