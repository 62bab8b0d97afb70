"""State rows beside the events."""

from dataclasses import replace

from include.overnight.domain.changes import Base, Change
from include.overnight.ports import Kept

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY

CHANGE = Change(
    issue=42,
    base=Base("main", "a" * 40, ("file:///bundles/1",)),
    head_sha="b" * 40,
    tree_sha="c" * 40,
    branch="overnight/42-x",
    bundle="file:///bundles/2",
    files=("README.md", "src/ünïcode \ud800.py"),
    insertions=3,
    deletions=1,
)
KEPT = Kept(NIGHT, 42, CHANGE, "d" * 64, dry_run=True, passed=None)


def test_a_kept_change_comes_back_whole(database):
    database.records.keep_change(REPOSITORY, KEPT)
    assert database.records.change(REPOSITORY, 42, NIGHT) == KEPT
    assert database.records.change(REPOSITORY, 42) == KEPT


def test_a_change_is_replaced_within_its_night(database):
    database.records.keep_change(REPOSITORY, KEPT)
    judged = replace(KEPT, passed=True)
    database.records.keep_change(REPOSITORY, judged)
    assert database.records.change(REPOSITORY, 42, NIGHT) == judged


def test_without_a_night_the_change_kept_last_is_returned(database, clock):
    later = replace(KEPT, night=OTHER_NIGHT, passed=False)
    database.records.keep_change(REPOSITORY, KEPT)
    clock.forward(seconds=1)
    database.records.keep_change(REPOSITORY, later)
    assert database.records.change(REPOSITORY, 42) == later
    clock.forward(seconds=1)
    database.records.keep_change(REPOSITORY, KEPT)
    assert database.records.change(REPOSITORY, 42) == KEPT


def test_what_was_never_kept_is_none(database):
    assert database.records.change(REPOSITORY, 42) is None
    assert database.records.change(REPOSITORY, 42, NIGHT) is None
    assert database.records.publication(REPOSITORY, "tracking") is None
    assert database.records.recall("order") is None


def test_a_publication_is_known_by_repository_and_key(database):
    database.records.record_publication(REPOSITORY, "comment/12", "900")
    database.records.record_publication(REPOSITORY, "comment/12", "901")
    database.records.record_publication("R_other", "comment/12", "5")
    assert database.records.publication(REPOSITORY, "comment/12") == "901"


def test_a_remembered_document_is_replaced(database):
    database.records.remember("order", {"dry_run": True, "nested": {"list": [1, None, "NUL \x00"]}})
    assert database.records.recall("order") == {"dry_run": True, "nested": {"list": [1, None, "NUL \x00"]}}
    database.records.remember("order", {})
    assert database.records.recall("order") == {}
