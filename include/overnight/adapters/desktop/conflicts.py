"""Both sides of every conflict, for people: written beside git's files, never into the work tree."""

from __future__ import annotations

from ...domain.drift import CheckoutState, shown
from .places import Place, write_durably

_MOST_CHARACTERS = 20_000
_MOST_FILES = 50


def report_conflicts(place: Place, state: CheckoutState) -> str:
    """Write .git/overnight/conflicts.md and return its path; without conflicts remove it and return ""."""
    file = place.ours / "conflicts.md"
    paths = state.conflicts or state.stash_conflicts
    if not paths:
        file.unlink(missing_ok=True)
        return ""
    ours, theirs = ("HEAD", state.remote_sha) if state.conflicts else (state.remote_sha, state.stash)
    tree = (
        place.git.attempt("merge-tree", "--write-tree", "-z", ours, theirs).out.partition(b"\0")[0].decode()
    )
    parts = [
        f"# Conflicts in {state.checkout.name}",
        f"`{state.branch}` ({state.head[:12]}) and `{state.checkout.remote}/{state.expected}` "
        f"({state.remote_sha[:12]}): {state.ahead_count} unpushed, {state.behind_count} incoming commits.\n"
        "Nothing was merged. Between the marks stand first "
        + ("your side, then theirs." if state.conflicts else "theirs, then your uncommitted work."),
        *(_section(place, tree, path) for path in paths[:_MOST_FILES]),
    ]
    if len(paths) > _MOST_FILES:
        parts.append(f"and {len(paths) - _MOST_FILES} more files")
    place.make_ours()
    write_durably(file, "\n\n".join(parts).encode() + b"\n")
    return str(file)


def _section(place: Place, tree: str, path: str) -> str:
    said = place.git.attempt("cat-file", "blob", f"{tree}:{path}")
    text = said.out.decode(errors="replace")
    if said.code != 0:
        text = "(no merged version: one side removed or renamed it)"
    elif "\0" in text:
        text = "(not a text)"
    elif len(text) > _MOST_CHARACTERS:
        text = _around_marks(text)
    fence = "`" * 4
    while fence in text:
        fence += "`"
    return f"## {shown(path)}\n\n{fence}\n{text.rstrip()}\n{fence}"


def _around_marks(text: str) -> str:
    """Return the conflicting parts of a long file, with three lines around each."""
    lines, kept = text.splitlines(), set[int]()
    inside = False
    for number, line in enumerate(lines):
        starts, ends = line.startswith("<<<<<<< "), line.startswith(">>>>>>> ")
        inside = inside or starts
        if inside:
            kept.update(range(max(0, number - 3), number + 4))
        inside = inside and not ends
    return "\n".join(lines[number] for number in sorted(kept) if number < len(lines))[:_MOST_CHARACTERS]
