"""Words of people: rows, events, and answers to what stood in the morning queue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.overnight.domain.approvals import Approval
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.events import EventQuery, EventType

from .builders import NIGHT, REPOSITORY

WORD = Approval("escalation:experimental", "maria", "worth a try", REPOSITORY, 42, source="label")


def types(database):
    return [event.type.value for event in database.ledger.events(EventQuery(oldest_first=True))]


def ask(database, subject="escalation:experimental", issue=42, night=NIGHT):
    database.approvals.ask(REPOSITORY, issue, subject, "the plan wants it", night)


def test_a_word_is_a_row_and_an_event_in_the_stream_of_governance(database, clock):
    given = database.approvals.give(WORD)
    assert given == replace(WORD, id=given.id, at=clock.moment)
    assert database.approvals.word(REPOSITORY, 42, WORD.subject) == given
    (event,) = database.ledger.events(EventQuery())
    assert (event.type, event.night, event.repository, event.issue) == (
        EventType.APPROVAL_GIVEN,
        "",
        REPOSITORY,
        42,
    )
    assert event.metadata == {
        "approval": given.id,
        "subject": "escalation:experimental",
        "who": "maria",
        "why": "worth a try",
        "until": None,
        "source": "label",
    }


def test_nobody_spoke_is_none(database):
    assert database.approvals.word(REPOSITORY, 42, "rollback:abc") is None
    assert database.approvals.in_force(REPOSITORY) == ()


def test_the_newest_word_counts_even_when_the_clock_was_put_back(database, clock):
    database.approvals.give(WORD)
    clock.forward(hours=-3)
    refused = database.approvals.give(replace(WORD, granted=False, why="not tonight"))
    assert database.approvals.word(REPOSITORY, 42, WORD.subject) == refused
    assert types(database) == ["approval_refused", "approval_given"]  # by their moments


def test_a_word_that_stands_is_not_stored_twice(database):
    given = database.approvals.give(WORD)
    assert database.approvals.give(WORD) == given
    database.approvals.give(replace(WORD, granted=False))
    assert database.approvals.give(WORD).id != given.id
    assert len(types(database)) == 3


def test_a_word_ends(database, clock):
    database.approvals.give(replace(WORD, until=clock.moment + timedelta(hours=1)))
    clock.forward(minutes=59)
    assert database.approvals.word(REPOSITORY, 42, WORD.subject)
    clock.forward(minutes=1)
    assert database.approvals.word(REPOSITORY, 42, WORD.subject) is None
    assert database.approvals.in_force(REPOSITORY, 42) == ()


def test_words_hold_for_their_issue_their_repository_or_everywhere(database):
    for place in (
        {},
        {"issue": None},
        {"issue": None, "repository": ""},
        {"issue": 7},
        {"repository": "R_b"},
    ):
        database.approvals.give(replace(WORD, **place))
    everywhere = [(word.repository, word.issue) for word in database.approvals.in_force(REPOSITORY)]
    assert everywhere == [(REPOSITORY, 7), ("", None), (REPOSITORY, None), (REPOSITORY, 42)]
    here = [(word.repository, word.issue) for word in database.approvals.in_force(REPOSITORY, 42)]
    assert here == [("", None), (REPOSITORY, None), (REPOSITORY, 42)]
    assert database.approvals.word("R_c", 1, WORD.subject).repository == ""


def test_a_glob_covers_paths(database):
    database.approvals.give(replace(WORD, subject="protected:.github/workflows/*"))
    assert database.approvals.word(REPOSITORY, 42, "protected:.github/workflows/ci.yml")
    assert database.approvals.word(REPOSITORY, 42, "protected:CODEOWNERS") is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"who": " "}, "say who"),
        ({"why": ""}, "say who"),
        ({"subject": "everything"}, "no subject"),
        ({"subject": "escalation:"}, "no subject"),
        ({"subject": "*"}, "no subject"),
        ({"subject": "override:quota"}, "needs an end"),
    ],
)
def test_a_word_that_says_too_little_is_refused(database, wrong, message):
    with pytest.raises(SettingsError, match=message):
        database.approvals.give(replace(WORD, **wrong))
    assert types(database) == []


def test_a_word_that_ended_already_is_refused(database, clock):
    with pytest.raises(SettingsError, match="past already"):
        database.approvals.give(replace(WORD, until=clock.moment))


def test_a_question_is_put_once_and_is_an_event_of_the_night(database, clock):
    ask(database)
    ask(database, night="another")
    (row,) = database.approvals.queue()
    assert (row["kind"], row["issue"], row["subject"], row["why"], row["night"], row["at"]) == (
        "question",
        42,
        "escalation:experimental",
        "the plan wants it",
        NIGHT,
        clock.moment,
    )
    (event,) = database.ledger.events(EventQuery())
    assert (event.type, event.night) == (EventType.APPROVAL_REQUESTED, NIGHT)


@pytest.mark.parametrize("granted", [True, False])
def test_a_word_answers_its_question_and_nobody_is_asked_again(database, granted):
    ask(database)
    ask(database, issue=43)
    database.approvals.give(replace(WORD, granted=granted))
    assert [row["issue"] for row in database.approvals.queue()] == [43]
    ask(database)
    assert [row["issue"] for row in database.approvals.queue()] == [43]


def test_one_word_for_everything_answers_every_question_it_covers(database):
    for issue in (1, 2, 3):
        ask(database, issue=issue)
    ask(database, subject="rollback:abc", issue=4)
    database.approvals.give(replace(WORD, repository="", issue=None, subject="escalation:*"))
    assert [row["subject"] for row in database.approvals.queue()] == ["rollback:abc"]


def test_once_a_word_has_ended_the_question_may_be_put_again(database, clock):
    ask(database)
    database.approvals.give(replace(WORD, until=clock.moment + timedelta(hours=1)))
    clock.forward(hours=2)
    ask(database)
    assert len(database.approvals.queue()) == 1
    assert types(database) == ["approval_requested", "approval_given", "approval_requested"]


def test_the_queue_is_oldest_first_and_of_one_repository_when_asked(database, clock):
    for issue in (9, 3, 5):
        ask(database, issue=issue)
        clock.forward(minutes=1)
    assert [row["issue"] for row in database.approvals.queue(REPOSITORY)] == [9, 3, 5]
    assert database.approvals.queue("R_other") == ()


def test_a_question_needs_a_subject(database):
    with pytest.raises(SettingsError, match="no subject"):
        ask(database, subject="please")


def test_odd_characters_in_a_path_are_found_again(database):
    subject = "protected:a\0\ud800.yml"
    ask(database, subject=subject)
    database.approvals.give(replace(WORD, subject=subject))
    assert database.approvals.word(REPOSITORY, 42, subject)
    assert database.approvals.queue() == ()
