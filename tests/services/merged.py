"""A scene of open pull requests of ours, to be merged onto a default branch that turns red or stays green."""

from include.overnight.beginning import begin_night
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.default_branch import watch_default_branch
from include.overnight.services.reading import open_night
from include.overnight.settings import make_order

from ..staging import REPOSITORY

COLOUR, SHADE = "colour.py", "shade.py"
TEXTS = {COLOUR: "RED = 1\n", SHADE: "SHADE = 2\n"}
RULE = """\
import pathlib
import unittest


class Rule(unittest.TestCase):
    def test_there_is_no_shade(self):
        self.assertFalse(pathlib.Path("shade.py").exists())
"""
NO_COLOUR = RULE.replace("shade", "colour")


class Scene:
    """A stage on which pull requests of ours are open, as a night would have left them."""

    def __init__(self, stage, files, settings="", **issue):
        self.stage, self.settings = stage, settings
        desk = self.desk
        night, admission = begin_night(desk, REPOSITORY, trigger="cli", params={"dry_run": False})
        assert admission.admitted, admission.reason
        self.night = open_night(desk, night)
        self.numbers = [self._published(desk, title, name, issue) for title, name in files.items()]
        self.pulls = {pull.number: pull for pull in stage.forge.pull_requests(REPOSITORY)}

    def _published(self, desk, title, name, issue):
        forge, number = self.stage.forge, self.stage.issue(title, **issue)
        branch = f"overnight/{number}-x"
        sha = forge.commit(REPOSITORY, branch, {name: TEXTS[name]}, title, "overnight-bot")
        pull = forge.create_pull_request(
            REPOSITORY, "overnight-bot", title=title, head=branch, body=f"Closes #{number}"
        )
        published = {"pull_request": pull.number, "head_sha": sha, "branch": branch}
        desk.ledger.append(
            self.night.event(EventType.CHANGE_PUBLISHED, "published", issue=number, metadata=published)
        )
        return number

    @property
    def desk(self):
        return self.stage.desk({}, self.settings)

    @property
    def head(self):
        return self.stage.forge.bare(REPOSITORY).branch("main")

    def merge(self, number, method="merge"):
        forge, branch = self.stage.forge, f"overnight/{number}-"
        pull = next(pull for pull in self.pulls.values() if pull.head.startswith(branch))
        return forge.merge(pull, "lead", method)

    def person(self, files, message="A person's work"):
        return self.stage.forge.commit(REPOSITORY, "main", files, message, "ann")

    def check(self, conclusion, sha="", name="ci"):
        self.stage.forge.check_run(REPOSITORY, sha or self.head, name, conclusion)

    def watch(self, desk=None):
        desk = desk or self.desk
        return watch_default_branch(desk, self.order(desk), desk.tracker.repository("acme", "box"))

    def order(self, desk):
        return make_order(desk.settings, REPOSITORY, "", trigger="manual", now=desk.clock.now())

    def reverts(self):
        pulls = self.stage.forge.pull_requests(REPOSITORY)
        return [pull for pull in pulls if pull.head.startswith("overnight/revert-")]

    def said(self, number):
        comments = self.stage.forge.comments(self.stage.forge.issue(REPOSITORY, number))
        return [comment.body for comment in comments if "overnight:rollback/" in comment.body]

    def events(self, *types):
        return self.desk.ledger.events(EventQuery(types=types, limit=None))


def red_scene(stage, settings="", **issue):
    """Return a scene with one merge of ours onto a green branch, which is red since."""
    scene = Scene(stage, {"Add a colour": COLOUR}, settings, **issue)
    scene.person({"test_rule.py": NO_COLOUR})
    scene.check("success")
    scene.pull = scene.merge(scene.numbers[0])
    scene.check("failure")
    return scene
