"""Links in changed Markdown: files and anchors of the repository exactly, others only when ordered."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from ....domain.gates import Finding
from ..diffs import FileDiff
from .markdown import anchors_of, links_of

Read = Callable[[str], bytes | None]
Exists = Callable[[str], bool]
Lookup = Callable[[str], str]
"""Returns why an address is broken, "" when it answers or cannot be told."""

MAX_FILES = 300
MAX_LOOKUPS = 50
_MARKDOWN = re.compile(r"\.(md|markdown|mdx)$", re.IGNORECASE)
_HISTORY = re.compile(r"(^|/)(change|changes|changelog|history|news|releases?)[^/]*$", re.IGNORECASE)
_NOT_A_HEADING = re.compile(r"l\d+(-l\d+)?$|user-content-|:~:|top$")
"""Lines, GitHub's own names, a piece of text, the top of the page."""
_SITE = re.compile(
    r"(^|/)(mkdocs\.ya?ml|docusaurus\.config\.[cm]?[jt]s|_config\.yml|astro\.config\.[cm]?[jt]s|conf\.py"
    r"|book\.toml|hugo\.toml|config\.toml|\.vitepress/config\.[cm]?[jt]s)$"
)
_ON_GITHUB = re.compile(
    r"^(\.\./)+(issues|pulls?|wiki|releases|actions|discussions|security|tags|commits?|blob|tree|compare)\b"
)


@dataclass(frozen=True, slots=True)
class LinksRead:
    """What came of reading the changed Markdown.

    :param unchecked: addresses outside the repository that nobody looked up.
    """

    findings: tuple[Finding, ...]
    files: int
    unchecked: tuple[str, ...]


def read_links(
    files: Sequence[FileDiff],
    paths: Mapping[str, object],
    before: Exists,
    read: tuple[Read, Read],
    look: Lookup | None,
) -> LinksRead:
    """Check every link of the changed Markdown files; one that was broken before is not the change's.

    :param paths: every path of the change's commit; `before` tells whether the base had one.
    :param read: reads a committed file of the base, and one of the change.
    :param look: looks an outside address up; None lists it as unchecked.
    """
    changed = [file for file in files if not file.deleted and _MARKDOWN.search(file.path)]
    place = Place.of(paths, read[1])
    findings: list[Finding] = []
    outside: dict[str, tuple[str, int]] = {}
    for file in changed[:MAX_FILES]:
        old = {link.target for link in links_of(read[0](file.old_path))} if file.old_path else set()
        for link in links_of(read[1](file.path)):
            if is_outside(link.target):
                if link.target not in old:
                    outside.setdefault(link.target, (file.path, link.line))
                continue
            why = place.broken(file.path, link.target)
            if why and not (link.target in old and _was_broken(file, link.target, before)):
                findings.append(Finding("broken_link", f"{link.target}: {why}", file.path, link.line))
    findings += _left_dangling(files, place, read[1])
    if len(changed) > MAX_FILES:
        findings.append(Finding("too_many_files", f"{len(changed)} Markdown files; {MAX_FILES} are checked"))
    if look is None:
        return LinksRead(tuple(findings), len(changed), tuple(outside))
    asked = list(outside)[:MAX_LOOKUPS]
    for target in asked:
        if why := look(target):
            findings.append(Finding("broken_link", f"{target}: {why}", *outside[target]))
    return LinksRead(tuple(findings), len(changed), tuple(outside)[MAX_LOOKUPS:])


def _left_dangling(files: Sequence[FileDiff], place: Place, read: Read) -> Iterator[Finding]:
    """Yield links of unchanged Markdown to files that the change deletes or moves; history may name them."""
    gone = {file.old_path for file in files if file.old_path and file.old_path not in place.files}
    touched = {file.path for file in files}
    pages = [path for path in sorted(place.files - touched) if _MARKDOWN.search(path)]
    for path in pages[:MAX_FILES] if gone else ():
        if _HISTORY.search(path):
            continue
        for link in links_of(read(path)):
            if not is_outside(link.target) and _meant(path, link.target) in gone:
                told = f"{link.target}: the change takes this file away"
                yield Finding("broken_link", told, path, link.line)


def _meant(path: str, target: str) -> str:
    """Return the path that a link of the file at `path` means."""
    words = unquote(target.partition("#")[0].partition("?")[0])
    joined = words.lstrip("/") if words.startswith("/") else posixpath.join(posixpath.dirname(path), words)
    return posixpath.normpath(joined)


def is_outside(target: str) -> bool:
    """Tell whether a link leaves the repository (or is no place at all, such as an e-mail address)."""
    return bool(urlsplit(target).scheme or target.startswith("//")) if _parses(target) else True


def _parses(target: str) -> bool:
    try:
        urlsplit(target)
    except ValueError:
        return False
    return True


def _was_broken(file: FileDiff, target: str, before: Exists) -> bool:
    """Tell whether the link's file was missing on the base already; an anchor then does not matter."""
    path = unquote(target.partition("#")[0].partition("?")[0])
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(file.old_path), path))
    return bool(path) and not before(joined)


@dataclass(slots=True)
class Place:
    """The commit that links are resolved in."""

    files: frozenset[str]
    folders: frozenset[str]
    site: bool
    read: Read

    @classmethod
    def of(cls, paths: Mapping[str, object], read: Read) -> Place:
        """Return the place of a commit's paths."""
        folders = {"."}
        for path in paths:
            while (path := posixpath.dirname(path)) and path not in folders:
                folders.add(path)
        site = any(_SITE.search(path) for path in paths)
        return cls(frozenset(paths), frozenset(folders), site, cache(read))

    def broken(self, path: str, target: str) -> str:
        """Return why a link of the file at `path` leads nowhere, "" when it does."""
        words, _, anchor = target.partition("#")
        words = unquote(words.partition("?")[0])
        if not words:
            return self._without_anchor(path, anchor)
        if _ON_GITHUB.match(words):
            return ""
        rooted = words.startswith("/")
        joined = posixpath.normpath(
            words.lstrip("/") if rooted else posixpath.join(posixpath.dirname(path), words)
        )
        if joined.startswith(".."):
            return "leaves the repository"
        found = self._found(joined)
        if not found:
            # A site's own addresses are known to its generator alone.
            return "" if rooted and self.site else "no such file in the repository"
        return self._without_anchor(found, anchor)

    def _found(self, joined: str) -> str:
        if joined in self.files or joined in self.folders:
            return joined
        if not self.site:
            return ""
        bare = joined.removesuffix(".html").rstrip("/")
        tries = (f"{bare}.md", f"{bare}.mdx", f"{bare}/index.md", f"{bare}/README.md", f"{bare}.rst")
        return next((name for name in tries if name in self.files), "")

    def _without_anchor(self, path: str, anchor: str) -> str:
        if not anchor or not _MARKDOWN.search(path) or path not in self.files:
            return ""
        wanted = unquote(anchor).lower()
        if wanted in anchors_of(self.read(path)) or _NOT_A_HEADING.match(wanted):
            return ""
        return f"{path} has no heading or anchor #{anchor}"
