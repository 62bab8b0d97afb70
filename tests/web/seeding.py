"""Nights as the services would write them, for pages to show."""

from decimal import Decimal

from include.overnight.beginning import night_id
from include.overnight.documents import to_document
from include.overnight.domain.changes import Base, Change, Usage
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.gates import GateName
from include.overnight.domain.issues import Dependency, IssueRef, Repository, Source
from include.overnight.domain.lessons import Lesson
from include.overnight.domain.orders import NightOrder
from include.overnight.domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from include.overnight.domain.revisions import Revision, RevisionCause
from include.overnight.ports import Kept
from include.overnight.services.planning import plan_row
from include.overnight.services.revising import ask_for_revision, leave_alone

HOSTILE = '<script>alert("pwned")</script> & "quotes"'
TIERS = ("gpt-4", "gpt-4-turbo", "gpt-5.1")
TYPES = tuple(SequenceType)


def node(full_name):
    return f"R_{full_name.replace('/', '_')}"


class Seeder:
    """Writes one night into a desk's ledger, event by event."""

    def __init__(self, desk, night, full_name="acme/box", dry_run=False):
        self.desk, self.id, self.full_name, self.dry_run = desk, night, full_name, dry_run
        owner, name = full_name.split("/")
        self.repository = Repository(node(full_name), owner, name, "main", head_sha="0" * 40)
        self.order = NightOrder(night, owner, name, trigger="scheduled", dry_run=dry_run)
        desk.records.remember(f"repository/{full_name}", {"node_id": node(full_name)})

    def event(self, kind, description, issue=None, severity=Severity.INFO, attempt="", **metadata):
        return Event(
            kind,
            description,
            severity,
            repository=node(self.full_name),
            night=self.id,
            issue=issue,
            attempt=attempt,
            metadata=metadata,
            dry_run=self.dry_run,
        )

    def write(self, *events):
        return self.desk.ledger.append(*events)

    def start(self):
        self.write(
            self.event(
                EventType.OVERNIGHT_EXECUTION_STARTED,
                f"Night of {self.full_name} started (scheduled)",
                full_name=self.full_name,
                trigger="scheduled",
                order=to_document(self.order),
                repository=to_document(self.repository),
            )
        )
        return self

    def plan(self, count, cycles=()):
        issues = [planned(number) for number in range(1, count + 1)]
        exclusions = [
            {"number": 9001, "title": HOSTILE, "reason": "label `overnight: skip`", "kind": "skip_label"}
        ]
        rows = [plan_row(issue) | {"planned": to_document(issue)} for issue in issues]
        told = f"{count} issues planned, {count} may start, 1 left out"
        self.write(
            self.event(EventType.NIGHT_PLANNED, told, issues=rows, exclusions=exclusions, cycles=list(cycles))
        )
        return self

    def attempt(self, number, tier="gpt-4", outcome="accepted", cost=0.0312, attempt=1, escalate=False):
        task = f"{self.id}/{number}/{attempt}"
        events = [
            self.event(
                EventType.ATTEMPT_STARTED,
                f"#{number} attempt {attempt} on {tier}: base_tier",
                number,
                attempt=task,
                number=attempt,
                tier=tier,
                round=0,
            )
        ]
        if escalate:
            events.append(
                self.event(
                    EventType.MODEL_ESCALATION,
                    f"#{number} escalated to {tier}: complex_reasoning",
                    number,
                    attempt=task,
                    **{"from": "gpt-4", "to": tier, "reason": "complex_reasoning", "exempt": False},
                    justification="complex_reasoning",
                    quota_remaining=9,
                )
            )
        transcript = self.desk.storage.put(
            f"transcripts/{task}.json", b'[{"role": "user", "content": "<b>build</b>"}]'
        )
        events.append(self._finished(number, tier, outcome, cost, attempt, task, transcript))
        self.write(*events)
        return self

    def _finished(self, number, tier, outcome, cost, attempt, task, transcript):
        return self.event(
            EventType.ATTEMPT_FINISHED,
            f"#{number} attempt {attempt} on {tier}: {outcome}",
            number,
            attempt=task,
            number=attempt,
            tier=tier,
            model="scripted",
            outcome=outcome,
            reason="all 9 gates passed" if outcome == "accepted" else "test: 1 test fails",
            tokens=1500,
            input_tokens=1000,
            output_tokens=500,
            cost_usd=cost,
            seconds=12.5,
            sequence_type="build",
            complexity="low",
            summary="did <it>",
            prompt_version="build/3",
            feedback="" if outcome == "accepted" else "test: <test_a> fails",
            transcript=transcript,
            change=None,
        )

    def build(self, number):
        self.write(
            self.event(
                EventType.CHANGE_BUILT,
                f"#{number} is built",
                number,
                branch=f"overnight/{number}-x",
                head_sha="a" * 40,
                round=0,
                labels=[],
            )
        )
        return self

    def judge(self, number, red=""):
        gates = [
            {
                "gate": str(gate),
                "status": "fail" if gate == red else "pass",
                "reason": f"{gate} says <so>",
                "seconds": 1.0,
                "findings": [],
            }
            for gate in GateName
        ]
        self.write(
            self.event(
                EventType.CHANGE_JUDGED,
                f"#{number}: judged",
                number,
                head_sha="a" * 40,
                passed=not red,
                gates=gates,
            )
        )
        return self

    def publish(self, number):
        self.write(
            self.event(
                EventType.CHANGE_PUBLISHED,
                f"#{number}: pull request #{1000 + number}",
                number,
                pull_request=1000 + number,
                url=f"https://github.example/acme/box/pull/{1000 + number}",
                branch=f"overnight/{number}-x",
                head_sha="a" * 40,
                base="main",
            )
        )
        return self

    def end(self, number, status="pull_request", reason="all gates passed"):
        kind = {
            "failed": EventType.ISSUE_EXECUTION_FAILED,
            "blocked": EventType.ISSUE_EXECUTION_SKIPPED,
            "skipped": EventType.ISSUE_EXECUTION_SKIPPED,
        }.get(status, EventType.ISSUE_EXECUTION_COMPLETED)
        more = {"pull_request": 1000 + number} if status == "pull_request" else {}
        severity = Severity.ERROR if status == "failed" else Severity.INFO
        self.write(
            self.event(
                kind, f"#{number} {status}: {reason}", number, severity, status=status, reason=reason, **more
            )
        )
        return self

    def whole(self, number):
        """Take an issue all the way to its pull request."""
        return self.attempt(number).build(number).judge(number).publish(number).end(number)

    def complete(self):
        from include.overnight.domain.nights import totals

        counted = totals(self.desk.ledger.night(self.id))
        self.write(
            self.event(
                EventType.OVERNIGHT_EXECUTION_COMPLETED,
                f"Night of {self.full_name} completed: {counted['success']} succeeded",
                totals=counted,
                full_name=self.full_name,
            )
        )
        return self


