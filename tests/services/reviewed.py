"""A pull request of ours on a stage, and people who talk on it."""

from demo.forge.reviewing import add_review_comment
from include.overnight.adapters.ledger import uuid7
from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.orders import NightOrder
from include.overnight.services.admitting import admit_night
from include.overnight.services.concluding import conclude
from include.overnight.services.reading import OpenNight, open_night
from include.overnight.services.revising_heard import collect_requests

from ..staging import REPOSITORY, of

READY = "draft_pull_requests = false\ngates = { generate_tests = false }"


class Talk:
    """A pull request of ours, and what people say on it and we answer."""

    def __init__(self, stage, desk, issue, order, repository):
        self.stage, self.desk, self.issue = stage, desk, issue
        self.order, self.repository, self.node = order, repository, repository.node_id
        (self.pull,) = stage.forge.pull_requests(REPOSITORY)

    def listen(self):
        return collect_requests(self.desk, self.order, self.repository)

    def requests_changes(self, *texts, body=""):
        """Have ann request changes, a thread for each text; return what began the threads."""
        review = self.stage.forge.review(self.pull, "ann", "CHANGES_REQUESTED", body)
        return [self.thread(text, review=review.id) for text in texts]

    def thread(self, text, author="ann", **more):
        world = self.stage.forge.world
        with world.turn():
            pull = world.pull(*self.pull.key)
            return add_review_comment(world, pull, author, text, "colour.py", 1, **more)

    def says(self, text, author="ann", association="COLLABORATOR"):
        issue = self.stage.forge.issue(REPOSITORY, self.pull.number)
        return self.stage.forge.comment(issue, author, text, association=association)

    def replies(self):
        known = self.stage.forge.world.store.review_comments
        return [one for one in known if one.in_reply_to and one.author == "overnight-bot"]

    def answers(self):
        issue = self.stage.forge.issue(REPOSITORY, self.pull.number)
        return [one.body for one in self.stage.forge.comments(issue) if one.author == "overnight-bot"]

    def outcomes(self):
        query = EventQuery(types=(EventType.REVISION_ANSWERED,), limit=None, oldest_first=True)
        return [event.metadata["outcome"] for event in self.desk.ledger.events(query)]


class Scene(Talk):
    """A pull request that a night published, and a desk whose builder plays what comes next."""

    def __init__(self, stage, first, later, settings=READY):
        issue = stage.issue("Add a colour")
        self.published = stage.night(desk := stage.desk({issue: first}, settings=settings))
        night = open_night(desk, self.published.id)
        desk = stage.desk({issue: later}, settings=settings)
        super().__init__(stage, desk, issue, night.order, night.repository)

    def fresh(self):
        """Return the pull request as it is now; there must be no other."""
        (pull,) = self.stage.forge.pull_requests(REPOSITORY)
        return pull

    def night(self, **params):
        night = self.stage.night(self.desk, **params)
        return night, of(night, self.issue)


def posted(stage, settings="", **order):
    """Return the talk on a pull request of ours, without the night that it takes to make one."""
    desk, issue = stage.desk(settings=settings), stage.issue("Add a colour")
    repository = desk.tracker.repository("acme", "box")
    told = NightOrder(uuid7(desk.clock.now()), "acme", "box", dry_run=False, **order)
    assert admit_night(desk, told, repository).admitted
    night, branch = OpenNight(told, repository), "overnight/1-add-a-colour"
    head = stage.forge.commit(REPOSITORY, branch, {"colour.py": "RED = 1\n"}, "Add a colour", "overnight-bot")
    pull = stage.forge.create_pull_request(REPOSITORY, "overnight-bot", title="Add a colour", head=branch)
    desk.records.record_publication(repository.node_id, f"branch/{branch}", head)
    document = {"pull_request": pull.number, "url": "", "branch": branch, "head_sha": head, "base": "main"}
    desk.ledger.append(
        night.event(EventType.CHANGE_PUBLISHED, "published", issue=issue, metadata=document),
    )
    conclude(desk, night, issue, IssueStatus.PULL_REQUEST, "all 9 gates passed", pull_request=pull.number)
    return Talk(stage, desk, issue, told, repository)
