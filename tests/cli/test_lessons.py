"""Lessons, and what stands behind a change, as a person sees them."""

import re

from include.overnight.domain.lessons import Lesson


def test_a_lesson_is_taught_listed_enforced_and_retired(seen):
    taught = seen.json("lessons", "teach", "Never call foo.", "--who", "Ada", "--pattern", r"\bfoo\(")
    assert taught["source"] == "Ada"
    shown = seen.run("lessons").stdout
    assert "Never call foo." in shown
    assert r"enforced: /\bfoo\(/" in shown
    assert max(map(len, shown.splitlines())) <= 80
    gone = seen.run("lessons", "retire", taught["id"], "--who", "Ada", "--why", "foo is gone")
    assert gone.stdout == "Retired (Ada: foo is gone): Never call foo.\n"
    assert taught["id"] not in {row["id"] for row in seen.json("lessons")}
    assert taught["id"] in {row["id"] for row in seen.json("lessons", "--retired")}


def test_a_lesson_needs_a_person_and_a_pattern_that_can_be_read(seen):
    nobody = seen.run("lessons", "teach", "Never call foo.", "--who", " ")
    assert nobody.exit_code == 2
    assert "say who" in nobody.stderr
    unreadable = seen.run("lessons", "teach", "Never call foo.", "--who", "Ada", "--pattern", "(")
    assert unreadable.exit_code == 2
    assert "no regular expression" in unreadable.stderr
    assert seen.run("lessons", "retire", "absent", "--who", "Ada", "--why", "x").exit_code == 2


def test_what_gates_taught_is_listed_by_the_commands_about_it(seen):
    learnt = [row for row in seen.json("lessons") if row["rule"] == "test/newly_failing"]
    assert learnt
    assert learnt[0].keys() >= {field for field in Lesson.__dataclass_fields__ if field != "scope"}
    shown = seen.run("why", 1).stdout + seen.run("why", 2).stdout
    assert "Lessons learnt here" in shown


def test_why_shows_the_judge_s_gates_and_the_words_of_people(seen):
    given = seen.run("approve", 1, "--subject", "protected:ci/**", "--who", "Ada", "--why", "a new job")
    assert given.exit_code == 0, given.output
    shown = seen.run("why", 1).stdout
    assert re.search(r"test +pass +1 tests? ran", shown)
    assert re.search(r"allowed +protected:ci/\*\*", shown)
    assert "Ada: a new job" in shown


def test_attempt_shows_the_review_with_its_proof(seen):
    shown = seen.run("attempt", 1).stdout
    assert re.search(r"yes +Add an area *\n +return size\(a, b\)", shown)


def test_the_log_holds_the_full_output_of_the_gates_commands(seen):
    shown = seen.run("attempt", 2, "--log").stdout
    assert re.search(r"--- test, attempt \d+ ---\n\$ ", shown)
    assert "AssertionError: 0 != 6" in shown
    assert "--- test, the judge ---" in seen.run("attempt", 1, "--log").stdout


def test_an_issue_without_a_plan_says_so(seen):
    none = seen.run("attempt", 1, "--plan")
    assert none.exit_code == 2
    assert "no architecture plan was written for #1" in none.stderr
