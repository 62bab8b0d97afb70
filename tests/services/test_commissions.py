"""Nights that commission GitHub's agent: its change is judged as any other, and it is told the verdict."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from demo.forge import Forge
from demo.forge.copilot import BOT, Copilot, running_copilot
from include.overnight.adapters.ledger import upgrade, uuid7
from include.overnight.assembly import Overnight
from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.domain.changes import IssueStatus
from include.overnight.services.planning import decide_plan
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.services.stopping import stop_night
from include.overnight.settings import load_settings

from ..staging import FILES, REPOSITORY, TOKEN, of

GOOD = {"box.py": "def size(a, b):\n    return a * b\n\n\ndef area(a, b):\n    return size(a, b)\n"}
BAD = {"box.py": "def size(a, b):\n    return 0\n"}
SETTINGS = """\
home = "{home}"
github_url = "{url}"
[gates]
review = false
generate_tests = false
[builders.hired]
kind = "copilot"
look_again_seconds = 1
wait_seconds = 600
[[repositories]]
name = "acme/box"
dry_run = {dry}
builder = "hired"
"""


@dataclass
class Meanwhile:
    """A clock of which every sleep is the agent's time."""

    does: list[Callable[[], object]] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if self.does:
            self.does.pop(0)()


@dataclass(frozen=True)
class Hiring(Overnight):
    """The real desk with a clock that lets the agent work."""

    meanwhile: Meanwhile = field(default_factory=Meanwhile)

    @property
    def clock(self) -> Meanwhile:
        return self.meanwhile


@dataclass
class Office:
    """A forge with the agent, one issue, and a desk."""

    forge: Forge
    agent: Copilot
    desk: Hiring
    number: int
    night_id: str = ""

    def night(self, *does: Callable[[], object], **params):
        self.desk.meanwhile.does[:] = does
        self.night_id = uuid7(self.desk.clock.now())
        night, admission = begin_night(
            self.desk, REPOSITORY, trigger="cli", night=self.night_id, params=params
        )
        assert admission.admitted, admission.reason
        return run_night(self.desk, open_night(self.desk, night))

    def works(self, files):
        return lambda: self.agent.work(files)

    @property
    def pull(self):
        """The agent's own pull request."""
        return self.forge.issue(REPOSITORY, self.agent.tasks[-1].pull or 0)

    def told(self):
        return [comment.body for comment in self.forge.comments(self.pull)]


@pytest.fixture
def office(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, text in FILES.items():
        (tree / name).write_text(text)
    with Forge(tmp_path / "forge") as forge, running_copilot(forge) as (running, agent):
        forge.create_repository("acme", "box", tree=tree)
        forge.allow(TOKEN, "overnight-bot", "write")
        issue = forge.create_issue(
            REPOSITORY, "Add an area", "Please.", author="lead", author_association="OWNER"
        )
        path = tmp_path / "overnight.toml"
        path.write_text(SETTINGS.format(home=tmp_path / "work", url=running.rest_url, dry="false"))
        settings = load_settings(path, {})
        settings.home.mkdir()
        desk = Hiring(settings, from_environment({"GITHUB_TOKEN": TOKEN}, frozenset()))
        upgrade(desk.ledger_url)
        yield Office(forge, agent, desk, issue.number)


def test_its_change_becomes_ours_with_its_name_kept_and_it_is_told_the_verdict(office):
    night = office.night(office.works(GOOD))
    row = of(night, office.number)
    assert row.status == IssueStatus.PULL_REQUEST, row.reason
    assert row.cost_usd == 0
    assert office.forge.issue(REPOSITORY, row.pull_request).author == "overnight-bot"
    assert office.forge.pull_request(REPOSITORY, row.pull_request).head == row.branch
    (commit,) = office.forge.bare(REPOSITORY).commits(row.branch, limit=1)
    assert commit.author.name == "Overnight"
    assert f"Co-authored-by: {BOT} <" in commit.message
    verdict, farewell = office.told()
    assert "Overnight's gates on this change" in verdict
    assert "| drift | pass |" in verdict
    assert farewell.endswith(f"the change goes on in #{row.pull_request}.")
    assert office.pull.state == "closed"


def test_a_red_change_is_told_of_and_the_next_night_goes_on_with_its_pull_request(office):
    night = office.night(office.works(BAD), office.works(BAD))
    assert of(night, office.number).status == IssueStatus.FAILED
    assert office.pull.state == "open"
    assert "Overnight is done: " in office.told()[-1]
    again = office.night(office.works(GOOD))
    assert of(again, office.number).status == IssueStatus.PULL_REQUEST, of(again, office.number).reason
    assert len(office.agent.tasks) == 1


def test_an_agent_that_a_person_set_to_work_is_somebody_else(office):
    desk = office.desk
    desk.builder("hired")._hub.assign(desk.tracker.repository("acme", "box"), office.number, {})
    office.agent.work(GOOD)
    night = office.night()
    assert night.issues == ()
    assert night.exclusions[0]["kind"] == "has_pull_request"


def test_a_night_that_is_stopped_ends_its_work_too(office):
    stop = lambda: stop_night(office.desk, office.night_id, who="ann", now=True)  # noqa: E731
    night = office.night(lambda: office.agent.work(GOOD, "in_progress"), stop)
    assert of(night, office.number).status == IssueStatus.PARKED
    assert office.pull.state == "closed"
    assert BOT not in office.forge.issue(REPOSITORY, office.number).assignees


def test_a_dry_run_asks_the_agent_for_nothing(office):
    night = office.night(dry_run=True)
    row = of(night, office.number)
    assert (row.status, office.agent.tasks) == (IssueStatus.PARKED, [])
    assert "a dry run writes nothing on GitHub" in row.reason


def test_a_plan_shown_beforehand_agrees_with_the_nights(office):
    office.night(office.works(BAD), office.works(BAD))
    night = open_night(office.desk, office.night_id)
    issues = office.desk.tracker.open_issues(night.repository)
    assert [pull.author for pull in issues[0].pull_requests] == [BOT]
    assert [one.number for one in decide_plan(office.desk, night, issues).issues] == [office.number]
