"""What gates have taught is kept until a person retires it."""

from dataclasses import replace

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.errors import NotFound, SettingsError
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.lessons import Lesson

from .builders import NIGHT, REPOSITORY

LESSON = Lesson(
    REPOSITORY, "Do not print", "gate lint, issue #7", r"^\s*print\(", "src/*.py", "lint/no_print"
)


def told(database, kind):
    return database.ledger.events(EventQuery(types=(kind,)))


def test_a_lesson_is_a_row_and_an_event_of_its_night(database, clock):
    learnt = database.lessons.learn(LESSON, NIGHT)
    assert learnt == replace(LESSON, id=learnt.id, learnt_at=clock.moment, last_seen=clock.moment)
    assert database.lessons.active(REPOSITORY) == (learnt,)
    assert database.lessons.active("R_other") == ()
    (event,) = told(database, EventType.LESSON_LEARNT)
    assert (event.night, event.repository, event.metadata["lesson"]) == (NIGHT, REPOSITORY, learnt.id)


def test_the_same_rule_and_advice_are_one_lesson_that_is_seen_again(database, clock):
    first = database.lessons.learn(LESSON)
    database.lessons.learn(replace(LESSON, advice="Do not log either"))
    clock.forward(hours=1)
    again = database.lessons.learn(replace(LESSON, source="gate lint, issue #8"))
    assert again == replace(first, last_seen=clock.moment)
    assert [lesson.advice for lesson in database.lessons.active(REPOSITORY)] == [
        "Do not print",
        "Do not log either",
    ]
    assert len(told(database, EventType.LESSON_LEARNT)) == 2


def test_a_retired_lesson_stays_retired_however_often_it_is_learnt(database):
    learnt = database.lessons.learn(LESSON)
    retired = database.lessons.retire(learnt.id, "maria", "we print on purpose")
    assert retired.retired == "maria: we print on purpose"
    assert database.lessons.retire(learnt.id, "otto", "me too") == retired
    assert database.lessons.learn(LESSON).retired
    assert database.lessons.active(REPOSITORY) == ()
    assert [lesson.id for lesson in database.lessons.all()] == [learnt.id]
    (event,) = told(database, EventType.LESSON_RETIRED)
    assert (event.metadata["who"], event.metadata["why"]) == ("maria", "we print on purpose")


def test_retiring_needs_a_lesson_a_name_and_a_reason(database):
    with pytest.raises(NotFound, match="no lesson"):
        database.lessons.retire("nothing", "maria", "because")
    learnt = database.lessons.learn(LESSON)
    for who, why in (("", "because"), ("maria", " ")):
        with pytest.raises(SettingsError, match="say who"):
            database.lessons.retire(learnt.id, who, why)


@pytest.mark.parametrize("wrong", [replace(LESSON, advice=" "), replace(LESSON, repository="")])
def test_a_lesson_without_advice_or_repository_is_refused(database, wrong):
    with pytest.raises(SettingsError, match="repository and an advice"):
        database.lessons.learn(wrong)


def test_uses_are_counted(database):
    one = database.lessons.learn(LESSON)
    two = database.lessons.learn(replace(LESSON, rule="lint/other"))
    database.lessons.used([one.id, two.id, "unknown"])
    database.lessons.used([one.id])
    database.lessons.used([])
    assert {lesson.id: lesson.uses for lesson in database.lessons.all(REPOSITORY)} == {one.id: 2, two.id: 1}


def test_the_most_recently_seen_come_first_and_no_more_than_asked(database, clock):
    for number in range(5):
        database.lessons.learn(replace(LESSON, advice=f"advice {number}"))
        clock.forward(minutes=1)
    database.lessons.learn(replace(LESSON, advice="advice 1"))
    found = [lesson.advice[-1] for lesson in database.lessons.active(REPOSITORY, limit=3)]
    assert found == ["1", "4", "3"]


def test_a_clock_that_is_put_back_does_not_make_a_lesson_older(database, clock):
    learnt = database.lessons.learn(LESSON)
    clock.forward(days=-1)
    assert database.lessons.learn(LESSON).last_seen == learnt.last_seen


def test_hostile_text_is_stored_without_its_secrets(url, clock):
    database = LedgerDatabase(url, now=clock, clean=hide)
    learnt = database.lessons.learn(replace(LESSON, advice="NUL \0 and \ud800 and hunter2"))
    assert learnt.advice == "NUL \ufffd and \ufffd and ***"
    assert database.lessons.active(REPOSITORY) == (learnt,)
    assert database.lessons.learn(replace(LESSON, advice="NUL \0 and \ud800 and hunter2")).id == learnt.id


def hide(value):
    """Clean like the redactor does, of one secret."""
    if isinstance(value, str):
        return value.replace("hunter2", "***")
    if isinstance(value, dict):
        return {key: hide(item) for key, item in value.items()}
    return [hide(item) for item in value] if isinstance(value, list | tuple) else value
