"""Small desks for services that need no forge and no git: the real ledger, an advisor that plays a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.changes import Base, Change
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.domain.issues import Issue, Repository
from include.overnight.domain.models import LADDER, TierFacts
from include.overnight.domain.orders import Commands, NightOrder
from include.overnight.ports import Case, Stage, Tree
from include.overnight.services.reading import OpenNight
from tests.fakes import ScriptedAdvisor, ToldClock

REPOSITORY = Repository("R_1", "acme", "box", "main", head_sha="a" * 40)
ISSUE = Issue(12, "Wrong size", "`size` in src/box.py should multiply its sides. <!-- hidden -->")
DIFF = """\
diff --git a/src/box.py b/src/box.py
--- a/src/box.py
+++ b/src/box.py
@@ -1,2 +1,2 @@
 def size(a, b):
-    return a + b
+    return a * b
"""


@dataclass
class SmallDesk:
    """The parts of a desk that reviewing and teaching touch."""

    database: LedgerDatabase
    advisor: ScriptedAdvisor = field(default_factory=ScriptedAdvisor)
    files: Sequence[str] = ("src/box.py", "docs/a.md")
    tiers: Mapping[str, str] = field(default_factory=lambda: {str(tier): "" for tier in LADDER})
    facts: Mapping[str, TierFacts] = field(default_factory=dict)
    clock: ToldClock = field(default_factory=ToldClock)

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)

    @property
    def workspace(self) -> SimpleNamespace:
        return SimpleNamespace(list_files=lambda repository, sha: tuple(self.files))

    def available_tiers(self) -> Mapping[str, str]:
        return self.tiers

    def tier_facts(self) -> Mapping[str, TierFacts]:
        return self.facts

    def events(self, *kinds: EventType) -> list[Event]:
        return list(self.database.ledger.events(EventQuery(types=kinds, oldest_first=True)))


@cache
def _fresh_ledger() -> bytes:
    """Return the file of an empty ledger: migrating once is enough."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ledger.db"
        upgrade(url)
        LedgerDatabase(url).close()
        return Path(folder, "ledger.db").read_bytes()


@contextmanager
def small_desk(folder: Path) -> Iterator[SmallDesk]:
    """Give a desk on a fresh ledger."""
    (folder / "ledger.db").write_bytes(_fresh_ledger())
    url = f"sqlite:///{folder / 'ledger.db'}"
    clock = ToldClock()
    database = LedgerDatabase(url, now=clock.now)
    yield SmallDesk(database, clock=clock)
    database.close()


def night_of(**order: object) -> OpenNight:
    return OpenNight(NightOrder("night-7", "acme", "box", **order), REPOSITORY)  # type: ignore[arg-type]


def case_of(night: OpenNight, stage: Stage = Stage.BUILD, diff: str = DIFF, issue: Issue = ISSUE) -> Case:
    """Return a case without trees: a review looks at its texts alone."""
    base = Base("main", "a" * 40)
    change = Change(
        issue.number, base, "b" * 40, "c" * 40, "overnight/12-x", "file:///x", ("src/box.py",), 1, 1
    )
    tree = Tree(Path("/nonexistent"), base, Path("/nonexistent"))
    return Case(
        order=night.order,
        repository=night.repository,
        issue=issue,
        change=change,
        head=tree,
        base=tree,
        commands=Commands(),
        diff=diff,
        stage=stage,
        instructions=(("AGENTS.md", "Be small."),),
    )
