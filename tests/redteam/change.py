"""A change as data: what it does, to which project, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from include.overnight.domain.issues import Issue
from include.overnight.ports import Case

from .deeds import Deed

COMMIT = "commit"
"""Stopped before any gate: the workspace refuses to make a commit of it."""
ISSUE = Issue(
    1,
    "The shelf must know what is on it",
    "What `pantry/shelf.py`, `src/shelf.js` and `bin/total` count should be right.",
)

Told = Callable[[Case], Case]


def nothing_told(case: Case) -> Case:
    """Return the case as it is."""
    return case


@dataclass(frozen=True, slots=True)
class Hostile:
    """A change that must be stopped.

    :param by: the gate that must fail, or COMMIT.
    :param word: must stand in its reason or in one of its findings.
    :param told: puts facts of the ledger, the remote or the order into the case.
    :param smuggled: committed by plain git, past everything that the workspace refuses.
    :param seconds: wall clock that the repository's commands are given.
    """

    name: str
    does: Deed
    by: str
    word: str
    project: str = "python"
    issue: Issue = ISSUE
    told: Told = nothing_told
    smuggled: bool = False
    seconds: float = 60.0
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Honest:
    """A change that must pass every gate, or find it not applicable."""

    name: str
    does: Deed
    project: str = "python"
    issue: Issue = ISSUE
    told: Told = nothing_told
