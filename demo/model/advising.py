"""Answer the advisor's three questions from what it shows: a review with quotes, no tests, a short plan."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .scripts import Reply

QUESTION = re.compile(r"You (review one change|write tests|write the architecture plan)")
_FENCE = re.compile(
    r"^<{8} UNTRUSTED (?P<what>[^\n]+?) (?P<mark>[0-9a-f]{16})\n(?P<text>.*?)\n"
    r">{8} END OF UNTRUSTED (?P=what) (?P=mark)$",
    re.DOTALL | re.MULTILINE,
)
_TITLE = re.compile(r"^Title: (.+)$", re.MULTILINE)
_CRITERION = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{2,}")
_EMPTY = re.compile(r"\s*(?:from\s|import\s|#|[\W_]*$)")
_NEW_LINE, _NO_FILES = "\n", "(no files)"
_STEM = 5
"""Letters by which two words are the same one: `converts` and `conversion`."""


def advice(prompt: str) -> Reply | None:
    """Return the answer to one of the advisor's questions, None for any other prompt.

    :param prompt: the first words of the user; the question begins them.
    """
    asked = QUESTION.match(prompt)
    return _ANSWERS[asked[1]](_FENCE.sub("", prompt), _shown(prompt)) if asked else None


def _shown(question: str) -> dict[str, str]:
    """Return every untrusted text by what it is; a fence inside another one's text is that one's text."""
    return {found["what"]: found["text"] for found in _FENCE.finditer(question)}


def _review(question: str, shown: Mapping[str, str]) -> Reply:
    """Judge each criterion by the added line that shares most words with it; no added line, nothing met."""
    _, _, listed = question.partition("# Acceptance criteria")
    criteria = _CRITERION.findall(listed.partition("\n# ")[0])
    lines = list(_added(shown.get("DIFF", "")))
    judged = [_judged(number, text, lines) for number, text in enumerate(criteria, 1)]
    return _said({"judgements": judged, "out_of_scope": [], "against_instructions": []})


def _judged(number: int, criterion: str, lines: Sequence[tuple[str, str]]) -> dict[str, Any]:
    if not lines:
        return {"number": number, "met": False, "comment": "The diff adds no line that could do this."}
    wanted = _stems(criterion)
    path, line = max(lines, key=lambda pair: (len(wanted & _stems(pair[1])), "test" not in pair[0]))
    return {
        "number": number,
        "met": True,
        "quote": line.strip(),
        "path": path,
        "comment": f"{path} does what is asked.",
    }


def _added(diff: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each added line that says something."""
    path = ""
    for line in diff.splitlines():
        if line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif line.startswith("+") and path and not _EMPTY.match(line[1:]):
            yield path, line[1:]


def _stems(text: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(text)}


def _tests(_: str, __: Mapping[str, str]) -> Reply:
    return _said({"files": []})


def _plan(question: str, shown: Mapping[str, str]) -> Reply:
    title = found[1] if (found := _TITLE.search(question)) else "the issue"
    files = [path for path in shown.get("FILE LIST", "").split("\n") if path and path != _NO_FILES][:8]
    changes = [f"- `{path}`: what the issue asks for, and nothing else." for path in files]
    changes = changes or ["- A new module of its own; no existing file changes its behaviour."]
    failures = [text for what, text in shown.items() if what.startswith("FAILURE")]
    again = "".join(f" The last time it failed: {_first_line(text)}." for text in failures[-1:])
    plan = f"""\
## Approach
{title}: the smallest change to the module that owns it, callers left alone.{again}

## Changes
{_NEW_LINE.join(changes)}

## Tests
- A new file below `tests/` that fails before the change and passes after it.

## Risks
- Other callers of the same functions; the whole suite is run before the end.
"""
    return Reply(QUESTION, plan, None, None)


def _first_line(text: str) -> str:
    """Return the first line of a failure as words that open no fence and end no sentence of ours."""
    return text.strip().split("\n")[0][:160].replace("`", "").rstrip(".")


def _said(arguments: Mapping[str, Any]) -> Reply:
    return Reply(QUESTION, None, None, arguments)


_ANSWERS: Mapping[str, Callable[[str, Mapping[str, str]], Reply]] = {
    "review one change": _review,
    "write tests": _tests,
    "write the architecture plan": _plan,
}
