"""What the builder is told: versioned templates, with every untrusted text fenced in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from ...domain.changes import Commission
from ...domain.sanitizing import sanitize

_FOLDER = Path(__file__).parents[2] / "settings" / "prompts"
_FRONT_MATTER = re.compile(r"\A---\nversion: (?P<version>\S+)\n---\n(?P<text>.*)\Z", re.DOTALL)
_ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701
_LINE_BREAKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template and the version that goes into every attempt's record."""

    version: str
    text: str

    def render(self, **values: object) -> str:
        """Fill the template; a value that is missing is an error, not an empty place."""
        return _ENVIRONMENT.from_string(self.text).render(**values)


@cache
def load_prompt(name: str) -> Prompt:
    """Return a prompt of settings/prompts; ValueError when its front matter has no version."""
    path = _FOLDER / f"{name}.md"
    match = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path.name} must begin with front matter `version: NAME/NUMBER`")
    return Prompt(match["version"], match["text"].strip() + "\n")


def task_prompt(commission: Commission) -> str:
    """Return the first user message of one attempt."""
    issue = commission.issue
    body = sanitize(issue.body).strip() or "(the issue has no text)"
    mark = _fence_mark(commission, body)
    return load_prompt("build_task").render(
        repository=commission.repository.full_name,
        number=issue.number,
        title=one_line(issue.title),
        attempt=commission.attempt,
        tier=commission.tier,
        author=one_line(issue.author) or "an unknown person",
        body=body,
        fence_open=f"<<<<<<<< UNTRUSTED ISSUE TEXT {mark}",
        fence_close=f">>>>>>>> END OF UNTRUSTED ISSUE TEXT {mark}",
        commands=[(name, command) for name, command in commission.commands if command],
        instructions=[(path, text.strip()) for path, text in commission.instructions],
        lessons=[one_line(lesson) for lesson in commission.lessons],
        plan=commission.plan.strip(),
        feedback=commission.feedback.strip(),
    )


def one_line(text: str) -> str:
    """Return untrusted text on a single line, so that it cannot pose as a line of ours."""
    return _LINE_BREAKS.sub(" ", sanitize(text)).strip()


def _fence_mark(commission: Commission, body: str) -> str:
    """A mark that nobody can write in advance: it depends on the night and on the text it fences in."""
    seed = f"{commission.night}\0{commission.issue.number}\0{commission.attempt}\0{body}"
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:16]
