from __future__ import annotations

import pytest

from include.overnight.domain.errors import SettingsError
from include.overnight.domain.lessons import Lesson, checked_pattern, most_relevant, told


def lesson(advice: str, scope: str = "*", retired: str = "") -> Lesson:
    return Lesson("R", advice, "gate", scope=scope, retired=retired)


ALL = (
    lesson("general"),
    lesson("python", "*.py"),
    lesson("docs", "docs/*"),
    lesson("gone", retired="by Ann"),
)


def test_lessons_about_the_paths_come_first_and_others_not_at_all() -> None:
    assert [found.advice for found in most_relevant(ALL, ["src/a/b.py"])] == ["python", "general"]
    assert [found.advice for found in most_relevant(ALL, ["docs/x.md"])] == ["docs", "general"]


def test_without_paths_every_lesson_in_force_may_be_told_in_the_order_given() -> None:
    assert [found.advice for found in most_relevant(ALL, [])] == ["general", "python", "docs"]


def test_at_most_fifteen_are_told() -> None:
    assert len(most_relevant([lesson(str(number)) for number in range(50)], ["x.py"])) == 15


def test_a_scope_is_told_where_there_is_one() -> None:
    assert told(ALL[:2]) == ("general", "python (files: *.py)")


def test_a_persons_pattern_is_checked() -> None:
    assert checked_pattern(r"print\(") == r"print\("
    assert checked_pattern("") == ""
    for pattern, why in (("(", "no regular expression"), (".*", "every change"), ("x" * 501, "at most 500")):
        with pytest.raises(SettingsError, match=why):
            checked_pattern(pattern)
