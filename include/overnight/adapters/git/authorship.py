"""Who wrote the commits of a change, and what their messages end with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.changes import Change
from ...domain.orders import NightOrder
from ...ports import Tree
from .commits import identity
from .mirrors import checked
from .trees import git_of

_FORMAT = "%H%x00%an <%ae>%x00%cn <%ce>%x00%P%x00%(trailers:only,unfold)%x00"


@dataclass(frozen=True, slots=True)
class Authored:
    """One commit of a change; `trailers` by their key, the last of a name."""

    sha: str
    author: str
    committer: str
    parents: tuple[str, ...] = ()
    trailers: Mapping[str, str] = field(default_factory=dict)


def authored(tree: Tree, change: Change) -> tuple[Authored, ...]:
    """Return the commits of base..head, newest first."""
    between = f"{checked(change.base.sha)}..{checked(change.head_sha)}"
    said = git_of(tree).ask("list our commits", "log", "-z", f"--format={_FORMAT}", between)
    fields = said.out.decode(errors="replace").split("\0")
    # Each record ends with two NULs: one of the format, one of -z, which leaves an empty field between.
    return tuple(_read(fields[start : start + 5]) for start in range(0, len(fields) - 5, 6))


def ordered_author(order: NightOrder) -> str:
    """Return "name <email>" as our commits carry it."""
    who = identity(order)
    return f"{who['GIT_AUTHOR_NAME']} <{who['GIT_AUTHOR_EMAIL']}>"


def _read(fields: list[str]) -> Authored:
    sha, author, committer, parents, told = fields
    pairs = [line.partition(":") for line in told.splitlines() if ":" in line]
    return Authored(
        sha, author, committer, tuple(parents.split()), {key: value.strip() for key, _, value in pairs}
    )
