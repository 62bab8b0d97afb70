"""What a careful reviewer tried: crashes, stale facts and other people's doings between two steps."""

import pytest

from demo.forge import Fault
from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.errors import DiskFull, NotAuthorized, SandboxUnavailable
from include.overnight.domain.gates import GateName, GateResult, GateStatus, Verdict
from include.overnight.services import building
from include.overnight.services.building import build_issue
from include.overnight.services.judging import judge_change
from include.overnight.services.planning import plan_night
from include.overnight.services.publishing import publish_change
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.services.summarizing import IssueCrashed, crashed, summarize_night
from include.overnight.services.texts import gate_table

from ..fakes import StagedDesk, writes
from ..staging import REPOSITORY, of

pytestmark = pytest.mark.slow  # whole nights and killed processes, minutes together

GOOD = writes("colour.py", "RED = 1\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")


class Killed(BaseException):
    """The process died here."""


def die(*_, **__):
    raise Killed


class NoSandbox:
    def self_test(self):
        raise SandboxUnavailable("no bwrap")


def begin(desk, *, plan=True):
    night, admission = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={"dry_run": False}
    )
    assert admission.admitted, admission.reason
    if plan:
        plan_night(desk, open_night(desk, night))
    return night


def tracking(stage):
    return next(row for row in stage.forge.issues(REPOSITORY) if row.title == "Overnight execution")


def test_a_dependency_merged_on_an_earlier_day_is_on_the_default_branch(stage):
    first = stage.issue("Add a colour")
    stage.night(stage.desk({first: [GOOD]}, settings="draft_pull_requests = false"))
    (pull,) = stage.forge.pull_requests(REPOSITORY)
    stage.forge.merge(pull, "lead", "squash")
    second = stage.issue("Add a shade", f"Depends on #{first}")
    stage.night(stage.desk({second: [writes("shade.py", "X = 1\n")]}))
    assert [one.base for one in stage.forge.pull_requests(REPOSITORY) if one.number != pull.number] == [
        "main"
    ]


def test_a_paid_green_change_survives_a_crash_before_it_is_kept(stage, monkeypatch):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night = begin(desk)
    with monkeypatch.context() as crash:
        crash.setattr(building, "_keep", die)
        with pytest.raises(Killed):
            build_issue(desk, night, number)
    assert build_issue(desk, night, number).change is not None
    assert len(desk.scripted.commissions) == 1


def test_a_killed_attempt_is_resumed_even_without_healing_and_shows_what_it_cost(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [die, GOOD]}, settings="enable_auto_heal = false")
    night = begin(desk)
    with pytest.raises(Killed):
        build_issue(desk, night, number)
    assert build_issue(desk, night, number).change is not None
    attempts = desk.ledger.issue(night, number).attempts
    assert [attempt["outcome"] for attempt in attempts] == ["killed", "accepted"]
    assert sum(attempt["cost_usd"] for attempt in attempts) == float(desk.budgets.spent(night=night))


def test_an_attempt_that_ended_in_an_error_is_on_record_with_its_cost(stage):
    number = stage.issue("Add a colour")
    issue = of(stage.night(stage.desk({number: [DiskFull("no space left")]})), number)
    assert [(attempt["outcome"], attempt["cost_usd"]) for attempt in issue.attempts] == [("killed", 0.01)]


def test_a_night_without_a_plan_says_so_and_is_red(stage):
    desk = stage.desk()
    night = summarize_night(desk, begin(desk, plan=False))
    assert "ended without a plan" in night.reason
    with pytest.raises(IssueCrashed, match="plan_night"):
        crashed(night)


def test_a_plan_that_fails_in_process_ends_the_night(stage):
    desk = stage.desk()
    night = begin(desk, plan=False)
    stage.running.order(Fault("graphql", "POST", times=99, status=401, body={"message": "Bad credentials"}))
    with pytest.raises(NotAuthorized):
        run_night(desk, open_night(desk, night))
    assert desk.ledger.night(night).status == "completed"


def test_a_comment_that_fails_ends_neither_the_issue_nor_the_night(stage):
    first, second = stage.issue("First"), stage.issue("Second")
    desk = stage.desk({first: [GOOD], second: [writes("x.py", "A = 1\n")]})
    fault = Fault(f"/issues/{first}/comments", "POST", status=401, body={"message": "Bad credentials"})
    stage.running.order(fault)
    night = stage.night(desk)
    assert [of(night, number).status for number in (first, second)] == ["pull_request"] * 2


def test_a_deleted_tracking_issue_crashes_nothing(stage):
    stage.night(stage.desk())
    stage.forge.delete_issue(tracking(stage))
    number = stage.issue("Add a colour")
    assert of(stage.night(stage.desk({number: [GOOD]})), number).status == "pull_request"


def test_the_stop_label_ends_one_night_and_not_every_later_one(stage):
    stage.night(stage.desk())
    stage.forge.labelled(tracking(stage), "overnight: stop", "lead")
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    assert of(stage.night(desk), number).status == "parked"
    assert of(stage.night(desk), number).status == "pull_request"


