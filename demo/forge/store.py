"""Records in memory for speed, every change in one SQLite file so that a second night finds them."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from . import records as r
from .projects import Project, ProjectItem

Record = TypeVar("Record")
Group = Callable[[Any], Hashable]


class Table(Generic[Record]):
    """One kind of record by key, with an ordered index for every named group."""

    def __init__(
        self, database: sqlite3.Connection, kind: type[Record], key: Group, groups: dict[str, Group]
    ) -> None:
        self._database, self._name, self._key, self._groups = database, kind.__name__, key, groups
        self._adapter: TypeAdapter[Record] = TypeAdapter(kind)
        self._rows: dict[Hashable, Record] = {}
        self._index: dict[str, dict[Hashable, dict[Hashable, None]]] = {name: {} for name in groups}
        for (body,) in database.execute(
            "SELECT body FROM records WHERE kind = ? ORDER BY rowid", (self._name,)
        ):
            self._remember(self._adapter.validate_json(body))

    def _remember(self, record: Record) -> None:
        key = self._key(record)
        self._rows[key] = record
        for name, group in self._groups.items():
            self._index[name].setdefault(group(record), {})[key] = None

    def put(self, record: Record) -> Record:
        """Write a new or changed record; its groups never change during its life."""
        self._remember(record)
        self._database.execute(
            "INSERT INTO records (kind, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (self._name, repr(self._key(record)), self._adapter.dump_json(record)),
        )
        return record

    def remove(self, key: Hashable) -> None:
        record = self._rows.pop(key)
        for name, group in self._groups.items():
            self._index[name][group(record)].pop(key)
        self._database.execute("DELETE FROM records WHERE kind = ? AND key = ?", (self._name, repr(key)))

    def get(self, key: Hashable) -> Record | None:
        return self._rows.get(key)

    def __getitem__(self, key: Hashable) -> Record:
        return self._rows[key]

    def __contains__(self, key: Hashable) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._rows.values()))

    def where(self, group: str, value: Hashable) -> list[Record]:
        """Return the records of a group in the order they were first written."""
        # Copied first: a test may look while a request in another thread writes.
        keys = list(self._index[group].get(value, ()))
        return [row for key in keys if (row := self._rows.get(key)) is not None]

    def count(self, group: str, value: Hashable) -> int:
        return len(self._index[group].get(value, ()))


class Store:
    """All tables of a forge. One process at a time: the forge holds a lock file."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS records (kind TEXT, key TEXT, body BLOB, PRIMARY KEY (kind, key))"
        )
        self._database.execute("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, last INTEGER)")
        self._database.execute("INSERT OR IGNORE INTO counter VALUES (1, 2100000000)")
        self._last: int = self._database.execute("SELECT last FROM counter").fetchone()[0]
        make = self._table
        number: dict[str, Group] = {"issue": lambda record: (record.repository, record.number)}
        repository: dict[str, Group] = {"repository": lambda record: record.repository}
        sha: dict[str, Group] = {"sha": lambda record: (record.repository, record.sha)}
        self.users = make(r.User, lambda user: user.login.lower(), {})
        self.repositories = make(r.Repository, _id, {})
        self.labels = make(r.Label, lambda label: (label.repository, label.name.lower()), repository)
        self.milestones = make(r.Milestone, lambda stone: (stone.repository, stone.number), repository)
        self.issues = make(r.Issue, lambda issue: issue.key, {**repository, "id": _id})
        self.pulls = make(r.Pull, lambda pull: pull.key, {**repository, "id": _id})
        self.comments = make(r.Comment, _id, {**number, **repository})
        self.events = make(r.Event, _id, {**number, **repository})
        self.edits = make(r.Edit, _id, number)
        self.reviews = make(r.Review, _id, number)
        self.review_comments = make(r.ReviewComment, _id, number)
        self.statuses = make(r.Status, _id, sha)
        self.check_runs = make(r.CheckRun, _id, sha)
        self.queue = make(r.QueueEntry, _id, {**number, **repository})
        self.dependencies = make(
            r.Dependency,
            lambda edge: (edge.blocked, edge.blocking),
            {"blocked": lambda edge: edge.blocked, "blocking": lambda edge: edge.blocking},
        )
        self.sub_issues = make(r.SubIssue, lambda edge: edge.child, {"parent": lambda edge: edge.parent})
        self.projects = make(Project, _id, {"owner": lambda project: project.owner.lower()})
        self.project_items = make(ProjectItem, _id, {"issue": lambda item: item.issue})

    def _table(self, kind: type[Record], key: Group, groups: dict[str, Group]) -> Table[Record]:
        return Table(self._database, kind, key, groups)

    def next_id(self) -> int:
        """Return a database id no record of any kind has had."""
        self._last += 1
        self._database.execute("UPDATE counter SET last = ?", (self._last,))
        return self._last

    def begin(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()


def _id(record: Any) -> int:
    identifier: int = record.id
    return identifier
