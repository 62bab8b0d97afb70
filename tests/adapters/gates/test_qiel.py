from __future__ import annotations

from dataclasses import replace
from time import monotonic

import pytest

from include.overnight.adapters.gates.qiel import QielGate
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.lessons import Lesson
from tests.adapters.gates.cases import Bench
from tests.adapters.gates.scenes import case_of

PRINT = Lesson("R", "No print here.", "Ann", r"^\s*print\(", "src/*.py", id="1")
ADVICE = Lesson("R", "Run the tests.", "gate test", id="2")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    before = {"src/a.py": "x = 1\nprint(x)\n", "src/gone.py": "print(1)\n"}
    before["src/old.py"] = "print('moved')\nx = 2\n"
    moved = {"src/old.py": "x = 2\n", "src/new.py": "y = 3\nprint('moved')\n"}
    after = {
        "src/a.py": "x = 1\nprint(x)\ny = 2\n  print(y)\n",
        "tools/b.py": "print(1)\n",
        "src/gone.py": None,
    }
    return case_of(
        Bench(tmp_path_factory.mktemp("qiel")), before, {**after, **moved, "src/long.py": "a" * 1500 + "!\n"}
    )


def judge(case, *lessons):
    return QielGate(None).judge(replace(case, lessons=lessons))


def test_without_lessons_it_does_not_apply(case):
    assert judge(case).status is GateStatus.NOT_APPLICABLE
    assert judge(case, replace(PRINT, retired="Ann: no more")).status is GateStatus.NOT_APPLICABLE


def test_a_violated_lesson_fails_with_its_advice_on_added_lines_of_its_scope(case):
    result = judge(case, PRINT, ADVICE)
    (finding,) = result.findings
    assert (finding.rule, finding.path, finding.line) == ("lesson/1", "src/a.py", 4)
    assert finding.message == "No print here. (learnt from Ann)"
    assert result.reason == "1 of 1 lessons that can be checked is violated"
    assert result.evidence == "violated 1: No print here.\nadvises 2: Run the tests."


def test_a_lesson_without_a_pattern_only_advises(case):
    result = judge(case, ADVICE, replace(PRINT, scope="docs/*"))
    assert result.status is GateStatus.PASS
    assert result.reason == "1 lessons checked and kept, 1 only advise"


def test_a_lesson_whose_pattern_is_broken_lets_nothing_pass_until_a_person_mends_it(case):
    for pattern in ("(", "*", "x" * 501, "(?P<a>x)(?P<", "[z-a]"):
        result = judge(case, replace(PRINT, pattern=pattern))
        assert result.failed
        assert "its pattern is broken" in result.findings[0].message
        assert "retire the lesson or mend it" in result.findings[0].message


def test_a_pattern_that_runs_away_is_stopped_and_leads_nobody_past_the_lesson(case):
    began = monotonic()
    result = judge(case, replace(PRINT, scope="*", pattern=r"(a|aa)+$"))
    assert monotonic() - began < 3
    assert result.failed
    assert "retire the lesson or make it simpler" in result.findings[0].message
