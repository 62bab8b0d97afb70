"""A night as it happens: server-sent events, resumed where the reader was."""

import json
import threading

from include.overnight.domain.events import EventQuery
from include.overnight.web.api import live

from .seeding import seed_night


def messages(text):
    """Return (event, id, data) of each message in a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], lines.get("id"), json.loads(lines["data"])))
    return found


def test_a_night_that_is_over_is_told_to_its_end(api, seeded):
    answer = api.get("/nights/night-one/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = messages(answer.text)
    every = seeded.ledger.events(EventQuery(night="night-one", limit=None, oldest_first=True))
    assert [data["id"] for kind, _, data in told[:-1]] == [event.id for event in every]
    assert told[-1][0] == "end"


def test_a_reader_resumes_after_what_was_seen_last(api, seeded):
    told = messages(api.get("/nights/night-one/live").text)
    rest = messages(api.get("/nights/night-one/live", headers={"Last-Event-ID": told[10][1]}).text)
    assert rest == told[11:]
    assert api.get("/nights/night-one/live", headers={"Last-Event-ID": "nonsense"}).status_code == 422


def test_what_happens_while_one_looks_is_told(api, seeded, monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0.05)
    night = seed_night(seeded, "night-two", finished=False)
    timer = threading.Timer(0.5, lambda: night.end(4, "skipped", "late").complete())
    timer.start()
    told = messages(api.get("/nights/night-two/live").text)
    timer.join()
    assert [data.get("type") for _, _, data in told][-3:] == [
        "issue_execution_skipped",
        "overnight_execution_completed",
        None,
    ]


def test_a_stream_ends_after_a_while_so_that_rights_are_checked_anew(api, seeded, monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0.01)
    monkeypatch.setattr(live, "_LONGEST", 0.05)
    seed_night(seeded, "night-two", finished=False)
    assert "end" not in {kind for kind, _, _ in messages(api.get("/nights/night-two/live").text)}
