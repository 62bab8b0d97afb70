"""Pull request bodies: the template filled in, and cut where it hurts least."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from ...domain.descriptions import Description, fence_for
from ...domain.gates import GateStatus
from ...domain.lines import one_line
from .markers import LONGEST_BODY, fitted

__all__ = ["Description", "describe"]

_TEMPLATE = Path(__file__).parents[2] / "settings" / "templates" / "pull_request.md"
_FRONT_MATTER = re.compile(r"\A---\nversion: \S+\n---\n")
_ROOM = LONGEST_BODY - 512
"""What a body may have before marks are put in front and secrets replaced by longer words."""
_MARKS = {
    GateStatus.PASS: "✅ pass",
    GateStatus.FAIL: "❌ fail",
    GateStatus.NOT_APPLICABLE: "➖ not applicable",
}


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of what can be long is shown."""

    plan: int
    summary: int
    attempts: int
    files: int


_ROOMS = (
    _Room(plan=40_000, summary=8_000, attempts=60, files=100),
    _Room(plan=20_000, summary=4_000, attempts=40, files=50),
    _Room(plan=6_000, summary=1_500, attempts=20, files=20),
    _Room(plan=0, summary=300, attempts=10, files=5),
)
"""Widest first: the plan gives way before what a reviewer needs most."""


def describe(description: Description) -> str:
    """Return the body of a pull request, at most what GitHub takes; the way to reproduce stays in it."""
    for room in _ROOMS:
        body = _filled(description, room)
        if len(body) <= _ROOM:
            return body
    return fitted(body, _ROOM)


def _filled(description: Description, room: _Room) -> str:
    plan, summary = _cut(description.plan, room.plan), _cut(description.summary, room.summary)
    attempts = description.attempts[-room.attempts :]
    text = _template().render(
        issue=description.issue,
        night=description.night,
        branch=description.branch,
        head_sha=description.head_sha,
        base=description.base,
        base_sha=description.base_sha,
        stacked_on=description.stacked_on,
        joined=description.joined,
        files=description.files,
        shown_files=room.files,
        insertions=description.insertions,
        deletions=description.deletions,
        gates=description.gates,
        marks=_MARKS,
        merging=description.merging,
        plan=plan,
        summary=summary,
        fence=fence_for((plan, summary)),
        attempts=attempts,
        first_attempt=len(description.attempts) - len(attempts) + 1,
        cost_usd=description.cost_usd,
        advice_usd=description.advice_usd,
    )
    return text.strip() + "\n"


@cache
def _template() -> Template:
    environment = Environment(  # noqa: S701  Markdown: the filters below say what is code
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["cell"] = _cell
    environment.filters["code"] = lambda text: f"`{_cell(text) or ' '}`"
    return environment.from_string(_FRONT_MATTER.sub("", _TEMPLATE.read_text(encoding="utf-8")))


def _cell(text: object) -> str:
    """Foreign words in a table: nothing in them links, mentions, hides or ends the cell."""
    return one_line(str(text), 300).replace("|", "\\|")


def _cut(text: str, longest: int) -> str:
    """Return text that stays inside a code fence, its end cut off visibly."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) <= longest:
        return plain
    return f"{plain[:longest].rstrip()}\n[cut: {len(plain) - longest} more characters]" if longest else ""
