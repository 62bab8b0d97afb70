"""A whole night on a GitHub that limits, loses answers and hangs up: complete, and each write once."""

import random
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import GitHubTracker, Patience
from include.overnight.adapters.github.following import GitHubFollower
from include.overnight.adapters.ledger import uuid7
from include.overnight.adapters.sandbox import UnconfinedSandbox
from include.overnight.beginning import begin_night
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night

from ..adapters.ledger.builders import skip_fsync
from ..fakes import writes
from ..staging import REPOSITORY, of, open_stage
from .boxed import BoxedDesk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ISSUES, TROUBLE, MOST_IN_A_ROW = 40, 100, 3
LIMIT = {"message": "You have exceeded a secondary rate limit. Please wait before you try again."}
KINDS = {
    "403": {"status": 403, "body": LIMIT, "headers": {"retry-after": "1"}},
    "429": {"status": 429, "body": LIMIT, "headers": {"retry-after": "2"}},
    "502": {"status": 502},
    "502 after": {"when": "after", "status": 502},
    "reset": {"reset": True},
    "reset after": {"reset": True, "when": "after"},
}
PATHS = (r"/comments$", r"/pulls$", r"/labels$", r"/issues/\d+$", r"/issues$", r"/pulls\?", "graphql$")
FILES = {
    "box.py": "def size(a, b):\n    return a * b\n",
    "README.md": "# box\n",
    ".overnight.yml": "test: python -c 'import box'\n",
}


@dataclass(frozen=True)
class HurriedDesk(BoxedDesk):
    """A boxed desk that does not wait for its reads either; this night is about GitHub, not about walls."""

    @cached_property
    def sandbox(self):
        return UnconfinedSandbox()

    @cached_property
    def tracker(self):
        return GitHubTracker(self.github.client, patience=Patience(sleep=self.clock.sleep, attempts=6))

    @cached_property
    def follower(self):
        return GitHubFollower(self.github.client, patience=Patience(sleep=self.clock.sleep, attempts=6))


def hurried(desk):
    return HurriedDesk(
        desk.settings, desk.credentials, scripted=desk.scripted, tiers=desk.tiers, counsel=desk.counsel
    )


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path, FILES) as opened:
        yield opened


class Trouble:
    """Faults ordered as the night goes on: never more in a row on one path than a caller bears."""

    def __init__(self, running):
        self.running, self.dice = running, random.Random(4711)

    def watch(self, step, number):
        if step not in ("judge", "publish"):
            return
        for _ in range(3):
            path, kind = self.dice.choice(PATHS), self.dice.choice(list(KINDS))
            waiting = [fault.path for fault in self.running.forge.faults.waiting()]
            if waiting.count(path) < MOST_IN_A_ROW:
                self.running.order(Fault(path, **KINDS[kind]))


def made_twice(stage):
    """Return every comment, pull request and issue of ours that stands there more than once."""
    forge, found = stage.forge, Counter()
    for pull in forge.pull_requests(REPOSITORY):
        found[f"pull request from {pull.head}"] += 1
    for issue in forge.issues(REPOSITORY):
        found[f"issue {issue.title}"] += not issue.pull
        found.update(
            f"comment on #{issue.number}: {note.body.splitlines()[0]}" for note in forge.comments(issue)
        )
    return {what: count for what, count in found.items() if count > 1}


def test_a_night_of_forty_issues_ends_complete_whatever_github_does_and_forge_and_ledger_agree(stage):
    numbers = [stage.issue(f"Add colour {n}") for n in range(1, ISSUES + 1)]
    scripts = {n: [writes(f"colour_{n}.py", f"COLOUR = {n}  # one of the rainbow's\n")] for n in numbers}
    desk = hurried(stage.desk(scripts, settings="draft_pull_requests = false"))
    skip_fsync(desk.ledger_url)
    night, admission = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={})
    assert admission.admitted, admission.reason
    night = run_night(desk, open_night(desk, night), Trouble(stage.running).watch)

    rows = [of(night, number) for number in numbers]
    assert {row.status for row in rows} == {"pull_request"}, [row.reason for row in rows]
    assert made_twice(stage) == {}
    pulls = {pull.number: pull for pull in stage.forge.pull_requests(REPOSITORY)}
    assert {row.pull_request for row in rows} == set(pulls)
    for row in rows:
        assert f"#{row.number}" in stage.forge.issue(REPOSITORY, row.pull_request).body
        (comment,) = stage.forge.comments(stage.forge.issue(REPOSITORY, row.number))
        assert f"#{row.pull_request}" in comment.body
    published = desk.ledger.events(
        EventQuery(types=(EventType.CHANGE_PUBLISHED,), night=night.id, limit=None)
    )
    assert Counter(event.issue for event in published) == dict.fromkeys(numbers, 1)
    assert desk.box.outbox.unsettled() == ()
    met = Counter(entry.status for entry in stage.running.requests() if entry.fault)
    assert {403, 429, 502, 0} <= set(met), met
    assert sum(met.values()) >= TROUBLE
