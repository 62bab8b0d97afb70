"""Events of every schema version there has been are read as this version writes them."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from include.overnight.domain.errors import SchemaMismatch
from include.overnight.domain.events import SCHEMA_VERSION, Event, EventType, Severity
from include.overnight.domain.nights import fold
from include.overnight.domain.upcasting import STEPS, upcast

GOLDEN = Path(__file__).parent / "events"
VERSIONS = range(1, SCHEMA_VERSION + 1)


def stored(version):
    """Return the events of a version's golden file, as a reader of today gets them."""
    lines = (GOLDEN / f"v{version}.jsonl").read_text().splitlines()
    return [_event(json.loads(line)) for line in lines]


def _event(row):
    kind, at = EventType(row.pop("type")), datetime.fromisoformat(row.pop("at"))
    metadata = upcast(kind, row["schema_version"], row.pop("metadata"))
    return Event(kind, severity=Severity(row.pop("severity")), at=at, metadata=metadata, **row)


def test_every_version_has_its_golden_file_and_every_step_a_version_after_it():
    assert {path.name for path in GOLDEN.iterdir()} == {f"v{version}.jsonl" for version in VERSIONS}
    assert set(STEPS) <= set(VERSIONS[:-1])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_night_of_every_version_folds_into_the_same_picture(version):
    events = [event for event in stored(version) if event.night]
    ended = next(n for n, one in enumerate(events, 1) if one.type is EventType.OVERNIGHT_EXECUTION_COMPLETED)
    night = fold(events[:ended])
    assert (night.full_name, len(night.issues)) == ("acme/pantry", 4)
    assert sum(len(issue.attempts) for issue in night.issues) == 6
    assert fold(events) is not None


@pytest.mark.parametrize("version", VERSIONS)
def test_no_type_of_an_earlier_version_was_forgotten(version):
    kinds = {event.type for event in stored(version)}
    assert len(kinds) >= 48
    assert {event.schema_version for event in stored(version)} == {version}


def test_steps_are_taken_one_after_the_other():
    steps = {
        1: lambda _, said: {**said, "usd": said["cost"]},
        3: lambda kind, said: {**said, "kind": str(kind)},
    }
    told = upcast(EventType.AUTO_HEAL, 1, {"cost": 1}, steps, newest=4)
    assert told == {"cost": 1, "usd": 1, "kind": "auto_heal"}
    assert upcast(EventType.AUTO_HEAL, 2, {"cost": 1}, steps, newest=4) == {"cost": 1, "kind": "auto_heal"}


@pytest.mark.parametrize("version", [0, -1, SCHEMA_VERSION + 1])
def test_a_version_nobody_knows_is_refused(version):
    with pytest.raises(SchemaMismatch, match="install the one that wrote it"):
        upcast(EventType.AUTO_HEAL, version, {})
