"""Read what the model says to each issue from `012.toml`, and to anything else from `replies.toml`.

A script has one `[[attempts]]` per attempt, with `[[attempts.turns]]` that hold `text`, one call (`tool` and
`arguments`) or several `calls`, or a `refusal`. `tier` and `model` (a regular expression) keep an attempt for
some requests; `calls_as` ("fence" or "tag") writes its calls into the text, as small local servers do.
`[[replies]]` come first: where the regular expression `when` is found in the system and user text, the answer
is `text`, or `arguments` through `tool`, through the request's result tool, or as plain JSON without either.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED_REPLIES = "replies.toml"


class ScriptError(Exception):
    """No script fits the request, or its file is malformed; the message names the file and what it lacks."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of one of the builder's tools."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One assistant message: words, tool calls, or both; or the words of a refusal."""

    text: str | None
    calls: tuple[ToolCall, ...]
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The turns of one attempt, told to every tier and model or only to those it names."""

    turns: tuple[Turn, ...]
    tier: str | None
    model: str | None
    """A regular expression over the requested model's whole name."""
    calls_as: str = ""

    def fits(self, tier: str, model: str) -> bool:
        return self.tier in (None, tier) and (
            self.model is None or re.fullmatch(self.model, model) is not None
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """A single answer to any request whose system and user text matches `when`."""

    when: re.Pattern[str]
    text: str | None
    tool: str | None
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Script:
    """Everything the model has to say about one issue."""

    attempts: tuple[Attempt, ...]
    replies: tuple[Reply, ...]

    def attempt(self, number: int, tier: str, model: str) -> Attempt | None:
        """Return the attempt of that number, from 1, among those that fit; past the end the last repeats."""
        fitting = [attempt for attempt in self.attempts if attempt.fits(tier, model)]
        return fitting[min(number, len(fitting)) - 1] if fitting else None


def script_path(folder: Path, issue: int) -> Path:
    """Return where the script of an issue is kept, whether or not it exists."""
    return folder / f"{issue:03d}.toml"


def load_script(path: Path) -> Script:
    """Read one script.

    :raises ScriptError: the file is missing, is not TOML, or has a turn that says and does nothing.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        attempts = tuple(_attempt(entry) for entry in raw.get("attempts", ()))
        return Script(attempts, tuple(_replies(raw.get("replies", ()))))
    except FileNotFoundError as error:
        raise ScriptError(f"no script {path.name} in {path.parent}: write one for this issue") from error
    except (tomllib.TOMLDecodeError, KeyError, ValueError, re.error) as error:
        raise ScriptError(f"script {path.name} cannot be read: {error}") from error


def _attempt(raw: Mapping[str, Any]) -> Attempt:
    turns = tuple(_turn(entry) for entry in raw["turns"])
    return Attempt(turns, raw.get("tier"), raw.get("model"), raw.get("calls_as", ""))


def _turn(raw: Mapping[str, Any]) -> Turn:
    entries = [raw] if "tool" in raw else raw.get("calls", ())
    calls = tuple(ToolCall(entry["tool"], entry.get("arguments", {})) for entry in entries)
    if not calls and not raw.get("text") and not raw.get("refusal"):
        raise ValueError("a turn needs `text`, a `tool`, `calls` or a `refusal`")
    return Turn(raw.get("text"), calls, raw.get("refusal"))


def _replies(raw: Iterable[Mapping[str, Any]]) -> Iterable[Reply]:
    for entry in raw:
        if "text" not in entry and "arguments" not in entry:
            raise ValueError("a reply needs `text` or `arguments`")
        when = re.compile(entry["when"], re.IGNORECASE | re.DOTALL)
        yield Reply(when, entry.get("text"), entry.get("tool"), entry.get("arguments"))
