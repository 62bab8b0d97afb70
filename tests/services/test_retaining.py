"""Nights go to object storage and leave the ledger, whatever happens in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.adapters.storage import ObjectStorage
from include.overnight.domain.errors import DiskFull, NotFound
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.services.retaining import archive_streams, months_before, retain, verify_archives

from .little_desk import NOW, LittleDesk
from .test_auditing import tamper

LATER = NOW + timedelta(days=400)


@pytest.fixture
def desk(tmp_path):
    """A ledger of three nights, a day apart."""
    made = LittleDesk(tmp_path)
    for number in range(3):
        night, at = f"night-{number}", NOW + timedelta(days=number)
        made.ledger.append(
            Event(EventType.OVERNIGHT_EXECUTION_STARTED, "on", night=night, repository="R_1", at=at),
            Event(EventType.GOVERNANCE_NOTE, "a word", night=night, repository="R_1", at=at),
            Event(EventType.OVERNIGHT_EXECUTION_COMPLETED, "off", night=night, repository="R_1", at=at),
        )
    return made


class Failing(ObjectStorage):
    """Object storage that ends the process' work at some object."""

    def put(self, name, content):
        if name.endswith("manifest.json") and "night-1" in name:
            raise DiskFull("no space left")
        return super().put(name, content)


def rows(desk):
    return len(desk.ledger.events(EventQuery(limit=None, types=(EventType.OVERNIGHT_EXECUTION_STARTED,))))


def test_a_dry_run_says_what_would_leave_and_changes_nothing(desk):
    told = archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=2), dry_run=True)
    assert [one.stream for one in told.waiting] == ["night-0", "night-1"]
    assert (told.left, rows(desk), desk.ledger.archived()) == ((), 3, ())


def test_nights_older_than_a_moment_leave_and_are_proved_from_the_archive(desk):
    done = archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=2))
    assert [(root.stream, root.count) for root in done.left] == [("night-0", 3), ("night-1", 3)]
    assert rows(desk) == 1
    assert desk.ledger.verify() == verify_archives(desk.ledger, desk.storage) == ()
    manifest = json.loads(desk.storage.get(done.left[0].uri))
    assert (manifest["format"], manifest["count"]) == ("overnight.archive/1", 3)
    assert len(desk.storage.get(manifest["lines"]).splitlines()) == 3
    assert archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=2)).left == ()


def test_an_archiving_that_ended_half_way_is_gone_on_with(desk):
    with pytest.raises(DiskFull):
        archive_streams(desk.ledger, Failing(desk.storage.root), LATER)
    assert rows(desk) == 2
    assert desk.ledger.verify() == ()
    assert [root.stream for root in archive_streams(desk.ledger, desk.storage, LATER).left] == [
        "night-1",
        "night-2",
    ]
    assert len(desk.ledger.archived()) == 3
    assert desk.ledger.verify() == verify_archives(desk.ledger, desk.storage) == ()


def test_storage_that_does_not_give_back_what_it_got_archives_nothing(desk):
    class Forgetful(ObjectStorage):
        def get(self, uri):
            return b""

    with pytest.raises(NotFound, match="nothing was archived"):
        archive_streams(desk.ledger, Forgetful(desk.storage.root), LATER)
    assert rows(desk) == 3


def test_a_night_whose_chain_is_broken_stays_and_is_named(desk):
    tamper(desk, "UPDATE events SET issue = 9 WHERE stream = 'night-1' AND seq = 2")
    done = archive_streams(desk.ledger, desk.storage, LATER)
    assert [root.stream for root in done.left] == ["night-0", "night-2"]
    assert "stream night-1, event 2" in done.findings[0]
    assert rows(desk) == 1


@pytest.mark.parametrize(
    ("what", "change", "wrong"),
    [
        ("1-3.jsonl", lambda old: old.replace(b"a word", b"b word"), "event 2 ("),
        ("1-3.jsonl", lambda old: old + b"\n", "no archived event"),
        (
            "1-3.jsonl",
            lambda old: old.replace(b',"seq":2', b', "seq":2'),
            "was changed after it was archived",
        ),
        ("1-3.manifest.json", lambda old: old + b" ", "the manifest file://"),
        ("1-3.manifest.json", None, "archived, and nothing is stored at"),
        ("1-3.jsonl", None, "archived, and nothing is stored at"),
    ],
)
def test_an_archive_that_was_changed_is_found(desk, what, change, wrong):
    archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=1))
    path = desk.home / "objects" / "archive" / "night-0" / what
    if change is None:
        path.unlink()
    else:
        assert change(path.read_bytes()) != path.read_bytes()
        path.write_bytes(change(path.read_bytes()))
    (finding,) = verify_archives(desk.ledger, desk.storage)
    assert wrong in finding
    assert finding.startswith("stream night-0")


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("DELETE FROM archived_streams", "their row is gone"),
        ("UPDATE archived_streams SET hash = 'f'", "says something else of them"),
        ("UPDATE archived_streams SET seq = 2", "has a root that the chain does not know"),
    ],
)
def test_the_table_of_roots_must_say_what_the_chain_says(desk, statement, wrong):
    archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=1))
    tamper(desk, statement)
    assert any(wrong in one for one in verify_archives(desk.ledger, desk.storage))


def test_an_archive_that_was_lost_with_its_row_is_found_until_somebody_accepts_it(desk):
    archive_streams(desk.ledger, desk.storage, NOW + timedelta(days=1))
    tamper(desk, "DELETE FROM archived_streams")
    for path in (desk.home / "objects" / "archive" / "night-0").iterdir():
        path.unlink()
    findings = verify_archives(desk.ledger, desk.storage)
    assert [one.startswith("stream night-0, events 1 to 3: archived, and ") for one in findings] == [True] * 2
    for finding in findings:
        desk.ledger.acknowledge(finding, who="Ada", why="a fire")
    assert verify_archives(desk.ledger, desk.storage) == ()


def test_months_are_counted_from_the_first_of_one():
    now = datetime(2026, 3, 14, 5, tzinfo=UTC)
    assert months_before(now, 2) == datetime(2026, 1, 1, tzinfo=UTC)
    assert months_before(now, 15) == datetime(2024, 12, 1, tzinfo=UTC)


def test_a_round_archives_by_months_and_deletes_logs_by_days_and_keeps_what_people_read(desk):
    for name in (
        "transcripts/night-0/1/1.json",
        "nights/night-0/1/1/lint.log",
        "nights/night-0/1/comment.md",
    ):
        desk.storage.put(name, b"x")
    desk.storage.put("transcripts/night-2/1/1.json", b"x")
    assert retain(desk.ledger, desk.storage, LATER, 0, 0).deleted == 0
    done = retain(desk.ledger, desk.storage, NOW + timedelta(days=11), 0, 10)
    assert (done.deleted, done.archived.left) == (2, ())
    assert desk.storage.get(f"file://{desk.home}/objects/nights/night-0/1/comment.md") == b"x"
    assert len(retain(desk.ledger, desk.storage, LATER, 1, 0).archived.left) == 3
