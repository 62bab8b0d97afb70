"""Forty issues' writes by four workers, on a GitHub that limits and loses answers: each write once."""

import multiprocessing
import random
from collections import Counter

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import (
    GitHubAccess,
    GitHubTracker,
    GitHubWriter,
    Pace,
    Patience,
    SharedPacer,
    connect,
)
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.errors import Transient
from include.overnight.domain.outbox import WriteKind

from ..ledger.builders import skip_fsync
from .boxed import outbox_in
from .conftest import TOKEN
from .pushing import push

FORK = multiprocessing.get_context("fork")
WORKERS = 4
LIMIT = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
}
TROUBLE = (
    {"status": 403, "body": LIMIT, "headers": {"retry-after": "0"}},
    {"status": 429, "body": LIMIT, "headers": {"retry-after": "0"}},
    {"status": 502},
    {"when": "after", "status": 502},
    {"reset": True},
    {"reset": True, "when": "after"},
)
PATHS = (
    "/comments$",
    "/pulls$",
    "/labels$",
    "/requested_reviewers$",
    r"/issues/\d+$",
    r"/pulls\?",
    r"/comments\?",
)


def order_trouble(forge, times):
    dice = random.Random(4711)
    for _ in range(times):
        forge.order(Fault(dice.choice(PATHS), **dice.choice(TROUBLE)))


def a_worker(url, ledger):
    """Return tracker and writer of one worker, whose waits are short."""
    skip_fsync(ledger)
    client = connect(GitHubAccess(url, token=TOKEN), pace=Pace.unhurried())
    patience = Patience(sleep=lambda _seconds: None, attempts=6)
    tracker, box = GitHubTracker(client, patience=patience), LedgerDatabase(ledger)
    pace = Pace(0.0, 100_000, 100_000, lateness=30.0)  # turns are counted, and come at once
    pacer = SharedPacer(box.turns, tracker.login, pace)
    pacer.hold = lambda _seconds: None  # a real minute would be waited for: turns have tests of their own
    return tracker, GitHubWriter(client, clean=str, pacer=pacer, patience=patience, outbox=box.outbox)


def patiently(step):
    """Repeat as Airflow repeats a task."""
    for _ in range(20):
        try:
            return step()
        except Transient:
            continue
    return step()


def tell(writer, repository, number):
    patiently(lambda: writer.put_labels(repository, number, ["overnight: in progress"], []))
    pull = patiently(
        lambda: writer.put_pull_request(
            repository,
            head=f"overnight/{number}-x",
            base="main",
            title=f"Work on #{number}",
            body=f"Closes #{number}",
            draft=False,
        )
    )
    patiently(lambda: writer.put_labels(repository, pull.number, ["made by night"], []))
    patiently(lambda: writer.put_reviewers(repository, pull, ["ann"]))
    patiently(lambda: writer.put_milestone(repository, pull.number, 1))
    patiently(lambda: writer.put_comment(repository, number, f"issue/{number}", f"See #{pull.number}", None))
    add, remove = ["overnight: pull request"], ["overnight: in progress"]
    patiently(lambda: writer.put_labels(repository, number, add, remove))


def work(url, ledger, repository, numbers):
    _, writer = a_worker(url, ledger)
    for number in numbers:
        tell(writer, repository, number)


@pytest.mark.parametrize(
    ("issues", "trouble"),
    [(5, 20), pytest.param(40, 90, marks=[pytest.mark.slow, pytest.mark.timeout(400)])],
)
def test_a_night_of_writes_ends_complete_and_each_write_is_there_once(
    issues, trouble, forge, pantry, tmp_path
):
    scene, (box, ledger) = forge.forge, outbox_in(tmp_path)
    scene.add_collaborator("acme/pantry", "ann", "write")
    scene.create_milestone("acme/pantry", "Spring")
    sha = push(forge, "work")
    for number in range(1, issues + 1):
        assert scene.create_issue("acme/pantry", f"Issue {number}", labels=["theirs"]).number == number
        scene.bare("acme/pantry").update_branch(f"overnight/{number}-x", sha)
    order_trouble(forge, trouble)
    numbers = list(range(1, issues + 1))
    workers = [
        # Every issue is told by two workers: one of them is late, and finds it done.
        FORK.Process(target=work, args=(forge.url, ledger, pantry, numbers[start::2][::way]))
        for start, way in ((0, 1), (1, 1), (0, -1), (1, -1))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(350)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS

    pulls = scene.pull_requests("acme/pantry")
    assert Counter(pull.head for pull in pulls) == {f"overnight/{number}-x": 1 for number in numbers}
    assert {pull.reviewers for pull in pulls} == {("ann",)}
    assert {scene.issue("acme/pantry", pull.number).milestone for pull in pulls} == {1}
    for number in numbers:
        issue = scene.issue("acme/pantry", number)
        assert set(issue.labels) == {"theirs", "overnight: pull request"}
        assert len(scene.comments(issue)) == 1
    assert box.outbox.unsettled() == ()
    assert trouble_met(forge) >= trouble // 2


def trouble_met(forge):
    return sum(entry.fault for entry in forge.requests())


def test_the_outbox_tells_of_every_kind_that_was_written(forge, pantry, tmp_path):
    (box, ledger) = outbox_in(tmp_path)
    forge.forge.create_issue("acme/pantry", "An issue")
    forge.forge.create_milestone("acme/pantry", "Spring")
    forge.forge.add_collaborator("acme/pantry", "ann", "write")
    push(forge, "overnight/1-x")
    _, writer = a_worker(forge.url, ledger)
    asked = []
    intend = type(box.outbox).intend

    def noted(outbox, intent, **more):
        asked.append(intent.kind)
        return intend(outbox, intent, **more)

    writer._delivery.outbox.intend = noted.__get__(writer._delivery.outbox)
    tell(writer, pantry, 1)
    assert asked == [
        WriteKind.LABELS,
        WriteKind.PULL_REQUEST,
        WriteKind.LABELS,
        WriteKind.REVIEWERS,
        WriteKind.MILESTONE,
        WriteKind.COMMENT,
        WriteKind.LABELS,
    ]