def planned(number):
    depends = (Dependency(IssueRef(number - 1), Source.TEXT, f"Depends on #{number - 1}"),)
    chained = number % 5 not in (0, 1)
    return PlannedIssue(
        number=number,
        title=HOSTILE if number == 3 else f"Issue {number} wants a change",
        body_sha256="b" * 64,
        position=number,
        classification=Classification(
            TYPES[number % 7], tuple(Complexity)[number % 3], f"label type {number}", "short body"
        ),
        depends_on=depends if chained else (),
        waits_for=(number - 1,) if chained else (),
        depth=max(number % 5 - 1, 0),
        reason="its dependencies come first",
        blocked="#7 is not closed" if number % 11 == 0 else "",
        base_tier=TIERS[number % 3],
        base_tier_reason="base_tier",
        files_affected=2,
    )


def seed_night(desk, night="night-one", full_name="acme/box", finished=True):
    """Write a night with an issue at every stage; return its Seeder."""
    seeder = Seeder(desk, night, full_name).start().plan(12, cycles=("#40 → #41 → #40",))
    seeder.whole(1).whole(2)
    seeder.attempt(3, "gpt-4", "gates_failed").attempt(
        3, "gpt-4-turbo", "gates_failed", 0.4, 2, escalate=True
    )
    seeder.end(3, "failed", "gates stayed red: <test_a>")
    seeder.end(11, "blocked", "#7 is not closed")
    seeder.attempt(4).build(4).judge(4)
    seeder.attempt(5).build(5)
    seeder.attempt(6, outcome="gates_failed")
    if finished:
        for number in (4, 5, 6, 7, 8, 9, 10, 12):
            seeder.end(number, "skipped", "the night was stopped by ann")
        seeder.complete()
    return seeder


