"""What the ledger says about itself, gathered to hold its chains against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from .chain import GENESIS, GOVERNANCE, HEADS
from .notes import ACKNOWLEDGED, ARCHIVED, REMOVED, Note, badly_signed, notes_of
from .signing import UNSIGNED, Signer
from .tables import heads

Tip = tuple[int, str]
"""A place in a chain: position and hash."""
START: Tip = (0, GENESIS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to hold the streams against.

    :param committed: stream → seq → hash, from the stream `heads` (and from an anchor kept elsewhere).
    :param archived: stream → what left last; the stream goes on after it.
    :param notes: id of an event whose note is not what its signature says → what is wrong with it.
    """

    heads: Mapping[str, Tip]
    committed: Mapping[str, Mapping[int, str]]
    removed: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()
    archived: Mapping[str, Tip] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def last_seq(self, stream: str) -> int:
        """Return the highest position that anything says the stream reached."""
        return max([self.heads.get(stream, START)[0], *self.committed.get(stream, {})])


def gather(connection: Connection, anchor: str = "", signer: Signer = UNSIGNED) -> Evidence:
    """Read heads, commitments, tombstones, acknowledgements and archived roots.

    :param anchor: "seq:hash" of the stream `heads`, kept outside the database.
    """
    commits, notes = list(notes_of(connection, HEADS)), list(notes_of(connection, GOVERNANCE))
    committed: dict[str, dict[int, str]] = {}
    for note in commits:
        for name, (seq, hash_) in note.metadata.get("heads", {}).items():
            committed.setdefault(name, {})[seq] = hash_
    seq, _, hash_ = anchor.partition(":")
    if seq.isdecimal() and int(seq):
        committed.setdefault(HEADS, {})[int(seq)] = hash_
    said = [note.metadata for note in notes]
    archiving = [note for note in notes if ARCHIVED in note.metadata]
    return Evidence(
        heads={row.stream: (row.seq, row.hash) for row in connection.execute(select(heads))},
        committed=committed,
        removed=frozenset(str(note[REMOVED]) for note in said if REMOVED in note),
        acknowledged=frozenset(str(note[ACKNOWLEDGED]) for note in said if ACKNOWLEDGED in note),
        archived=_archived(archiving),
        notes=badly_signed(commits, "heads", signer) | badly_signed(archiving, ARCHIVED, signer),
    )


def _archived(notes: list[Note]) -> dict[str, Tip]:
    roots: dict[str, Tip] = {}
    for note in notes:
        for stream, root in note.metadata[ARCHIVED].items():
            roots[stream] = max(roots.get(stream, START), (root["seq"], root["hash"]))
    return roots
