"""What git says when it fails, as our errors: it has no codes, its English (LC_ALL=C) is all there is."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from ...domain.errors import (
    DiskFull,
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    RateLimited,
    RepositoryUnusable,
    Unreachable,
)

_RULES: tuple[tuple[str, type[OvernightError], str], ...] = (
    (
        r"No space left on device|Disk quota exceeded|File too large|died of signal 25"
        r"|unable to write (loose object )?file",
        DiskFull,
        "free space or move `home` to a larger disk",
    ),
    (
        r"not our ref|unadvertised object|couldn't find remote ref",
        RepositoryUnusable,
        "the commit is not on the remote any more; plan again",
    ),
    (r"archived so it is read-only", Forbidden, "unarchive the repository or remove it from the settings"),
    (
        r"\[remote rejected\]|\[rejected\]|protected branch|pre-receive hook declined|GH0\d\d:",
        Forbidden,
        "the remote refuses this push; look at the branch and its rules",
    ),
    (
        r"returned error: 40[13]|HTTP 40[13]|Authentication failed|could not read (Username|Password)"
        r"|terminal prompts disabled|Write access to repository not granted|Permission to .* denied"
        r"|Invalid username or (password|token)",
        NotAuthorized,
        "give GITHUB_TOKEN the permission contents: read and write for this repository",
    ),
    (
        r"returned error: 404|Repository not found|repository '.*' not found"
        r"|does not appear to be a git repository|does not exist",
        NotFound,
        "check the repository's name and that the token may see it",
    ),
    (r"returned error: 429|HTTP 429", RateLimited, "wait and try again"),
    (
        r"returned error: 5\d\d|HTTP 5\d\d|Could not resolve|Failed to connect|Couldn't connect"
        r"|Connection (refused|reset)"
        r"|timed out|Timeout: the command|RPC failed|early EOF|unexpected disconnect|hung up unexpectedly"
        r"|Empty reply|Recv failure|SSL|gnutls|Network is unreachable|Could not read from remote",
        Unreachable,
        "the remote does not answer; try again",
    ),
)
_LIMIT = 600


def failure(action: str, text: str, secrets: tuple[str, ...] = ()) -> OvernightError:
    """Return the error for what git said while it tried to `action`, secrets struck out."""
    said = brief(text, secrets)
    for pattern, kind, fix in _RULES:
        if re.search(pattern, text, re.IGNORECASE):
            return kind(f"could not {action}: {said} ({fix})")
    return RepositoryUnusable(f"could not {action}: {said or 'git gave no reason'}")


def brief(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Return git's words on one capped line, without secrets or credentials in URLs."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = re.sub(r"://[^/\s@]+@", "://***@", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines)[:_LIMIT]


@contextmanager
def noticing_full_disk() -> Iterator[None]:
    """Re-raise the operating system's "no space" as DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(
                f"no space left at {error.filename or 'the workspace'}: free some or move `home`"
            ) from error
        raise
