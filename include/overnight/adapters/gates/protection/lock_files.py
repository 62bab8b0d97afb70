"""Where a lock file fetches packages from: a host that was not there before is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ....domain.gates import Finding

_LOCK = re.compile(
    r"(^|/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|pdm\.lock"
    r"|Pipfile\.lock|Cargo\.lock|composer\.lock|Gemfile\.lock|bun\.lock)$"
)
_FETCHES = re.compile(r"resolved|url|source|registry|tarball|git", re.IGNORECASE)
_URL = re.compile(r"(?:git\+)?(?:https?|git|ssh)://[^\s\"',)]+")
_MAX_BYTES = 8 * 1024 * 1024


def new_hosts(path: str, old: bytes | None, new: bytes | None) -> Iterator[Finding]:
    """Yield hosts that a lock file fetches from now and did not before; a new one has none to compare."""
    before = _hosts(old) if _LOCK.search(path) else set()
    for host in sorted(_hosts(new) - before) if before else ():
        yield Finding("dependency_source", f"packages are fetched from {host}, a new host", path)


def _hosts(content: bytes | None) -> set[str]:
    if content is None or len(content) > _MAX_BYTES:
        return set()
    found: set[str] = set()
    for line in content.decode(errors="replace").splitlines():
        if _FETCHES.search(line) and "funding" not in line:
            for match in _URL.finditer(line):
                try:
                    found.add(urlsplit(match[0].removeprefix("git+")).hostname or "")
                except ValueError:
                    found.add(match[0][:80])
    return found - {""}
