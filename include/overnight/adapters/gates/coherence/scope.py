"""Rules of gate qic about which files a change touches: too few, too many, the wrong ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....domain.estimating import files_named
from ....domain.gates import Finding
from ....ports import Case
from ...git.trees import git_of
from ..diffs import FileDiff
from .scene import Scene, is_test

UNRELATED_ALLOWED = 10
"""Files beside the ones the issue names that a change may always touch."""
UNRELATED_PER_RELATED = 3
"""… and as many more for each file that has to do with the issue."""
_WIDE = (
    r"renam\w*|everywhere|(?:all|every|each)(?: the| of the)?(?: \w+)? (?:files?|modules?|classes|functions?"
    r"|packages?|imports?|tests?|pages?|places?)|across|codebase|repository-wide|project-wide|reformat\w*|migrat\w*"
    r"|headers?|licen[cs]e\w*|upgrad\w*|rewrit\w*|overhaul\w*|restructur\w*|reorgani[sz]\w*"
)
"""Words with which an issue asks for many files."""
_COMPANION = re.compile(
    r"(?i)(?:^|/)(?:docs?|changelog[^/]*|changes|news[^/]*|readme[^/]*|examples?)(?:[/.]|$)"
)
_WORD = re.compile(r"[a-z]{4,}")


def empty(scene: Scene) -> Iterator[Finding]:
    """Yield a finding for a change that changes nothing."""
    if not scene.files:
        yield Finding("empty", "the change is empty")


def size(scene: Scene) -> Iterator[Finding]:
    """Yield a finding for each limit of the order that is crossed."""
    yield from oversized(scene.case)


def oversized(case: Case) -> Iterator[Finding]:
    """Yield a finding for each limit of the order that is crossed; gate governance asks it too."""
    limits, change = case.order.limits, case.change
    if len(change.files) > limits.max_changed_files:
        told = f"{len(change.files)} files changed; limits.max_changed_files is {limits.max_changed_files}"
        yield Finding("size", told)
    lines, most = change.insertions + change.deletions, limits.max_changed_lines
    if lines > most:
        yield Finding("size", f"{lines} lines changed; limits.max_changed_lines is {most}")


def out_of_scope(scene: Scene) -> Iterator[Finding]:
    """Fail a change that wanders off: the issue names files, and far more of the change is elsewhere.

    Only a clear case fails. The issue must name a file of the repository and none of the words that ask for
    many; related is what it names, what lies in the same folder, tests, documentation, and whatever shares a
    word with it.
    """
    beside = unrelated(scene)
    related = len(scene.files) - len(beside)
    if len(beside) > max(UNRELATED_ALLOWED, UNRELATED_PER_RELATED * related):
        told = f"{len(beside)} of {len(scene.files)} files have nothing to do with what the issue names"
        yield Finding("out_of_scope", f"{told}: {', '.join(beside[:5])}, …")


def unrelated(scene: Scene) -> list[str]:
    """Return the paths that the issue cannot be seen to mean; [] when it names no file or asks for many."""
    if len(scene.files) <= 1 or scene.asks(_WIDE):
        return []
    known = {path for file in scene.files for path in file.paths}.union(_tracked_files(scene))
    named = files_named(scene.case.issue, sorted(known))
    if not named:
        return []
    near = {path.rpartition("/")[0] for path in named if "/" in path}
    words = set(_WORD.findall(scene.asked))
    return [file.path for file in scene.files if not _related(file, named, near, words)]


def _related(file: FileDiff, named: tuple[str, ...], near: set[str], words: set[str]) -> bool:
    path = file.path
    if any(name in named for name in file.paths) or path.rpartition("/")[0] in near:
        return True
    if is_test(path) or _COMPANION.search(path):
        return True
    return bool(words.intersection(_WORD.findall(path.lower())))


def _tracked_files(scene: Scene) -> list[str]:
    ask = git_of(scene.case.head).ask
    return ask("list files", "ls-tree", "-rz", "--name-only", scene.case.change.base.sha).fields


def tracked(scene: Scene, path: str) -> bool:
    """Return whether the base holds a path, file or folder."""
    sha = scene.case.change.base.sha
    return bool(git_of(scene.case.head).ask("look for a folder", "ls-tree", "-z", sha, "--", path).fields)
