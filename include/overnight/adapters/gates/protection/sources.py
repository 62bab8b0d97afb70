"""New dependencies: listed; one from an address or another registry instead of by its name is a finding."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ....domain.gates import Finding
from ..diffs import FileDiff
from .lock_files import new_hosts

Read = Callable[[str], bytes | None]

_DIRECT = re.compile(
    r"(?:^|[\s@=\"'])(?:git\+|git@|hg\+|svn\+|bzr\+|git://|ssh://|https?://|file:|link:)|^\s*-e\s|\s@\s"
)
_OPTION = re.compile(r"^\s*(--?(?:i|f|index-url|extra-index-url|find-links|trusted-host|pre|no-binary)\b.*)")
_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_SHORT_GIT = re.compile(r"^(?:github:|gitlab:|bitbucket:|gist:)|^[\w.-]+/[\w.-]+(?:#.*)?$")

Dependencies = Mapping[str, str]
"""Name → how it is asked for."""


def dependency_changes(
    files: Iterable[FileDiff], before: Read, after: Read
) -> tuple[list[Finding], list[str]]:
    """Return (what a change may not bring in, the names of new dependencies)."""
    findings: list[Finding] = []
    names: list[str] = []
    for file in files:
        if file.deleted:
            continue
        old, new = (before(file.old_path) if file.old_path else None), after(file.path)
        findings += new_hosts(file.path, old, new)
        for pattern, read in _MANIFESTS:
            if not pattern.search(file.path):
                continue
            known, now = read(old), read(new)
            for name in sorted(now):
                if now[name] == known.get(name):
                    continue
                names += [name] if name not in known and not name.startswith("-") else []
                if _is_direct(now[name]) or name.startswith("-"):
                    findings.append(Finding("dependency_source", _told(name), file.path))
    return findings, sorted(set(names))


def _told(name: str) -> str:
    if name.startswith("-"):
        return f"{name.split('=')[0].split()[0]} changes where packages come from"
    return f"{name} comes from an address, not from the registry by its name"


def _is_direct(asked: str) -> bool:
    return bool(_DIRECT.search(asked))


def _requirements(content: bytes | None) -> Dependencies:
    found: dict[str, str] = {}
    for line in (content or b"").decode(errors="replace").splitlines():
        said = re.sub(r"(^|\s)#.*$", "", line).strip().rstrip("\\").strip()
        if option := _OPTION.match(said):
            found[option[1][:200]] = said
        elif said and not said.startswith("--"):
            name = _NAME.match(said)
            found[name[1].lower() if name and not _is_address(said) else said[:200]] = said
    return found


def _is_address(said: str) -> bool:
    return bool(re.match(r"-e\s|[\w+]+://|git\+", said))


def _pyproject(content: bytes | None) -> Dependencies:
    said = _toml(content)
    project, groups = said.get("project", {}), said.get("dependency-groups", {})
    project = project if isinstance(project, dict) else {}
    lines = _list(project.get("dependencies"))
    for table in (project.get("optional-dependencies"), groups):
        for group in table.values() if isinstance(table, dict) else ():
            lines += _list(group)
    found = dict(_requirements("\n".join(lines).encode()))
    poetry = said.get("tool", {}).get("poetry", {}) if isinstance(said.get("tool"), dict) else {}
    return found | _cargo_tables(poetry if isinstance(poetry, dict) else {})


def _cargo(content: bytes | None) -> Dependencies:
    return _cargo_tables(_toml(content))


def _cargo_tables(tables: Mapping[str, Any], depth: int = 0) -> dict[str, str]:
    """Return entries of every table named …dependencies; `{git = …}` and `{url = …}` become addresses."""
    found: dict[str, str] = {}
    for key, table in tables.items():
        if not isinstance(table, dict) or depth > 4:
            continue
        if key.endswith("dependencies") or key == "patch":
            found |= {name: _asked(value) for name, value in table.items()}
        else:
            found |= _cargo_tables(table, depth + 1)
    return found


def _asked(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    place = value.get("git") or value.get("url") or value.get("registry-index")
    return f" @ {place}" if place else str(sorted(value.items(), key=str))


def _package_json(content: bytes | None) -> Dependencies:
    try:
        package = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for key in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        table = package.get(key) if isinstance(package, dict) else None
        for name, value in table.items() if isinstance(table, dict) else ():
            found[name] = f" @ {value}" if _SHORT_GIT.search(str(value)) else f" {value}"
    return found


def _go_mod(content: bytes | None) -> Dependencies:
    found: dict[str, str] = {}
    for line in (content or b"").decode(errors="replace").splitlines():
        words = line.split("//")[0].split()
        if "=>" in words:
            found[" ".join(words)] = f" @ {words[-1]}"
        elif len(words) >= 2 and re.match(r"v\d", words[-1]):
            found[words[-2]] = words[-1]
    return found


def _toml(content: bytes | None) -> Mapping[str, Any]:
    try:
        return tomllib.loads((content or b"").decode(errors="replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _list(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


_MANIFESTS: tuple[tuple[re.Pattern[str], Callable[[bytes | None], Dependencies]], ...] = (
    (
        re.compile(r"(^|/)(requirements|constraints)[^/]*\.(txt|in)$|(^|/)requirements/[^/]+\.(txt|in)$"),
        _requirements,
    ),
    (re.compile(r"(^|/)pyproject\.toml$"), _pyproject),
    (re.compile(r"(^|/)Cargo\.toml$"), _cargo),
    (re.compile(r"(^|/)package\.json$"), _package_json),
    (re.compile(r"(^|/)go\.mod$"), _go_mod),
)
