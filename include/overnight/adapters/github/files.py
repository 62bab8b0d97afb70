"""Issues from a file of GitHub REST issue objects: a JSON array or JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...domain.errors import SettingsError
from ...domain.issues import Issue, Milestone, split_full_name


def read_issues_file(path: Path) -> tuple[tuple[Issue, ...], str]:
    """Return the open issues of a file (pull requests left out) and the repository they tell of ("" if none).

    :raises SettingsError: naming the file, and the line or element that is wrong.
    """
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    issues: dict[int, Issue] = {}
    repository = ""
    for where, data in _objects(text, path):
        if not isinstance(data, Mapping) or not _is_number(data.get("number")):
            raise SettingsError(f"{path}: {where}: not a GitHub issue object (it needs an integer `number`)")
        repository = repository or _repository(data)
        if "pull_request" not in data and _text(data, "state", "open") == "open":
            issues[data["number"]] = _issue(data)
    return tuple(issues.values()), repository


def read_issue(text: str, path: Path) -> Issue:
    """Return one REST issue object, open or closed; SettingsError when it is none."""
    data = _parse(text, f"{path}: ")
    if not isinstance(data, Mapping) or not _is_number(data.get("number")):
        raise SettingsError(f"{path}: not a GitHub issue object (it needs an integer `number`)")
    return _issue(data)


def _objects(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    if text.lstrip().startswith("["):
        for index, data in enumerate(_parse(text, f"{path}: ")):
            yield f"element {index}", data
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parse(line, f"{path}: line {number}: ")


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        expected = "write a JSON array of GitHub issues, or one issue a line"
        raise SettingsError(f"{where}not valid JSON ({error}): {expected}") from error


def _issue(data: Mapping[str, Any]) -> Issue:
    kind = data.get("type")
    labels = data.get("labels") or ()
    return Issue(
        number=data["number"],
        title=_text(data, "title"),
        body=_text(data, "body"),
        author=_login(data.get("user")),
        author_association=_text(data, "author_association", "NONE"),
        labels=tuple(name for name in map(_label, labels if isinstance(labels, list) else ()) if name),
        issue_type=_text(kind, "name") if isinstance(kind, Mapping) else "",
        created_at=_moment(data.get("created_at")),
        updated_at=_moment(data.get("updated_at")),
        milestone=_milestone(data.get("milestone")),
        url=_text(data, "html_url"),
        node_id=_text(data, "node_id"),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _text(data: Mapping[str, Any], key: str, default: str = "") -> str:
    value = data.get(key)
    return value if isinstance(value, str) else default


def _login(user: object) -> str:
    return _text(user, "login") if isinstance(user, Mapping) else ""


def _label(label: object) -> str:
    return _text(label, "name") if isinstance(label, Mapping) else label if isinstance(label, str) else ""


def _milestone(data: object) -> Milestone | None:
    if not isinstance(data, Mapping):
        return None
    return Milestone(_text(data, "title"), due_on=_moment(data.get("due_on")))


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _repository(data: Mapping[str, Any]) -> str:
    _, found, name = _text(data, "repository_url").rpartition("/repos/")
    try:
        return "/".join(split_full_name(name)) if found else ""
    except ValueError:
        return ""
