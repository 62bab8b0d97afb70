"""One issue from a file: Markdown whose first heading is the title, or GitHub's REST object."""

from __future__ import annotations

import re
from pathlib import Path

from ..domain.errors import SettingsError
from ..domain.issues import Issue
from .github.files import read_issue

_LARGEST = 1024 * 1024
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<title>.*?)(?:\s+#+)?\s*")
_NUMBER = re.compile(r"(?:^|\D)(\d{1,9})(?:\D|$)")


def read_issue_file(path: Path) -> Issue:
    """Return the issue of a file; SettingsError names the file and what is wrong with it."""
    try:
        content = path.read_bytes()[: _LARGEST + 1]
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise SettingsError(f"{path}: larger than {_LARGEST} bytes, which no issue is")
    text = content.decode("utf-8-sig", errors="replace")
    return read_issue(text, path) if text.lstrip().startswith("{") else _of_markdown(text, path)


def _of_markdown(text: str, path: Path) -> Issue:
    """The number is the file name's first ("42-add-area.md"), 0 when it has none."""
    lines = text.splitlines()
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise SettingsError(f"{path}: is empty: write the title as a heading and the issue below it")
    heading = _HEADING.fullmatch(lines[first])
    title = heading["title"] if heading else lines[first].strip()
    number = _NUMBER.search(path.stem)
    return Issue(int(number[1]) if number else 0, title, "\n".join(lines[first + 1 :]).strip())