def test_a_retitled_issue_gets_its_new_branch(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    stage.night(desk)
    (pull,) = stage.forge.pull_requests(REPOSITORY)
    stage.forge.edit_issue(pull, "lead", state="closed")
    stage.forge.edit_issue(stage.forge.issue(REPOSITORY, number), "lead", title="Add a red colour")
    issue = of(stage.night(desk, issues=[number]), number)
    assert (issue.status, issue.branch) == ("pull_request", f"overnight/{number}-add-a-red-colour")


def test_a_crash_right_after_the_push_does_not_lock_us_out_of_our_branch(stage, monkeypatch):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD, writes("colour.py", "RED = 2\n")]})
    night = begin(desk)
    build_issue(desk, night, number)
    judge_change(desk, night, number)
    with monkeypatch.context() as crash:
        crash.setattr(type(desk.writer), "put_pull_request", die)
        crash.setattr(type(desk.records), "record_publication", _dies_after(desk.records, 2))
        with pytest.raises(Killed):
            publish_change(desk, night, number)
    assert desk.workspace.remote_sha(open_night(desk, night).repository, f"overnight/{number}-add-a-colour")
    summarize_night(desk, night)
    assert of(stage.night(desk), number).status == "pull_request"


def _dies_after(records, calls):
    real, made = type(records).record_publication, []

    def record(self, repository, key, value):
        made.append(key)
        if len(made) > calls:
            raise Killed
        real(self, repository, key, value)

    return record


def test_an_issue_deleted_or_closed_before_publishing_gets_no_pull_request(stage):
    deleted, closed = stage.issue("Add a colour"), stage.issue("Add a shade")

    def close(tree):
        stage.forge.edit_issue(stage.forge.issue(REPOSITORY, closed), "lead", state="closed")
        GOOD(tree)

    desk = stage.desk({deleted: [GOOD], closed: [close]})
    night = begin(desk)
    build_issue(desk, night, deleted)
    stage.forge.delete_issue(stage.forge.issue(REPOSITORY, deleted))
    assert not judge_change(desk, night, deleted).passed
    build_issue(desk, night, closed)
    judge_change(desk, night, closed)
    assert publish_change(desk, night, closed) is None
    assert stage.forge.pull_requests(REPOSITORY) == []
    assert {desk.ledger.issue(night, number).status for number in (deleted, closed)} == {"skipped"}


def test_a_nights_empty_purse_parks_an_issue(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    path = stage.home / "overnight.toml"
    path.write_text("limits = { night_usd = 0.001 }\n" + path.read_text())
    from include.overnight.settings import load_settings

    poor = StagedDesk(load_settings(path, {}), desk.credentials, scripted=desk.scripted)
    issue = of(stage.night(poor), number)
    assert (issue.status, "limits.night_usd" in issue.reason) == ("parked", True)


def test_a_refused_night_is_not_the_first_one_and_can_be_cleared(stage):
    desk = stage.desk()
    desk.__dict__["sandbox"] = NoSandbox()
    run = {"trigger": "manual", "dag_id": "d", "run_id": "r", "params": {"dry_run": False}}
    night, refused = begin_night(desk, REPOSITORY, **run)
    assert not refused.admitted
    del desk.__dict__["sandbox"]
    again, admitted = begin_night(desk, REPOSITORY, **run)
    assert (again, admitted.admitted) == (night, True)
    assert desk.ledger.night(night).status == "running"


def test_an_issue_blocked_after_we_commented_is_told_so(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD]})
    stage.night(desk)
    other = stage.issue("Outsider", labels=("overnight: skip",))
    stage.forge.edit_issue(stage.forge.issue(REPOSITORY, number), "lead", body=f"Depends on #{other}")
    stage.night(desk)
    issue = stage.forge.issue(REPOSITORY, number)
    (comment,) = stage.forge.comments(issue)
    assert "**Overnight: blocked**" in comment.body
    assert "overnight: blocked" in issue.labels


def test_foreign_words_in_a_gates_reason_are_code_and_nothing_else():
    reason = "ok: test_x[@acme/all `closes #7` <!-- |"
    table = gate_table(Verdict((GateResult(GateName.TEST, GateStatus.PASS, reason),)))
    cell = table.splitlines()[-1].split(" | ", 2)[2].rsplit(" | ", 1)[0]
    assert cell.startswith("`")
    assert cell.endswith("`")
    assert cell.count("`") == 2
    assert "@acme" not in cell


def test_the_morning_message_is_sent_once(stage):
    told = []

    class Telling(StagedDesk):
        def notify(self, title, body):
            told.append(body)

    desk = stage.desk()
    telling = Telling(desk.settings, desk.credentials, scripted=desk.scripted)
    night = begin(telling)
    summarize_night(telling, night)
    summarize_night(telling, night)
    assert len(told) == 1
    assert "0 pull requests to review" in told[0]
