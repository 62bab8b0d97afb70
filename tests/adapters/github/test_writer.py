"""What all writes have in common: one pace, one redactor, our own login asked for once."""

import threading

from demo.forge import Fault
from include.overnight.adapters.github import GitHubWriter, Pace, Pacer

from .conftest import TOKEN


def test_all_writes_of_all_writers_share_one_pace(forge, client, patience, pantry):
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pacer = Pacer(Pace(), lambda: now[0], sleep)
    for number in (1, 2):
        forge.forge.create_issue("acme/pantry", f"Issue {number}")
        writer = GitHubWriter(client, clean=str, pacer=pacer, patience=patience)
        writer.put_comment(pantry, number, "issue", "Text", None)
        writer.put_labels(pantry, number, ["a"], [])
        writer.put_labels(pantry, number, [], ["a"])
    assert slept == [1.0] * 5


def test_reads_take_no_turn(forge, client, patience, pantry):
    forge.forge.create_issue("acme/pantry", "An issue", labels=["a"])
    slept: list[float] = []
    writer = GitHubWriter(
        client, clean=str, pacer=Pacer(Pace(), lambda: 0.0, slept.append), patience=patience
    )
    for _ in range(3):
        writer.put_labels(pantry, 1, ["a"], ["b"])
    assert slept == []


def test_our_login_is_asked_for_once(forge, writer, pantry):
    forge.forge.create_issue("acme/pantry", "An issue")
    for text in ("one", "two"):
        writer.put_comment(pantry, 1, "issue", text, None)
    assert sum(1 for entry in forge.requests("GET") if entry.path.endswith("/user")) == 1


def test_titles_are_cleaned_and_put_on_one_line(forge, writer, pantry):
    number = writer.put_tracking_issue(pantry, "overnight-execution", "Night\nof hunter2", "Body", None)
    assert forge.forge.issue("acme/pantry", number).title == "Night of [redacted]"


def test_a_write_follows_a_repository_that_was_renamed_meanwhile(forge, writer, pantry):
    forge.forge.create_issue("acme/pantry", "An issue")
    forge.forge.rename_repository("acme/pantry", "larder")
    writer.put_labels(pantry, 1, ["a"], [])
    assert forge.forge.issue("acme/larder", 1).labels == ("a",)


def test_nothing_of_a_text_or_the_token_is_logged(forge, writer, pantry, caplog):
    forge.forge.create_issue("acme/pantry", "An issue")
    forge.order(Fault("/comments$", method="POST", when="after", status=502))
    with caplog.at_level("DEBUG"):
        writer.put_comment(pantry, 1, "issue", "a private sentence", None)
    assert "a private sentence" not in caplog.text
    assert TOKEN not in caplog.text


def test_two_threads_may_use_one_writer(forge, writer, pantry):
    for number in range(1, 5):
        forge.forge.create_issue("acme/pantry", f"Issue {number}")
    threads = [
        threading.Thread(target=writer.put_comment, args=(pantry, number, "issue", "Text", None))
        for number in range(1, 5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [len(forge.forge.comments(forge.forge.issue("acme/pantry", number))) for number in range(1, 5)]
    assert counts == [1, 1, 1, 1]
