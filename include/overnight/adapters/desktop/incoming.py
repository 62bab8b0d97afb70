"""What a merge would change in the work tree, and what in the work tree would be in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...domain.drift import CheckoutState, FileChange, case_collisions
from ..git.running import Said
from .overwriting import ignored, in_the_way
from .places import Place
from .running import refusal

_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_BYTES = 1024
_LFS_LOOKED_AT = 200
_SUBMODULE = "160000"


def with_incoming(place: Place, state: CheckoutState) -> CheckoutState:
    """Return the state with incoming and unpushed changes, conflicts, and what would be overwritten."""
    state = replace(state, unpushed=_unpushed(place, state) if state.ahead_count else ())
    if not state.behind_count:
        return state
    theirs = changes(place, state.base, state.remote_sha)
    ours = changes(place, state.base, "HEAD") if state.ahead_count else ()
    tree, conflicts = (proved_merge(place, "HEAD", state.remote_sha)) if state.ahead_count else ("", ())
    incoming = changes(place, "HEAD", tree) if tree else theirs
    paths = _touched(incoming)
    overwritten = in_the_way(place, incoming)
    return replace(
        state,
        incoming=incoming,
        both=tuple(sorted(set(_touched(ours)) & set(_touched(theirs)))),
        conflicts=conflicts,
        merged_tree="" if conflicts else tree,
        overwritten=overwritten,
        ignored=ignored(place, overwritten),
        hidden=_hidden(place, paths),
        submodules=tuple(
            one.path for one in incoming if one.is_submodule and _is_filled(place.path / one.path)
        ),
        lfs=_pointers(place, state.remote_sha, incoming),
        collisions=_collisions(place, tree or state.remote_sha, incoming),
    )


def changes(place: Place, before: str, after: str, *, renames: bool = True) -> tuple[FileChange, ...]:
    """Return what differs between two commits or trees, by path."""
    follow = ("--find-renames",) if renames else ("--no-renames",)
    said = place.git.ask("compare commits", "diff-tree", "-r", "-z", "--raw", *follow, before, after)
    fields, found = iter(said.fields), []
    for field in fields:
        old_mode, mode, _, _, status = field[1:].split(" ")
        old = next(fields) if status[0] in "RC" else ""
        found.append(FileChange(next(fields), status[0], old, mode, old_mode))
    return tuple(found)


def proved_merge(place: Place, ours: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """Merge two commits in the object store alone; return the tree and the paths that conflict."""
    said = place.git.attempt("merge-tree", "--write-tree", "--name-only", "-z", ours, theirs)
    if said.code not in (0, 1):
        raise refusal("try the merge", said)
    tree, paths = _merge_answer(said)
    return tree, paths if said.code else ()


def _merge_answer(said: Said) -> tuple[str, tuple[str, ...]]:
    """Tree, conflicted paths up to an empty field, then messages that are not needed."""
    tree, _, rest = said.out.partition(b"\0")
    paths = rest.split(b"\0\0", 1)[0].split(b"\0") if rest else []
    named = sorted({path.decode(errors="surrogateescape") for path in paths if path})
    return tree.decode().strip(), tuple(named)


def _hidden(place: Place, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the paths whose edits git does not look at: assume-unchanged (lower case), skip-worktree (S)."""
    said = place.git.ask("list marks", "ls-files", "-v", "-z")
    marked = {field[2:] for field in said.fields if field[0].islower() or field[0] == "S"}
    return tuple(sorted(marked.intersection(paths)))


def _is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _pointers(place: Place, sha: str, incoming: Sequence[FileChange]) -> tuple[str, ...]:
    paths = [one.path for one in incoming if one.mode in ("100644", "100755") and "\n" not in one.path]
    asked = "".join(f"{sha}:{path}\n" for path in paths)
    sizes = place.git.ask(
        "read sizes",
        *("cat-file", "--batch-check=%(objectsize)"),
        stdin=asked.encode(errors="surrogateescape"),
    ).out.splitlines()
    small = [
        path
        for path, size in zip(paths, sizes, strict=False)
        if size.isdigit() and 100 < int(size) < _LFS_BYTES
    ]
    return tuple(
        path
        for path in small[:_LFS_LOOKED_AT]
        if place.git.attempt("cat-file", "blob", f"{sha}:{path}").out.startswith(_LFS)
    )


def _collisions(place: Place, tree: str, incoming: Sequence[FileChange]) -> tuple[str, ...]:
    changed = {one.path for one in incoming if one.status in "AR"}
    if not changed:
        return ()
    listed = place.git.ask("list the merge's files", "ls-tree", "-r", "-z", "--name-only", tree).fields
    untracked = place.git.ask("list untracked files", "ls-files", "-z", "--others").fields
    return case_collisions(changed, (*listed, *untracked))


def _unpushed(place: Place, state: CheckoutState) -> tuple[str, ...]:
    """Return the paths of commits that no branch of the remote has, as far as this checkout knows."""
    known = (f"--remotes={state.checkout.remote}", state.remote_sha)
    commits = place.git.ask("list unpushed commits", "rev-list", "HEAD", "--not", *known).out
    said = place.git.ask(
        "list unpushed files",
        *("diff-tree", "--stdin", "-r", "-z", "-c", "--root", "--name-only", "--no-renames"),
        "--no-commit-id",
        stdin=commits,
    )
    return tuple(sorted({*said.fields}))


def _touched(found: Sequence[FileChange]) -> tuple[str, ...]:
    return tuple(sorted({path for one in found for path in one.paths}))
