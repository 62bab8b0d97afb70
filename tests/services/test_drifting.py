from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base
from include.overnight.domain.events import Event, EventType
from include.overnight.domain.issues import Repository
from include.overnight.ports import Kept
from include.overnight.services.drifting import drift_facts, rebased
from include.overnight.services.reading import OpenNight
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream
from tests.services.shelf import Shelf

TEXT = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream.make(tmp_path / "github", {"a.txt": TEXT, "b.txt": TEXT, "d.txt": TEXT})


@pytest.fixture
def night(upstream) -> OpenNight:
    return OpenNight(ORDER, upstream.repository())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(GitWorkspace(tmp_path / "home", MemoryStorage(), RemoteAccess()))


def built(shelf, repository: Repository, base: Base | None = None, number: int = 1, name: str = "a.txt"):
    workspace = shelf.workspace
    base = base or Base("main", workspace.refresh(repository))
    tree = workspace.open_tree(repository, base, f"issue-{number}")
    path = tree.path / name
    path.write_text(path.read_text().replace("line 3\n", f"ours {number}\n"))
    assert workspace.commit(tree, f"Change {number}", ORDER)
    return workspace.pack(tree, number, f"overnight/{number}-x")


def test_a_base_that_stands_still_has_not_drifted(shelf, night):
    change = built(shelf, night.repository)
    facts = drift_facts(shelf, night, change)
    assert (facts.now_sha, facts.conflicts, facts.rebased) == (facts.base_sha, (), False)
    assert facts.desktop_note == "desktop sync is off: no desktop was asked"


def test_unpushed_work_counts_on_the_changes_own_files_alone(shelf, night):
    change = built(shelf, night.repository)
    facts = drift_facts(shelf, night, change, ["b.txt", "a.txt"])
    assert (facts.desktop, facts.desktop_note) == (("a.txt",), "")
    on = OpenNight(replace(night.order, enable_desktop_sync=True), night.repository)
    assert drift_facts(shelf, on, change).desktop_note == "no desktop reported within the last hour"


def test_the_desktops_last_report_names_the_files_and_who_holds_them(shelf, night):
    change = built(shelf, night.repository)
    on = OpenNight(replace(night.order, enable_desktop_sync=True), night.repository)
    for name, unpushed in (("tower", ["b.txt"]), ("laptop", ["a.txt"])):
        metadata = {"desktop": name, "full_name": "Octo/Pantry", "report": True, "unpushed": unpushed}
        shelf.ledger.append(Event(EventType.DESKTOP_SYNC, f"{name}: level", metadata=metadata))
    facts = drift_facts(shelf, on, change)
    assert (facts.desktop, facts.desktop_names, facts.desktop_note) == (("a.txt",), ("laptop",), "")
    elsewhere = drift_facts(shelf, on, built(shelf, night.repository, number=2, name="d.txt"))
    assert elsewhere.desktop == ()
    assert elsewhere.desktop_note.startswith("no work on these files on laptop, tower")


def test_a_conflict_is_told_and_cannot_be_rebased_away(shelf, night, upstream):
    change = built(shelf, night.repository)
    tip = upstream.commit({"a.txt": TEXT.replace("line 3\n", "theirs\n")})
    facts = drift_facts(shelf, night, change)
    assert (facts.now_sha, facts.conflicts) == (tip, ("a.txt",))
    assert rebased(shelf, night, change) is None
    assert shelf.types() == [EventType.REPOSITORY_DRIFT_DETECTED]


def test_a_rebase_is_on_record_and_happens_once(shelf, night, upstream):
    change = built(shelf, night.repository)
    tip = upstream.commit({"b.txt": "moved\n"})
    again = rebased(shelf, night, change)
    assert again is not None
    assert (again.base.sha, again.files) == (tip, change.files)
    assert shelf.types() == [EventType.REPOSITORY_DRIFT_DETECTED, EventType.CHANGE_REBASED]
    assert shelf.ledger.stored[-1].metadata["from_sha"] == change.head_sha
    assert drift_facts(shelf, night, again).rebased
    assert rebased(shelf, night, again) is None


def test_stacked_work_follows_its_dependency_and_not_the_default_branch(shelf, night, upstream):
    below = built(shelf, night.repository, number=1)
    shelf.plan(2, 1)
    shelf.records.kept[1] = Kept(night.id, 1, below, "sha", False, True)
    change = built(shelf, night.repository, below.as_base(), 2, "b.txt")
    upstream.commit({"a.txt": "theirs\n", "b.txt": "theirs\n"})
    facts = drift_facts(shelf, night, change)
    assert (facts.now_sha, facts.conflicts, facts.rewritten) == (below.head_sha, (), False)


def test_a_dependency_that_was_rebased_takes_its_dependents_along(shelf, night, upstream):
    below = built(shelf, night.repository, number=1)
    shelf.plan(2, 1)
    change = built(shelf, night.repository, below.as_base(), 2, "b.txt")
    upstream.commit({"c.txt": "new\n"})
    moved = rebased(shelf, night, below)
    assert moved is not None
    shelf.records.kept[1] = Kept(night.id, 1, moved, "sha", False, True)
    assert drift_facts(shelf, night, change).rewritten
    again = rebased(shelf, night, change)
    assert again is not None
    assert (again.base, again.files) == (moved.as_base(), ("b.txt",))
    tree = shelf.workspace.open_change(night.repository, again, "judge")
    assert (tree.path / "c.txt").exists()
