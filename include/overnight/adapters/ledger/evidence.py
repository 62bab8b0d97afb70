"""What the ledger says about itself, gathered to hold its chains against; unvouched words are no evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from ...domain.errors import SettingsError
from ...ports.archives import ArchivedStream
from .chain import GENESIS, GOVERNANCE, HEADS, of_a_night
from .notes import ACKNOWLEDGED, ARCHIVED, NOTE_KEYS, REMOVED, Note, notes_of
from .signing import UNSIGNED, Signer, signed_well
from .tables import heads

Tip = tuple[int, str]
"""A place in a chain: position and hash."""
START: Tip = (0, GENESIS)
_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to hold the streams against.

    :param committed: stream → seq → hash, from the stream `heads` (and from an anchor kept elsewhere).
    :param acknowledged: finding → who accepted it, and why.
    :param roots: of what left, oldest first.
    :param archived: stream → what left last; the stream goes on after it.
    :param notes: id of an event whose note counts for nothing → what is wrong with it.
    """

    heads: Mapping[str, Tip]
    committed: Mapping[str, Mapping[int, str]]
    removed: frozenset[str] = frozenset()
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    roots: Sequence[ArchivedStream] = ()
    archived: Mapping[str, Tip] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def last_seq(self, stream: str) -> int:
        """Return the highest position that anything says the stream reached."""
        return max([self.heads.get(stream, START)[0], *self.committed.get(stream, {})])


def gather(connection: Connection, anchor: str = "", signer: Signer = UNSIGNED) -> Evidence:
    """Read heads, commitments, tombstones, acknowledgements and archived roots.

    :param anchor: "seq:hash" of the stream `heads`, kept outside the database.
    :raises SettingsError: no anchor has that form.
    """
    seq, hash_ = _place(anchor)
    committed, wrong, signed_after = _commitments(list(notes_of(connection, HEADS)), signer)
    if seq:
        committed.setdefault(HEADS, {})[seq] = hash_
    notes = []
    for note in notes_of(connection, GOVERNANCE):
        if NOTE_KEYS & note.metadata.keys():
            if words := _unsigned(note, signer, needed=signed_after is not None and note.seq > signed_after):
                wrong[note.id] = words
            else:
                notes.append(note)
    roots, misplaced = _roots([note for note in notes if ARCHIVED in note.metadata], committed)
    said = [note.metadata for note in notes]
    return Evidence(
        heads={row.stream: (row.seq, row.hash) for row in connection.execute(select(heads))},
        committed=committed,
        removed=frozenset(str(one[REMOVED]) for one in said if REMOVED in one),
        acknowledged={
            str(one[ACKNOWLEDGED]): f"{one.get('who')}: {one.get('why')}"
            for one in said
            if ACKNOWLEDGED in one
        },
        roots=roots,
        archived={root.stream: (root.seq, root.hash) for root in roots},
        notes=wrong | misplaced,
    )


def _place(anchor: str) -> Tip:
    if not anchor:
        return START
    found = _ANCHOR.fullmatch(anchor)
    if found and (int(found[1]) or found[2] == GENESIS):
        return int(found[1]), found[2]
    raise SettingsError(
        f"{anchor!r} is no anchor: write SEQ:HASH as `overnight audit verify` prints it, a number, a colon "
        "and 64 hexadecimal digits"
    )


def _commitments(
    notes: Sequence[Note], signer: Signer
) -> tuple[dict[str, dict[int, str]], dict[str, str], int | None]:
    """Return what was committed, what is wrong by event, and the position in `governance` after which notes
    must be signed: where it stood with the first commitment that is; None while there is none.
    """
    committed: dict[str, dict[int, str]] = {}
    wrong: dict[str, str] = {}
    signed_after: int | None = None
    for note in notes:
        for name, (seq, hash_) in (note.tips() or {}).items():
            committed.setdefault(name, {}).setdefault(seq, hash_)  # what was said first stands
        if note.tips() is None:
            wrong[note.id] = "commits nothing that can be read"
        elif words := _unsigned(note, signer, needed=signed_after is not None):
            wrong[note.id] = words
        elif signed_after is None and signed_well(signer, note.metadata, note.previous):
            signed_after = max(committed.get(GOVERNANCE, {}), default=0)
    return committed, wrong, signed_after


def _unsigned(note: Note, signer: Signer, *, needed: bool) -> str:
    """Return what is wrong with a note's signature; without a key nothing is."""
    if signer.public is None:
        return ""
    well = signed_well(signer, note.metadata, note.previous)
    if well is None:
        return "is not signed" if needed else ""
    return "" if well else f"its signature is not that of key {signer.name}"


def _roots(
    notes: Sequence[Note], committed: Mapping[str, Mapping[int, str]]
) -> tuple[list[ArchivedStream], dict[str, str]]:
    """Return roots that may count, and what is wrong with the others by event."""
    left: dict[str, Tip] = {}
    roots: list[ArchivedStream] = []
    wrong: dict[str, str] = {}
    for note in notes:
        named = note.roots()
        if words := _misplaced(named, left, committed):
            wrong[note.id] = words
            continue
        roots += named
        left |= {root.stream: (root.seq, root.hash) for root in named}
    return roots, wrong


def _misplaced(
    named: Sequence[ArchivedStream], left: Mapping[str, Tip], committed: Mapping[str, Mapping[int, str]]
) -> str:
    if not named:
        return "names no root that can be read"
    for root in named:
        if not of_a_night(root.stream):
            return f"says that the stream {root.stream} left, which never does"
        if committed.get(root.stream, {}).get(root.seq) != root.hash:
            return f"the root it names of stream {root.stream} was never committed to the stream heads"
        if (root.first - 1, root.previous) != left.get(root.stream, START):
            return f"the root it names does not go on where stream {root.stream} left off"
    return ""
