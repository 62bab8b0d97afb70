"""Estimate what an issue touches, and say of it what model selection asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from .issues import Issue
from .milestones import is_near
from .models import ModelSelectionContext
from .plans import Classification, SequenceType

_WORD = re.compile(r"[\w./-]{3,200}")
_MULTI_AGENT = re.compile(r"\bmulti-?agent|agents? coordinat|coordinat\w+ agents?\b", re.IGNORECASE)
_HEAVY = re.compile(
    r"\b(rewrite|overhaul|large[- ]scale|heavy|migrate everything|codebase-wide)\b", re.IGNORECASE
)
_REASONING = re.compile(
    r"\b(race condition|deadlock|concurren\w+|algorithm\w*|invariants?|proof|complex reasoning)\b",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000


def files_named(issue: Issue, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the repository's paths that the issue names: in full, by file name, by module or by folder."""
    words = set(_WORD.findall(f"{issue.title}\n{issue.body[:_LOOKED_AT]}"))
    words |= {word.strip(".") for word in words}
    return tuple(path for path in paths if not words.isdisjoint(_names_of(path)))


def _names_of(path: str) -> set[str]:
    name = path.rsplit("/", 1)[-1]
    stem = path.rsplit(".", 1)[0]
    names = {path, name, stem.replace("/", ".")}
    names.add(stem.removeprefix("src/").replace("/", "."))
    folders = path.split("/")[:-1]
    names |= {"/".join(folders[: depth + 1]) + "/" for depth in range(len(folders))}
    return {text for text in names if len(text) >= 4}


def selection_context(
    issue: Issue, classification: Classification, files_affected: int, now: datetime
) -> ModelSelectionContext:
    """Return what `select_model` needs to know of an issue."""
    text = f"{issue.title}\n{issue.body[:_LOOKED_AT]}"
    return ModelSelectionContext(
        task_type=str(classification.sequence_type),
        complexity=str(classification.complexity),
        files_affected=files_affected,
        is_architecture_task=classification.sequence_type is SequenceType.ARCHITECTURE,
        is_governance_task=classification.sequence_type is SequenceType.GOVERNANCE,
        is_multi_agent=bool(_MULTI_AGENT.search(text)),
        is_milestone_nearing=is_near(issue, now),
        is_heavy_task=bool(_HEAVY.search(text)),
        needs_complex_reasoning=bool(_REASONING.search(text)),
        labels=issue.labels,
    )


_ALWAYS_TOKENS = 16_000
"""Prompt, tools, instruction files, one answer and a few exchanges."""
_TOKENS_A_FILE = 3_000
_FILES_HELD = 30
"""A builder reads wider changes piece by piece, and its conversation is compacted."""
_CHARACTERS_A_TOKEN = 3
"""English prose has four or more, code and other scripts fewer."""
_LONGEST_ISSUE = 65_536
"""Characters that GitHub allows in a body."""


def tokens_needed(issue_characters: int, files_affected: int) -> int:
    """Return the context window that an issue asks for, in tokens; an upper estimate, at most 128,000."""
    issue = -(-min(issue_characters, _LONGEST_ISSUE) // _CHARACTERS_A_TOKEN)
    return _ALWAYS_TOKENS + issue + _TOKENS_A_FILE * min(files_affected, _FILES_HELD)
