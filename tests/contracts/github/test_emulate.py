"""The REST part of a night on npm `emulate`, a GitHub stand-in written by others, with our own adapter.

What it lacks, as of 0.11.2, was found by asking it (`test_what_the_stand_in_lacks_is_known`): its GitHub has
no GraphQL endpoint, so issues are listed over REST here, and drafts, auto-merge and the merge queue, which
GitHub itself has in GraphQL only, are left to the forge; it has no `rules/branches`, which older servers lack
too; its pull requests are no issues (`GET /issues/{number}` of one is 404); and git itself is not served, so
branches are made over REST.
"""

import base64
from collections.abc import Iterator

import pytest

from include.overnight.adapters.github import (
    GitHubTracker,
    GitHubWriter,
    Pace,
    Pacer,
    Patience,
    connect,
)
from include.overnight.adapters.github.marked_issues import GitHubIssues
from include.overnight.adapters.github.remarks import read_remarks
from include.overnight.adapters.github.wire import Wire
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.errors import NotFound
from include.overnight.domain.issues import Repository
from include.overnight.ports import PullRequest
from include.overnight.ports.issues import Put

from .emulated import LOGIN, NAME, Emulated, emulated_github

pytestmark = pytest.mark.contracts
HOME = f"/repos/{NAME}"


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with emulated_github(tmp_path_factory.mktemp("emulate")) as running:
        yield running


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> LedgerDatabase:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}"
    upgrade(url)
    return LedgerDatabase(url)


@pytest.fixture(scope="module")
def writer(emulated: Emulated, ledger: LedgerDatabase) -> GitHubWriter:
    pacer, patience = Pacer(Pace.unhurried()), Patience(attempts=2, backoff=0.01)
    client = connect(emulated.client(), pace=Pace.unhurried())
    return GitHubWriter(client, clean=str, pacer=pacer, patience=patience, outbox=ledger.outbox)


@pytest.fixture(scope="module")
def wire(emulated: Emulated) -> Wire:
    return Wire(connect(emulated.client(), pace=Pace.unhurried()), pacer=Pacer(Pace.unhurried()))


@pytest.fixture(scope="module")
def tracker(emulated: Emulated) -> GitHubTracker:
    return GitHubTracker(connect(emulated.client(), pace=Pace.unhurried()))


@pytest.fixture(scope="module")
def box(tracker: GitHubTracker) -> Repository:
    return tracker.repository(*NAME.split("/"))


@pytest.fixture(scope="module")
def issues(wire: Wire) -> list[int]:
    for title in ("First", "Second"):
        wire.write("POST", f"{HOME}/issues", {"title": title, "body": f"{title}.", "labels": ["bug"]})
    return [1, 2]


@pytest.fixture(scope="module")
def opened(wire: Wire, writer: GitHubWriter, box: Repository, issues: list[int]) -> PullRequest:
    """The pull request of the night, from a branch with one commit."""
    wire.write("POST", f"{HOME}/git/refs", {"ref": "refs/heads/overnight/1-first", "sha": box.head_sha})
    content = base64.b64encode(b"size = 6\n").decode()
    document = {"message": "Size", "content": content, "branch": "overnight/1-first"}
    wire.write("PUT", f"{HOME}/contents/box.py", document)
    return propose(writer, box, "Closes #1")


def propose(writer: GitHubWriter, box: Repository, body: str) -> PullRequest:
    pull = writer.put_pull_request(
        box, head="overnight/1-first", base="main", title="First", body=body, draft=False
    )
    writer.put_labels(box, pull.number, ["made by night"], [])
    return pull


def test_the_repository_is_read_with_its_head(box: Repository) -> None:
    assert (box.full_name, box.default_branch, box.archived) == (NAME, "main", False)
    assert len(box.head_sha or "") == 40


def test_the_account_is_known_and_the_issues_are_listed(
    tracker: GitHubTracker, wire: Wire, issues: list[int]
) -> None:
    assert tracker.login() == LOGIN
    found = [one for one in wire.pages(f"{HOME}/issues", state="open") if "pull_request" not in one]
    assert sorted(one["number"] for one in found) == issues


def test_the_lifetime_comment_is_written_once_and_then_edited(
    wire: Wire, writer: GitHubWriter, box: Repository, issues: list[int]
) -> None:
    first = writer.put_comment(box, issues[1], "issue/2", "Tonight", None)
    assert writer.put_comment(box, issues[1], "issue/2", "Tomorrow", first) == first
    assert writer.put_comment(box, issues[1], "issue/2", "Tomorrow", None) == first
    (comment,) = wire.pages(f"{HOME}/issues/{issues[1]}/comments")
    assert comment["body"].endswith("Tomorrow")


