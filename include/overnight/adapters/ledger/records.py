"""State rows beside the events: changes, what was published, small documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select

from ...domain.changes import Base, Change
from ...ports import Kept
from .chain import to_json
from .store import Store, upsert
from .tables import changes, memories, publications


class SqlRecords:
    """The `Records` port: every write replaces what stood under the same key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_change(self, repository: str, kept: Kept) -> None:
        """Store or replace the change of (night, issue)."""
        row = {
            "repository": repository,
            "issue": kept.issue,
            "night": kept.night,
            "kept_at": self._store.now(),
            "text_sha256": kept.text_sha256,
            "dry_run": kept.dry_run,
            "passed": kept.passed,
            "document": to_json(asdict(kept.change)),
        }
        with self._store.write() as connection:
            upsert(connection, changes, [row])

    def change(self, repository: str, issue: int, night: str | None = None) -> Kept | None:
        """Return the change of a night, or the one of any that was kept last."""
        query = select(changes).where(changes.c.repository == repository, changes.c.issue == issue)
        if night is not None:
            query = query.where(changes.c.night == night)
        newest_first = query.order_by(changes.c.kept_at.desc(), changes.c.night.desc()).limit(1)
        with self._store.read() as connection:
            row = connection.execute(newest_first).one_or_none()
        return _kept(row) if row else None

    def publication(self, repository: str, key: str) -> str | None:
        """Return GitHub's id recorded under a key."""
        query = select(publications.c.value).where(
            publications.c.repository == repository, publications.c.key == key
        )
        with self._store.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def record_publication(self, repository: str, key: str, value: str) -> None:
        """Record GitHub's id under a key."""
        with self._store.write() as connection:
            upsert(connection, publications, [{"repository": repository, "key": key, "value": value}])

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON document under a key, cleaned of secrets."""
        cleaned = self._store.clean(json.loads(to_json(dict(value))))
        row = {"key": key, "kept_at": self._store.now(), "document": to_json(cleaned)}
        with self._store.write() as connection:
            upsert(connection, memories, [row])

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was remembered."""
        with self._store.read() as connection:
            document = connection.execute(
                select(memories.c.document).where(memories.c.key == key)
            ).scalar_one_or_none()
        return None if document is None else dict(json.loads(document))


def _kept(row: Row[Any]) -> Kept:
    document = json.loads(row.document)
    base = document["base"]
    return Kept(
        night=row.night,
        issue=row.issue,
        change=Change(
            **{
                **document,
                "base": Base(base["ref"], base["sha"], tuple(base["bundles"])),
                "files": tuple(document["files"]),
            }
        ),
        text_sha256=row.text_sha256,
        dry_run=row.dry_run,
        passed=row.passed,
    )
