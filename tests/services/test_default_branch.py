"""A default branch that turns red after merges of ours: who did it, and what is done about it, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.overnight.domain.events import EventType
from include.overnight.domain.rollback import CaseState
from include.overnight.failpoints import arm
from include.overnight.services.default_branch import watch_default_branch, watch_repository
from include.overnight.services.learning import trials
from include.overnight.services.rollback_cases import case_of, give_word
from include.overnight.services.rolling_back import roll_back
from include.overnight.settings import make_order

from ..fakes import writes
from ..staging import REPOSITORY, of
from .merged import COLOUR, NO_COLOUR, RULE, SHADE, Scene, red_scene


@pytest.fixture
def red(stage):
    """One merge of ours onto a green branch, which is red since; the issue is critical."""
    return red_scene(stage, labels=("critical",))


def test_without_a_merge_of_ours_nothing_is_asked_of_github_but_the_repository(stage):
    scene = Scene(stage, {})
    watched = scene.watch()
    assert watched.reason == "nothing of ours was merged in the last 24 hours"
    assert not [one for one in stage.running.requests() if "check-runs" in one.path]


def test_a_green_branch_is_remembered_as_green(red):
    red.check("success")
    watched = red.watch()
    assert (watched.colour, red.reverts()) == ("green", [])


def test_the_only_candidate_is_reverted_at_once_when_its_issue_is_critical(red):
    (number,) = red.numbers
    watched = red.watch()
    (revert,) = red.reverts()
    assert (watched.case.state, watched.case.pull_request) == (CaseState.OPENED, revert.number)
    issue = red.stage.forge.issue(REPOSITORY, revert.number)
    assert issue.title == f'Revert "Add a colour" (#{red.pull.number})'
    for words in (f"overnight:rollback/{red.pull.number}", "*Broken checks*: `ci`", "green on it", "-m 1"):
        assert words in issue.body
    changed = red.stage.forge.bare(REPOSITORY).changes("main", revert.head)
    assert [(file.path, file.status) for file in changed] == [("colour.py", "removed")]
    assert red.stage.forge.issue(REPOSITORY, number).state == "open"
    assert len(red.said(number)) == len(red.said(red.pull.number)) == 1
    (event,) = red.events(EventType.ROLLBACK_OPENED)
    assert (event.issue, event.night, event.metadata["checks"]) == (number, red.night.id, ["ci"])
    (lesson,) = red.desk.lessons.all()
    assert (lesson.rule, lesson.scope) == ("rollback/broke_default_branch", "colour.py")


def test_a_second_look_says_and_writes_nothing_new(red):
    red.watch()
    before = len(red.stage.running.requests("POST")), len(red.stage.running.requests("PATCH"))
    again = red.watch()
    queries = [one for one in red.stage.running.requests("POST") if one.path.endswith("/graphql")]
    assert "takes the cause back" in again.reason
    assert len(red.stage.running.requests("POST")) - before[0] <= len(queries)
    assert len(red.stage.running.requests("PATCH")) == before[1]
    assert (len(red.reverts()), len(red.events(EventType.ROLLBACK_OPENED))) == (1, 1)


def test_killed_after_any_step_and_run_again_there_is_one_of_everything(red, monkeypatch):
    class Killed(BaseException):
        pass

    def dying(original, left):
        def call(*arguments, **options):
            done = original(*arguments, **options)
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return done

        return call

    def killed(*_):
        arm("")
        raise Killed

    monkeypatch.setattr("os.kill", killed)
    for point in ("rollback.after_push", "rollback.after_pull_request"):
        arm(point)
        with pytest.raises(Killed):
            red.watch()
    deaths = 0
    while True:
        desk, left = red.desk, [deaths + 1]
        for part, names in (
            (desk.records, ("remember", "record_publication")),
            (desk.ledger, ("append",)),
            (desk.lessons, ("learn",)),
            (desk.writer, ("put_pull_request", "put_comment", "reopen")),
        ):
            for name in names:
                monkeypatch.setattr(part, name, dying(getattr(part, name), left))
        try:
            watched = red.watch(desk)
        except Killed:
            deaths += 1
            continue
        break
    (number,) = red.numbers
    assert deaths > 4
    assert watched.case.state is CaseState.OPENED
    assert [len(red.said(one)) for one in (number, red.pull.number)] == [1, 1]
    assert (
        len(red.reverts()) == len(red.events(EventType.ROLLBACK_OPENED)) == len(red.desk.lessons.all()) == 1
    )


def test_several_candidates_are_bisected_in_the_clean_room_and_others_commits_are_told_apart(stage):
    scene = Scene(stage, {"Add a colour": COLOUR, "Add a shade": SHADE}, 'rollback = "automatic"')
    scene.person({"test_rule.py": RULE})
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.person({"notes.md": "# Notes\n"})
    guilty = scene.merge(scene.numbers[1], "squash")
    scene.person({"more.md": "# More\n"})
    scene.check("failure")
    watched = scene.watch()
    accusation = watched.case.accusation
    assert (accusation.merge.pull_request, watched.case.state) == (guilty.number, CaseState.OPENED)
    assert len(accusation.probes) <= 3
    assert accusation.broken[0].endswith("test_there_is_no_shade")
    (revert,) = scene.reverts()
    body = stage.forge.issue(REPOSITORY, revert.number).body
    assert "| 1 | " in body
    assert "bisected in" in body
    changed = stage.forge.bare(REPOSITORY).changes("main", revert.head)
    assert [file.path for file in changed] == ["shade.py"]


def test_somebody_elses_commit_is_told_once_and_nothing_is_done(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, 'rollback = "automatic"')
    scene.check("success")
    scene.merge(scene.numbers[0])
    theirs = scene.person({"test_rule.py": RULE, "shade.py": "SHADE = 1\n"})
    scene.check("failure")
    for _ in range(2):
        assert f"{theirs[:12]} broke it, which is not ours" in scene.watch().reason
    notes = [one for one in scene.events(EventType.GOVERNANCE_NOTE) if "is red at" in one.description]
    assert (len(notes), scene.reverts(), scene.said(scene.numbers[0])) == (1, [], [])


def test_a_branch_that_was_red_before_is_not_ours(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, 'rollback = "automatic"')
    scene.check("failure")
    scene.merge(scene.numbers[0])
    scene.check("failure")
    assert "it was red before our first merge" in scene.watch().reason
    assert scene.reverts() == []


def test_only_required_checks_count_where_some_are_required(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, 'rollback = "automatic"')
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.stage.forge.protect(REPOSITORY, "main", contexts=("ci",))
    scene.check("success")
    scene.check("failure", name="nightly")
    assert scene.watch().colour == "green"


def test_a_head_that_was_taken_for_green_too_early_is_still_blamed(stage):
    scene = Scene(stage, {"Add a colour": COLOUR})
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.check("success")
    assert scene.watch().colour == "green"
    scene.check("failure", name="integration")
    assert scene.watch().asks


def test_a_required_check_is_waited_for_until_it_was_silent_for_hours(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, "rollback_window_hours = 48")
    scene.merge(scene.numbers[0])
    stage.forge.protect(REPOSITORY, "main", contexts=("ci", "for pull requests alone"))
    scene.check("success")
    desk = scene.desk
    now = desk.clock.now()
    for hours, colour in ((0, "pending"), (1, "pending"), (3, "green")):
        desk.clock.now = lambda hours=hours: now + timedelta(hours=hours)
        assert scene.watch(desk).colour == colour
    stage.forge.protect(REPOSITORY, "main")
    scene.person({"notes.md": "# Notes\n"})
    stage.forge.protect(REPOSITORY, "main", contexts=("ci", "for pull requests alone"))
    scene.check("success")
    assert scene.watch(desk).colour == "green"


def test_what_does_not_happen_in_the_clean_room_is_asked_however_critical_it_is(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, 'rollback = "automatic"', labels=("critical",))
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.check("failure")
    assert (scene.watch().asks, scene.reverts(), scene.said(scene.numbers[0])) == (True, [], [])
    (asked,) = scene.desk.approvals.queue()
    assert "The repository's own commands are green in the clean room." in asked["why"]


def test_what_is_not_critical_is_asked_and_done_when_a_person_says_yes(stage):
    scene = Scene(stage, {"Add a colour": COLOUR})
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.check("failure")
    for _ in range(2):
        watched = scene.watch()
        assert (watched.asks, scene.reverts()) == (True, [])
    desk = scene.desk
    (asked,) = desk.approvals.queue()
    assert asked["subject"] == f"rollback:{watched.case.accusation.merge.sha}"
    assert "`" not in asked["why"]
    repository = desk.tracker.repository("acme", "box")
    give_word(desk, repository, watched.case.accusation, "lead", "it hurts", granted=True)
    watched = scene.watch()
    assert watched.case.state is CaseState.OPENED
    assert watched.case.reason == "a person allowed it: lead, it hurts"
    assert len(scene.reverts()) == 1


def test_a_refusal_ends_it(stage):
    scene = Scene(stage, {"Add a colour": COLOUR}, 'rollback = "ask"', labels=("critical",))
    scene.check("success")
    scene.merge(scene.numbers[0])
    scene.check("failure")
    desk, watched = scene.desk, scene.watch()
    give_word(
        desk, desk.tracker.repository("acme", "box"), watched.case.accusation, "lead", "flaky", granted=False
    )
    assert scene.watch().case.state is CaseState.CLOSED
    assert "settled" in scene.watch().reason
    assert (scene.reverts(), scene.said(scene.numbers[0])) == ([], [])


def test_a_branch_that_people_mended_ends_the_question(stage):
    scene = Scene(stage, {"Add a colour": COLOUR})
    scene.check("success")
    pull = scene.merge(scene.numbers[0])
    scene.check("failure")
    assert scene.watch().asks
    scene.person({"colour.py": None}, 'Revert "Add a colour"')
    scene.check("success")
    assert scene.watch().colour == "green"
    case = case_of(scene.desk, scene.desk.ledger.nights()[0].repository, pull.number)
    assert (case.state, case.reason) == (CaseState.CLOSED, "the branch is green again without a rollback")


def test_what_somebody_has_taken_back_already_is_noted_and_left(red):
    red.person({"colour.py": None}, 'Revert "Add a colour"')
    red.check("failure")
    red.desk.records.remember(f"green/{red.desk.ledger.nights()[0].repository}", {})
    repository = red.desk.tracker.repository("acme", "box")
    case = roll_back(red.desk, red.order(red.desk), repository, red.pull.number)
    assert (case.state, case.reason) == (CaseState.CLOSED, "somebody has taken it back already")
    assert red.reverts() == []


def test_a_revert_that_somebody_has_proposed_is_not_proposed_again(red):
    theirs = red.stage.forge.revert(red.pull, "ann")
    watched = red.watch()
    assert watched.case.reason == f"pull request #{theirs.number} by somebody else takes it back already"
    assert red.reverts() == []


def test_a_revert_that_conflicts_is_left_to_people_who_are_told_the_files(red):
    red.stage.desk()
    red.person({"colour.py": "RED = 3  # somebody's own\n"})
    repository = red.desk.tracker.repository("acme", "box")
    for _ in range(2):
        case = roll_back(red.desk, red.order(red.desk), repository, red.pull.number)
        assert case.state is CaseState.CLOSED
    assert "conflicts with later changes in colour.py: revert by hand" in case.reason
    (said,) = red.said(red.pull.number)
    assert "colour.py" in said
    assert red.reverts() == []


def test_a_revert_that_does_not_heal_is_not_proposed(red):
    red.person({"test_rule.py": RULE, "shade.py": "SHADE = 1\n"})
    repository = red.desk.tracker.repository("acme", "box")
    case = roll_back(red.desk, red.order(red.desk), repository, red.pull.number)
    assert "does not heal the branch" in case.reason
    assert red.reverts() == []


def test_a_locked_conversation_stops_neither_the_revert_nor_the_lesson(red):
    from demo.forge import Fault

    locked = {"message": "Unable to create comment because issue is locked."}
    fault = Fault(r"/issues/\d+/comments$", "POST", times=2, status=403, body=locked)
    red.stage.running.order(fault)
    assert red.watch().case.state is CaseState.OPENED
    assert (len(red.reverts()), len(red.desk.lessons.all())) == (1, 1)
    notes = red.events(EventType.GOVERNANCE_NOTE)
    assert any("could not be told on GitHub" in note.description for note in notes)


def test_a_dry_run_repository_is_watched_and_nothing_is_written(red):
    desk = red.desk
    order = replace(red.order(desk), dry_run=True)
    watched = watch_default_branch(desk, order, desk.tracker.repository("acme", "box"))
    assert (watched.case.state, red.reverts(), red.said(red.numbers[0])) == (CaseState.CLOSED, [], [])


def test_after_a_real_night_the_issues_comment_tells_of_it_and_learning_counts_it_as_not_accepted(stage):
    number = stage.issue("Add a colour", labels=("critical",))
    colour = writes("colour.py", "RED = 1  # the first colour of the rainbow\n")
    desk = stage.desk({number: [colour]}, "draft_pull_requests = false")
    night = stage.night(desk)
    assert of(night, number).status == "pull_request", of(night, number).reason
    stage.forge.commit(REPOSITORY, "main", {"test_rule.py": NO_COLOUR}, "A rule", "ann")
    head = stage.forge.bare(REPOSITORY).branch("main")
    stage.forge.check_run(REPOSITORY, head, "ci", "success")
    (pull,) = stage.forge.pull_requests(REPOSITORY)
    stage.forge.merge(pull, "lead", "rebase")
    stage.forge.check_run(REPOSITORY, stage.forge.bare(REPOSITORY).branch("main"), "ci", "failure")
    assert [trial.accepted for trial in trials(desk, night.repository, desk.clock.now())] == [True]
    order = make_order(desk.settings, REPOSITORY, "", trigger="manual", now=desk.clock.now())
    watched = watch_repository(desk, order)
    assert watched.case.state is CaseState.OPENED
    row = desk.ledger.issue(night.id, number)
    assert row.pull_request_state == f"merged, and taken back by #{watched.case.pull_request}"
    first, second = stage.forge.comments(stage.forge.issue(REPOSITORY, number))
    assert row.pull_request_state in first.body
    assert "The issue is open again" in second.body
    assert [trial.accepted for trial in trials(desk, night.repository, desk.clock.now())] == [False]
