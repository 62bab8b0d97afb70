"""Rules of gate qic about the repository's own instructions: the files themselves, and what they forbid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ....domain.gates import Finding
from .scene import Scene

INSTRUCTION_FILES = re.compile(
    r"(?:^|/)(?:AGENTS|CLAUDE|GEMINI)\.md$|^(?:docs/|\.github/)?(?-i:CONTRIBUTING)\.(?:md|rst|txt)$"
    r"|^\.github/copilot-instructions\.md$"
    r"|^\.github/(?:instructions|prompts|agents)/|(?:^|/)\.(?:cursorrules|windsurfrules|clinerules|aider\.conf\.yml)$"
    r"|^\.(?:cursor|claude|windsurf|junie)/",
    re.IGNORECASE,
)
"""Files that tell people and agents how to work here."""
_GUIDE = "contributing"

_FORBIDDING = re.compile(
    r"\b(?:never|do\s+not|don['’]t|must\s+not|mustn['’]t|should\s+not|may\s+not|shall\s+not)\s+(?:ever\s+"
    r"|manually\s+|directly\s+|hand-)?(?:edit|touch|modify|change|alter|commit|write\s+to)\b(?P<what>[^\n]{0,400})",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"(?P<what>`[^`\n]{1,200}`(?:\s*(?:,|and|or)\s*`[^`\n]{1,200}`){0,9})\s+(?:is|are|must|should|may)\s+(?:never|not)"
    r"\s+(?:to\s+)?(?:be\s+)?(?:edited|touched|modified|changed|altered|deleted|removed|committed)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:unless|without|except|before|until|if|when|while|but|only|first|in\s+the\s+same|at\s+the\s+same"
    r"|from\s+within|more\s+than|to\s+make|just\s+to|instead)\b",
    re.IGNORECASE,
)
"""A rule with a condition is for the reviewing model: it cannot be checked by paths."""
_SENTENCE_END = re.compile(r"(?<=[a-z)`*])[.;!](?=\s|$)")
_TOKEN = re.compile(
    r"`(?P<span>[^`\s]{2,200})`|(?P<bare>(?:[\w.*-]+/)+[\w.*-]*|[\w-]+\.(?:lock|toml|ya?ml|json|cfg|ini))|(?P<word>\S)"
)
_FILLING = re.compile(
    r"[\s,:(*]+|(?:and|or|nor|the|any|all|anything|everything|generated|files?|folders?|director(?:y|ies)|in|under|inside"
    r"|within|below|of|contents?|delete|remove|rename|move|edit|modify|change|touch|also|manually|directly)\b",
    re.IGNORECASE,
)
"""What may stand before a path that is forbidden as a whole; "never change the API in x.py" is not that."""
_ITEM = re.compile(r"\n\s*(?:[-*+]|\d+[.)])\s+|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Ban:
    """A path that an instruction file forbids to change."""

    path: str
    source: str

    def covers(self, path: str) -> bool:
        """Return whether it forbids this path: a folder, a glob, a file by name or in full."""
        wanted = self.path.removeprefix("./").removeprefix("/")
        folder = wanted.rstrip("*").rstrip("/")
        if wanted.endswith(("/", "/*", "/**")):
            return path.startswith(f"{folder}/")
        if "*" in wanted:
            return fnmatchcase(path, wanted) or fnmatchcase(path.rsplit("/", 1)[-1], wanted)
        return path == wanted or ("/" not in wanted and "." in wanted and path.rsplit("/", 1)[-1] == wanted)


def bans(source: str, text: str) -> tuple[Ban, ...]:
    """Return the paths that "never edit X", "do not touch Y" or "Z must not be changed" name in a text."""
    found: dict[str, Ban] = {}
    for block in _ITEM.split(text):
        line = " ".join(block.split())
        for match in (*_FORBIDDING.finditer(line), *_FORBIDDEN.finditer(line)):
            what = _SENTENCE_END.split(match["what"], maxsplit=1)[0]
            if not _CONDITION.search(re.sub(r"`[^`]*`", "", what)):
                for path in _objects(what):
                    found.setdefault(path, Ban(path, source))
    return tuple(found.values())


def _objects(what: str) -> Iterator[str]:
    """Yield the paths that a sentence goes on with, up to the first word that is about something else."""
    start = 0
    while start < len(what):
        if filling := _FILLING.match(what, start):
            start = filling.end()
            continue
        token = _TOKEN.match(what, start)
        path = token and (token["span"] or token["bare"])
        if not (token and path):
            return
        yield path.rstrip(",;:")
        start = token.end()


def obeyed(scene: Scene) -> Iterator[Finding]:
    """Yield changed paths that the repository's instructions forbid, unless a person approved it."""
    forbidden = [ban for source, text in scene.case.instructions for ban in bans(source, text)]
    for path in dict.fromkeys(path for file in scene.files for path in file.paths):
        ban = next((ban for ban in forbidden if ban.covers(path)), None)
        if ban and not _approved(scene, path):
            yield Finding("against_instructions", f"{ban.source} says not to change {ban.path}", path)


def untouched(scene: Scene) -> Iterator[Finding]:
    """Yield instruction files that are changed though the issue does not name them."""
    for path in dict.fromkeys(path for file in scene.files for path in file.paths):
        asked = scene.names(path) or (_GUIDE in path.lower() and scene.asks(_GUIDE))
        if INSTRUCTION_FILES.search(path) and not asked and not _approved(scene, path):
            yield Finding(
                "instruction_file", "tells agents how to work here; the issue does not name it", path
            )


def _approved(scene: Scene, path: str) -> bool:
    """Return whether a person's newest word on the path, as the ledger holds it, allows it."""
    case, subject = scene.case, f"protected:{path}"
    words = [
        word
        for word in (case.ledger.approvals if case.ledger else ())
        if word.covers(case.repository.node_id, case.issue.number, subject)
    ]
    newest = max(words, key=lambda word: (word.at is not None, word.at, word.id), default=None)
    return newest is not None and newest.granted
