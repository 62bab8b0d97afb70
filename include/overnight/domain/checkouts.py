"""Developers' checkouts: which there are, and which repository each one is of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

_PATH_VARIABLE = re.compile(r"LOCAL_([A-Z0-9]+(?:_[A-Z0-9]+)*)_PATH")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_QUEUE = re.compile(r"[A-Za-z0-9_-]{0,64}")
_SCP = re.compile(r"(?:[^@/:\s]+@)?[^/:\s]+:(?P<path>[^\s]+)")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]*(?P<path>/[^\s?#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A developer's local checkout that Overnight keeps level with its remote.

    :param name: its name in commands, events and pages.
    :param path: the top of the work tree on the machine that has it.
    :param repository: OWNER/NAME it must be a checkout of; "" takes the remote's word for it.
    :param branch: the branch to keep level; "" means the remote's default branch.
    :param remote: git's name of the remote.
    :param autostash: carry uncommitted work over a merge, when that is proved to fit.
    :param queue: Airflow queue of a worker on the machine that has it, "" for any worker.
    :param merge_diverged: make a merge commit where both sides moved and no file was changed on both.
    :param hooks: run the checkout's own post-merge hook after a merge.
    :param notify: send a message when a night's branches were handed over.
    :param worktrees: folder in which a work tree per handed-over branch is opened; "" opens none.
    :param fetch_seconds: after which a remote that does not answer is given up.
    :param required: a night of the repository is admitted only while this checkout is in sync.
    """

    name: str
    path: str
    repository: str = ""
    branch: str = ""
    remote: str = "origin"
    autostash: bool = False
    queue: str = ""
    merge_diverged: bool = True
    hooks: bool = False
    notify: bool = False
    worktrees: str = ""
    fetch_seconds: float = 300.0
    required: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a checkout: use letters, digits, . _ and -")
        if not self.path:
            raise ValueError(f"checkout {self.name}: path is empty")
        if not _QUEUE.fullmatch(self.queue):
            raise ValueError(f"checkout {self.name}: queue {self.queue!r} may hold letters, digits, _ and -")
        for key in ("branch", "remote"):
            if getattr(self, key).startswith("-"):
                raise ValueError(f"checkout {self.name}: {key} may not begin with a dash")


def from_environment(environ: Mapping[str, str]) -> tuple[Checkout, ...]:
    """Return the checkouts that LOCAL_…_PATH define: LOCAL_FOREMAN_APP_PATH is `foreman-app`."""
    found = []
    for variable, path in sorted(environ.items()):
        match = _PATH_VARIABLE.fullmatch(variable)
        if match and path.strip():
            found.append(Checkout(match[1].lower().replace("_", "-"), path.strip()))
    return tuple(found)


def configured(rows: Iterable[object], environ: Mapping[str, str]) -> tuple[Checkout, ...]:
    """Return the settings' checkouts and the environment's, by name; the settings' win.

    :param rows: of `[[desktops]]`: anything with the fields of Checkout, those it lacks at their default.
    """
    given = [Checkout(**_fields_of(row)) for row in rows]
    named = {checkout.name: checkout for checkout in (*from_environment(environ), *given)}
    return tuple(named[name] for name in sorted(named))


def _fields_of(row: object) -> dict[str, Any]:
    found = {field.name: getattr(row, field.name) for field in fields(Checkout) if hasattr(row, field.name)}
    return {**found, "path": str(found["path"]), "worktrees": str(found.get("worktrees") or "")}


def repository_of(url: str) -> str:
    """Return "OWNER/NAME" that a remote's URL ends with, "" when it names none.

    https, ssh and git URLs, git's short form `git@host:owner/name.git`, and plain paths.
    """
    match = _URL.fullmatch(url) or (None if url.startswith(("/", ".")) else _SCP.fullmatch(url))
    path = match["path"] if match else url
    parts = [part for part in path.rstrip("/").removesuffix(".git").split("/") if part]
    return "/".join(parts[-2:]) if len(parts) >= 2 else ""


def is_of(checkout: Checkout, url: str) -> bool:
    """Return whether a remote's URL is the configured repository's (true when none is configured)."""
    return not checkout.repository or repository_of(url).lower() == checkout.repository.lower()
