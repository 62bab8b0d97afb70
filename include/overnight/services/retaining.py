"""Let old nights leave the ledger for object storage, provably; and delete what only explains them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from ..domain.errors import NotFound
from ..domain.nights import Night
from ..ports import Storage
from ..ports.archives import ArchivedStream, ArchivingLedger, ClosedStream

FORMAT = "overnight.archive/1"
_ALL = 100_000
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archiving did, or would do.

    :param left: streams that left, each with its root.
    :param waiting: streams that would leave (a dry run), or that changed while they were read.
    :param findings: streams that stay, because their chain does not verify.
    """

    left: tuple[ArchivedStream, ...] = ()
    waiting: tuple[ClosedStream, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retained:
    """What one round let go.

    :param deleted: transcripts and gate logs.
    """

    archived: Archived = Archived()
    deleted: int = 0


class RetainingLedger(ArchivingLedger, Protocol):
    """An archiving ledger that knows its nights."""

    def nights(self, repository: str | None = None, limit: int = 20) -> tuple[Night, ...]:
        """Return nights without their issues' detail, newest first."""


class RetainingStorage(Storage, Protocol):
    """Object storage that can forget."""

    def remove_below(self, folder: str) -> int:
        """Delete every object below a folder and return how many; 0 when there is none."""

    def folders(self, folder: str) -> tuple[str, ...]:
        """Return the names of the folders in a folder."""


def retain(
    ledger: RetainingLedger,
    storage: RetainingStorage,
    now: datetime,
    keep_months: int,
    keep_artifacts_days: int,
) -> Retained:
    """Archive nights and delete logs that are older than this; 0 keeps everything."""
    deleted = 0
    if keep_artifacts_days:
        ended = [(night.id, night.finished_at) for night in ledger.nights(limit=_ALL)]
        before = now - timedelta(days=keep_artifacts_days)
        deleted = sweep_artifacts(storage, ((name, at) for name, at in ended if at), before)
    if not keep_months:
        return Retained(deleted=deleted)
    return Retained(archive_streams(ledger, storage, months_before(now, keep_months)), deleted)


def months_before(now: datetime, months: int) -> datetime:
    """Return the first moment of the month that is so many months before."""
    place = now.year * 12 + now.month - 1 - months
    return now.replace(
        year=place // 12, month=place % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def archive_streams(
    ledger: ArchivingLedger, storage: Storage, before: datetime, *, dry_run: bool = False
) -> Archived:
    """Put closed nights older than a moment into object storage, and take them out of the ledger.

    Each night by itself: its lines and its manifest are stored and read back, then one transaction puts the
    root on record and deletes the events. Ended at any point, it is run again: nothing is lost, and nothing
    leaves twice.
    """
    closed = ledger.closed_streams(before)
    if dry_run:
        return Archived(waiting=closed)
    left, waiting, findings = [], [], []
    for stream in closed:
        lines = tuple(ledger.lines(stream.stream))
        if not lines:
            continue  # somebody else archived it meanwhile
        root = ledger.root_of(stream.stream, lines)
        if wrong := ledger.prove(root, lines):
            findings.append(wrong)
            continue
        stored, lines_sha256 = _store(storage, root, lines)
        if ledger.leave(stored, lines_sha256):
            left.append(stored)
        else:
            waiting.append(stream)
    return Archived(tuple(left), tuple(waiting), tuple(findings))


def verify_archives(ledger: ArchivingLedger, storage: Storage) -> tuple[str, ...]:
    """Hold what left against the roots that the chain tells; return what is wrong and was not accepted.

    The table of roots is what permits events to leave, and no proof: it must say what the chain says.
    """
    roots = ledger.roots()
    rows = {(row.stream, row.seq): replace(row, archived_at=None) for row in ledger.archived()}
    unknown = rows.keys() - {(root.stream, root.seq) for root in ledger.roots()}  # one may leave now
    findings = []
    for root in roots:
        place = f"stream {root.stream}, events {root.first} to {root.seq}"
        row = rows.get((root.stream, root.seq))
        if row is None:
            findings.append(f"{place}: archived, and their row is gone from the table archived_streams")
        elif row != root:
            findings.append(f"{place}: the table archived_streams says something else of them than the chain")
        findings.append(_wrong_with(ledger, storage, root))
    findings += [
        f"stream {stream}, event {seq}: the table archived_streams has a root that the chain does not know"
        for stream, seq in sorted(unknown)
    ]
    accepted = ledger.acknowledged()
    return tuple(finding for finding in findings if finding and finding not in accepted)


def sweep_artifacts(
    storage: RetainingStorage, ended: Iterable[tuple[str, datetime]], before: datetime
) -> int:
    """Delete transcripts and gate logs of nights that ended before a moment; return how many objects.

    What a night left for people (night.json, its summary, comments and pull-request texts) stays.

    :param ended: nights and when they ended.
    """
    swept = 0
    for night, at in ended:
        if at < before:
            swept += storage.remove_below(f"transcripts/{night}")
            for issue in storage.folders(f"nights/{night}"):
                for step in storage.folders(f"nights/{night}/{issue}"):
                    swept += storage.remove_below(f"nights/{night}/{issue}/{step}")
    return swept


def _store(storage: Storage, root: ArchivedStream, lines: tuple[str, ...]) -> tuple[ArchivedStream, str]:
    """Store lines and manifest, read both back, and return the root that names them."""
    content = "".join(f"{line}\n" for line in lines).encode()
    digest, place = sha256(content).hexdigest(), f"archive/{_name(root.stream)}/{root.first}-{root.seq}"
    uri = storage.put(f"{place}.jsonl", content)
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(root).items()
        if name not in ("uri", "manifest_sha256", "archived_at")
    }
    manifest = json.dumps(
        {"format": FORMAT, **told, "count": root.count, "lines": uri, "lines_sha256": digest},
        sort_keys=True,
        indent=1,
    ).encode()
    manifest_uri = storage.put(f"{place}.manifest.json", manifest)
    stored = replace(root, uri=manifest_uri, manifest_sha256=sha256(manifest).hexdigest())
    if storage.get(uri) != content or storage.get(manifest_uri) != manifest:
        raise NotFound(f"object storage does not give back what was put at {uri}: nothing was archived")
    return stored, digest


def _wrong_with(ledger: ArchivingLedger, storage: Storage, root: ArchivedStream) -> str:
    place = f"stream {root.stream}, events {root.first} to {root.seq}"
    try:
        manifest = storage.get(root.uri)
        if sha256(manifest).hexdigest() != root.manifest_sha256:
            return f"{place}: the manifest {root.uri} was changed after it was archived"
        told = json.loads(manifest)
        content = storage.get(told["lines"])
    except NotFound as error:
        return f"{place}: archived, and {error}"
    # Line by line first: it names the event, where the digest of the whole only says that something is wrong.
    wrong = ledger.prove(root, content.decode(errors="replace").splitlines())
    if not wrong and sha256(content).hexdigest() != told["lines_sha256"]:
        return f"{place}: {told['lines']} was changed after it was archived"
    return wrong


def _name(stream: str) -> str:
    return stream if _PLAIN.fullmatch(stream) else sha256(stream.encode()).hexdigest()
