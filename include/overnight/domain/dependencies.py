"""What an issue waits for: GitHub's own links, sub-issues, task lists, and what its text says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .issues import Dependency, Issue, IssueRef, Source
from .phrases import leading_references, leads_in, said_in, squeeze, task_references
from .prose import MAX_CHARACTERS, Block, Place, read_prose, read_title

MAX_DEPENDENCIES = 500
"""More than a person writes; a hostile body must not cause thousands of look-ups."""

_WORTH_PARSING = re.compile(r"#[0-9]|GH-[0-9]|/(?:issues|pulls?)/[0-9]", re.IGNORECASE)


def read_dependencies(issue: Issue, *, repository: str) -> tuple[Dependency, ...]:
    """Return the union of what an issue waits for, each reference once, in the order read.

    Native links come first, then sub-issues, then the text in its own order; the first source is kept.
    Total: no text raises, and only the first 256 KiB of a body are read.

    :param repository: "owner/name" the issue is in; references to it by full name are local ones.
    """
    local = repository.strip().lower()
    own = IssueRef(issue.number)
    found: dict[IssueRef, Dependency] = {}
    for dependency in _all_of(issue, own):
        ref = localized(dependency.ref, local)
        if ref != own and len(found) < MAX_DEPENDENCIES:
            found.setdefault(ref, Dependency(ref, dependency.source, dependency.phrase))
    return tuple(found.values())


def localized(ref: IssueRef, repository: str) -> IssueRef:
    """Return the reference as seen from `repository` (lower case): its own issues carry no name."""
    name = ref.repository.strip().lower()
    return IssueRef(ref.number, "" if name == repository else name)


def _all_of(issue: Issue, own: IssueRef) -> Iterator[Dependency]:
    yield from (Dependency(ref, Source.NATIVE) for ref in issue.blocked_by)
    yield from (Dependency(ref, Source.SUB_ISSUE) for ref in issue.sub_issues)
    if _WORTH_PARSING.search(issue.title):
        yield from _said([read_title(issue.title)], own)
    if _WORTH_PARSING.search(issue.body, 0, MAX_CHARACTERS):
        yield from _said(read_prose(issue.body), own)


def _said(blocks: Iterable[Block], own: IssueRef) -> Iterator[Dependency]:
    """Yield what prose says; a block such as "Depends on:" announces the list or the line that follows it."""
    announced: _Announced | None = None
    for block in blocks:
        if announced and announced.covers(block):
            if block.open_task is not False:
                yield from announced.read(block)
            announced = replace(announced, listed=True) if block.place is Place.ITEM else None
        else:
            announced = None
        yield from _in_block(block, own)
        if phrase := leads_in(block.text):
            announced = _Announced(phrase, block.depth)


@dataclass(frozen=True, slots=True)
class _Announced:
    """A phrase that waits for its references: one line, or the items of one list."""

    phrase: str
    depth: int
    listed: bool = False

    def covers(self, block: Block) -> bool:
        if block.place is Place.ITEM:
            return block.depth > self.depth
        return block.place is Place.PARAGRAPH and not self.listed and block.depth == self.depth

    def read(self, block: Block) -> Iterator[Dependency]:
        for ref in leading_references(block.text):
            yield Dependency(ref, Source.TEXT, squeeze(f"{self.phrase} {block.text}"))


def _in_block(block: Block, own: IssueRef) -> Iterator[Dependency]:
    for said in sorted(said_in(block.text, own), key=lambda said: said.start):
        yield from (Dependency(ref, Source.TEXT, said.phrase) for ref in said.references)
    if block.open_task:
        for ref in task_references(block.text):
            yield Dependency(ref, Source.TASK_LIST, squeeze(block.text))