def airflows_night(desk, full_name="acme/box", run_id="manual__0:+00:00"):
    """Write a finished night that is a run of Airflow's, once; return its id."""
    night = night_id(node(full_name), f"overnight_execution.{full_name.replace('/', '.')}", run_id)
    if desk.ledger.night(night) is None:
        seed_night(desk, night, full_name)
    return night


def seed_rest(desk, full_name="acme/box"):
    """Write what stands beside nights: a question, lessons, money, a desktop."""
    repository = node(full_name)
    desk.approvals.ask(repository, 6, "escalation:experimental", "base_tier, as <experimental>", "night-one")
    desk.lessons.learn(
        Lesson(repository, "Money is <Decimal>, never float", "gate test, issue #1", rule="test/x")
    )
    desk.lessons.learn(Lesson(repository, "Close what you open", "ann", rule="person/taught"))
    budget = desk.budgets.open(NightOrder("night-one", "acme", "box"), repository, 1, "night-one/1/1")
    budget.settle(budget.reserve(Decimal("0.5")), Usage(1000, 500, 0, 3, Decimal("0.4312")))
    kept = Kept(
        "night-one",
        1,
        Change(1, Base("main", "0" * 40), "a" * 40, "b" * 40, "overnight/1-x", "file:///nowhere.bundle"),
        "c" * 64,
        False,
        True,
    )
    desk.records.keep_change(repository, kept)
    desk.ledger.append(
        Event(
            EventType.DESKTOP_HEALTH_CHECK,
            "pantry: health: in order",
            repository=repository,
            metadata={"desktop": "pantry", "full_name": full_name, "ready": True, "issues": []},
        ),
        Event(
            EventType.DESKTOP_SYNC_FAILED,
            "attic: uncommitted work",
            Severity.WARNING,
            metadata={
                "desktop": "attic",
                "full_name": "",
                "ready": False,
                "issues": ["disk: 1 % left"],
                "reason": "disk",
            },
        ),
    )


def seed_following(desk, night="night-one", full_name="acme/box"):
    """Write how pull requests 1001 and 1002 went on, what is owed on one, and a switch of builders."""
    seeder, repository = Seeder(desk, night, full_name), node(full_name)
    told = {"state": "in the merge queue", "move": "enqueue", "reason": "x", "draft": False}
    seeder.write(
        seeder.event(EventType.PULL_REQUEST_ENQUEUED, "#1: in the merge queue", 1, pull_request=1001, **told)
    )
    asked = Revision(2, 1002, RevisionCause.REVIEW, "Use <Decimal>", "a" * 40, ("mara",), (("review", 5),))
    place = Repository(repository, *full_name.split("/"), "main")
    assert ask_for_revision(desk, place, asked)
    leave_alone(desk, repository, 1001, "ben")
    desk.ledger.append(
        Event(
            EventType.BUILDER_SWITCH,
            "Builder openai switched from primary to desktop: it failed 3 times in a row",
            Severity.WARNING,
            metadata={"desktop": "builder", "builder": "openai", "from": "primary", "to": "desktop"},
        )
    )


def seed_large(desk, night="night-large", count=2000, full_name="acme/box"):
    """Write a finished night of many issues, in few transactions."""
    seeder = Seeder(desk, night, full_name).start().plan(count)
    events = []
    for number in range(1, count + 1):
        events.append(
            seeder._finished(number, TIERS[number % 3], "accepted", 0.03, 1, f"{night}/{number}/1", "")
        )
        events.append(
            seeder.event(
                EventType.ISSUE_EXECUTION_COMPLETED,
                f"#{number} judged",
                number,
                status="judged",
                reason="dry run: all gates passed, nothing was pushed",
            )
        )
        if len(events) >= 200:
            seeder.write(*events)
            events = []
    if events:
        seeder.write(*events)
    return seeder.complete()
