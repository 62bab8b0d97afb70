"""Ways to look at an issue: each says in words what it found, or ""."""

from __future__ import annotations

import re
from collections.abc import Callable

from .issues import Issue

Finder = Callable[[Issue], str]

_READ = 16 * 1024
"""Characters of a body that are looked at."""


def label(*names: str) -> Finder:
    """Find a label by its name, with or without a prefix such as "type: " or "area/"."""
    pattern = re.compile(rf"(?:[\w .-]{{1,30}}[:/]\s*)?(?:{'|'.join(names)})")

    def find(issue: Issue) -> str:
        return next((f"label `{name}`" for name in sorted(issue.label_names) if pattern.fullmatch(name)), "")

    return find


def issue_type(*names: str) -> Finder:
    """Find GitHub's issue type by its name."""

    def find(issue: Issue) -> str:
        return f"issue type “{issue.issue_type}”" if issue.issue_type.strip().lower() in names else ""

    return find


def title(pattern: str) -> Finder:
    """Find a pattern in the title."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def find(issue: Issue) -> str:
        found = compiled.search(issue.title[:500])
        return f"title says “{found[0].strip()}”" if found else ""

    return find


def body(pattern: str) -> Finder:
    """Find a pattern in the beginning of the body."""
    compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)

    def find(issue: Issue) -> str:
        found = compiled.search(issue.body, 0, _READ)
        return f"body says “{' '.join(found[0].split())}”" if found else ""

    return find


def body_longer_than(characters: int) -> Finder:
    """Find a body longer than this."""

    def find(issue: Issue) -> str:
        length = len(issue.body)
        return f"the description has {length} characters" if length > characters else ""

    return find


def tasks_at_least(count: int) -> Finder:
    """Find a body with this many task-list items."""
    pattern = re.compile(r"^[^\S\n]{0,8}[-*+] \[[ xX]\] ", re.MULTILINE)

    def find(issue: Issue) -> str:
        tasks = len(pattern.findall(issue.body, 0, _READ))
        return f"the description lists {tasks} tasks" if tasks >= count else ""

    return find


def otherwise(words: str) -> Finder:
    """Apply to every issue."""
    return lambda issue: words
