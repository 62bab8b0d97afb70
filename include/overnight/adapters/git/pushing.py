"""Push one of our commits to one of our branches, and never over somebody else's work."""

from __future__ import annotations

from ...domain.changes import Change
from ...domain.errors import Forbidden
from .failures import brief
from .mirrors import Mirror, checked
from .running import Said


def remote_sha(mirror: Mirror, branch: str) -> str | None:
    """Return the sha of a branch on GitHub, None when it does not exist."""
    url = mirror.access.url_of(mirror.repository)
    ref = _ref(mirror, branch)
    said = mirror.git.attempt(
        "ls-remote", "--quiet", url, ref, configuration=mirror.access.configuration(url), seconds=120
    )
    if said.code != 0:
        raise mirror.git.refusal(f"look at {mirror.repository.full_name}", said, mirror.access.secrets)
    rows = (line.partition("\t") for line in said.text.splitlines())
    return next((sha for sha, _, name in rows if name == ref), None)


def push(mirror: Mirror, change: Change, expected: str | None) -> None:
    """Push the change's head; nothing happens when it already stands there."""
    standing = remote_sha(mirror, change.branch)
    if standing == change.head_sha:
        return
    _refuse_foreign(mirror, change, standing, expected)
    ref = _ref(mirror, change.branch)
    url = mirror.access.url_of(mirror.repository)
    said = mirror.git.attempt(
        *("push", "--porcelain", "--no-verify", "--no-signed", f"--force-with-lease={ref}:{expected or ''}"),
        *(url, f"{checked(change.head_sha)}:{ref}"),
        configuration=mirror.access.configuration(url),
        seconds=900,
    )
    if said.code != 0:
        raise _refused(mirror, change, said)


def _refuse_foreign(mirror: Mirror, change: Change, standing: str | None, expected: str | None) -> None:
    place = f"branch {change.branch} of {mirror.repository.full_name}"
    if change.branch == mirror.repository.default_branch:
        raise Forbidden(f"{place} is the default branch: changes go to it by pull request only")
    if standing == expected:
        return
    if standing is None:
        raise Forbidden(f"{place} was deleted by somebody; it is not pushed again")
    if expected is None:
        raise Forbidden(f"{place} exists already and is not ours ({standing}): rename or delete it")
    raise Forbidden(f"{place} holds a commit of somebody else ({standing}): it is theirs now")


def _refused(mirror: Mirror, change: Change, said: Said) -> Exception:
    """Return Forbidden with the remote's own reason, or what else stopped the push."""
    whole = f"{said.err}\n{said.text}"
    reasons = [line.split("\t")[-1] for line in said.text.splitlines() if line.startswith("!\t")]
    if not reasons:
        return mirror.git.refusal(f"push {change.branch}", Said(said.code, b"", whole), mirror.access.secrets)
    told = [line for line in said.err.splitlines() if line.startswith("remote:")]
    reason = brief("\n".join([*reasons, *told]), mirror.access.secrets)
    return Forbidden(f"{mirror.repository.full_name} refuses the push to {change.branch}: {reason}")


def _ref(mirror: Mirror, branch: str) -> str:
    """Return the full ref of a branch; ValueError when git would not take the name."""
    if mirror.git.attempt("check-ref-format", "--branch", branch).code != 0:
        raise ValueError(f"{branch!r} is not a name for a branch")
    return f"refs/heads/{branch}"
