"""Versioned prompt templates, and fences around every untrusted text in them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

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


def one_line(text: str) -> str:
    """Return untrusted text on a single line, so that it cannot pose as a line of ours."""
    return _LINE_BREAKS.sub(" ", sanitize(text)).strip()


def fenced(what: str, text: str) -> str:
    """Return untrusted text between two lines that it cannot contain: their mark depends on it."""
    mark = fence_mark(what, text)
    return f"<<<<<<<< UNTRUSTED {what} {mark}\n{text}\n>>>>>>>> END OF UNTRUSTED {what} {mark}"


def fence_mark(*seeds: str) -> str:
    """Return a mark that nobody can write in advance into the text it is made from."""
    return hashlib.sha256("\0".join(seeds).encode("utf-8", "replace")).hexdigest()[:16]
