"""Audit the ledger: verify it, keep its anchor elsewhere, take it out of the house."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..domain.events import Event, EventQuery
from ..ports import Storage
from ..ports.history import AuditedLedger, History

ANCHOR = "audit/anchor.txt"
"""Where the anchor lies in object storage: out of reach of who can only write the database."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    :param findings: what is wrong, the first bad event of each stream by name; empty when all verifies.
    :param anchor: "seq:hash" of the stream `heads` afterwards.
    :param compared: the anchor that history was held against, "" for none.
    :param whole: everything was read; else only what is new since everything was last found whole.
    :param acknowledged: finding → who accepted it and why: what is no longer among the findings.
    """

    findings: tuple[str, ...]
    anchor: str
    compared: str = ""
    whole: bool = True
    acknowledged: Mapping[str, str] = field(default_factory=dict)


def verify_ledger(ledger: AuditedLedger, *, stream: str | None = None, anchor: str = "") -> Audit:
    """Verify every hash chain, or one stream's.

    :param anchor: one that was kept elsewhere; history must still contain it.
    """
    findings = ledger.verify(stream, anchor=anchor)
    return Audit(findings, ledger.anchor(), anchor, acknowledged=ledger.acknowledged())


def verify_new_events(ledger: AuditedLedger) -> Audit:
    """Verify what was written since everything was last found whole, and every chain's end."""
    return Audit(ledger.verify_new(), ledger.anchor(), whole=False, acknowledged=ledger.acknowledged())


def seal_ledger(ledger: AuditedLedger, storage: Storage, kept: str = "") -> Audit:
    """Verify everything against the anchor kept before, commit all heads, and keep the new anchor.

    Nothing is sealed while something is wrong.

    :param kept: the former anchor, "" for none.
    """
    findings = ledger.verify(None, anchor=kept) or ledger.checkpoint()
    if findings:
        return Audit(findings, ledger.anchor(), kept, acknowledged=ledger.acknowledged())
    anchor = ledger.anchor()
    storage.put(ANCHOR, anchor.encode())
    return Audit((), anchor, kept, acknowledged=ledger.acknowledged())


def exported_lines(
    ledger: History, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """Yield every event as a line of JSON, oldest first; a payload that was removed says so."""
    query = EventQuery(since=since, until=until, limit=None, oldest_first=True)
    for event in ledger.scan(query):
        yield json.dumps(exported(event), ensure_ascii=True, sort_keys=True, default=str)


def exported(event: Event) -> dict[str, object]:
    """Return an event under the names of an export."""
    return {
        "id": event.id,
        "at": event.at.isoformat() if event.at else None,
        "type": str(event.type),
        "severity": str(event.severity),
        "description": event.description,
        "repository": event.repository,
        "night": event.night,
        "issue": event.issue,
        "attempt": event.attempt,
        "dry_run": event.dry_run,
        "schema_version": event.schema_version,
        "metadata": dict(event.metadata),
    }