def test_labels_are_defined_put_and_taken_away(
    wire: Wire, writer: GitHubWriter, box: Repository, issues: list[int]
) -> None:
    wanted = {"overnight: ok": ("0e8a16", "Vouched for")}
    writer.put_label_definitions(box, wanted)
    assert writer.put_label_definitions(box, wanted) == 0
    writer.put_labels(box, issues[0], ["overnight: in progress", "overnight: ok"], [])
    writer.put_labels(box, issues[0], ["overnight: pull request"], ["overnight: in progress"])
    names = {one["name"] for one in wire.get(f"{HOME}/issues/{issues[0]}")["labels"]}
    assert names == {"bug", "overnight: ok", "overnight: pull request"}


def test_the_pull_request_is_opened_once_labelled_and_updated(
    wire: Wire, writer: GitHubWriter, box: Repository, opened: PullRequest
) -> None:
    again = propose(writer, box, "Closes #1, explained")
    assert again.number == opened.number
    shown = wire.get(f"{HOME}/pulls/{opened.number}")
    assert shown["body"].endswith("Closes #1, explained")
    assert [one["name"] for one in shown["labels"]] == ["made by night"]
    pulls = list(wire.pages(f"{HOME}/pulls", state="all"))
    assert [one["number"] for one in pulls] == [opened.number]


def test_a_milestone_is_set_where_none_is(
    wire: Wire, writer: GitHubWriter, box: Repository, issues: list[int]
) -> None:
    wire.write("POST", f"{HOME}/milestones", {"title": "Spring"})
    writer.put_milestone(box, issues[0], 1)
    assert wire.get(f"{HOME}/issues/{issues[0]}")["milestone"]["title"] == "Spring"


def test_what_people_say_on_it_is_read_and_answered(
    emulated: Emulated, wire: Wire, box: Repository, opened: PullRequest
) -> None:
    emulated.ask("POST", f"{HOME}/issues/{opened.number}/comments", {"body": "@overnight fix the size"})
    (remark,) = read_remarks(wire, box, opened.number, "another-bot")
    assert (remark.author, remark.body) == (LOGIN, "@overnight fix the size")


def test_the_tracking_issue_and_a_marked_issue_are_there_once(
    emulated: Emulated, wire: Wire, writer: GitHubWriter, box: Repository, ledger: LedgerDatabase
) -> None:
    numbers = {writer.put_tracking_issue(box, "overnight", "Nights", f"{n}", None) for n in range(2)}
    assert len(numbers) == 1
    marked = GitHubIssues(
        connect(emulated.client(), pace=Pace.unhurried()),
        clean=str, pacer=Pacer(Pace.unhurried()), outbox=ledger.outbox,
    )  # fmt: skip
    puts = [marked.put_issue(box, "governance/x", "Model", "Text", ["ai"]) for _ in range(2)]
    assert [put.put for put in puts] == [Put.CREATED, Put.UNCHANGED]
    assert puts[0].number == puts[1].number


def test_closing_and_opening_again_are_done(
    wire: Wire, writer: GitHubWriter, box: Repository, issues: list[int]
) -> None:
    writer.close(box, issues[1])
    assert wire.get(f"{HOME}/issues/{issues[1]}")["state"] == "closed"
    writer.reopen(box, issues[1])
    assert wire.get(f"{HOME}/issues/{issues[1]}")["state"] == "open"


def test_nothing_is_left_unsettled_in_the_outbox(
    ledger: LedgerDatabase, box: Repository, opened: PullRequest
) -> None:
    assert opened.number
    assert ledger.outbox.unsettled() == ()


def test_what_the_stand_in_lacks_is_known(
    tracker: GitHubTracker, emulated: Emulated, box: Repository, opened: PullRequest
) -> None:
    """When this fails, it has caught up: take the words in this module's docstring back, and use it."""
    assert emulated.ask("POST", "/graphql", {"query": "{ viewer { login } }"}).status_code == 404
    with pytest.raises(NotFound):
        tracker.open_issues(box)
    assert emulated.ask("GET", f"{HOME}/rules/branches/main").status_code == 404
    assert emulated.ask("GET", f"{HOME}/issues/{opened.number}").status_code == 404
