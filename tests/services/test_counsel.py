"""What models are asked beside the builder: a plan, tests from the criteria, an opinion of the change."""

import json

import pytest

from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.reviewing import Judgement, Review, WrittenFile

from ..fakes import ScriptedAdvisor, agreement, writes
from ..staging import REPOSITORY, of

pytestmark = pytest.mark.slow  # whole nights, one after the other

SIZE = "def size(a, b):\n    return a * b\n"
VOLUME = f"{SIZE}\n\ndef volume(a, b, c):\n    return a * b * c\n"
GOOD = writes("box.py", VOLUME)
BAD = writes("box.py", "def size(a, b):\n    return 0\n")
BODY = "- [ ] `volume(a, b, c)` returns the product of the three sides\n"
TEST = """\
import unittest
from box import volume


class VolumeTest(unittest.TestCase):
    def test_volume(self):
        self.assertEqual(volume(2, 3, 4), 24)
"""


def events(desk, night, type_):
    return desk.ledger.events(EventQuery(types=(type_,), night=night.id, limit=None, oldest_first=True))


def test_a_plan_is_written_once_and_anew_after_two_failures(stage):
    number = stage.issue("Add a volume", BODY)
    counsel = ScriptedAdvisor(plans=["First the product.", "Then without touching size."])
    desk = stage.desk({number: [BAD, BAD, GOOD]}, counsel=counsel)
    night = stage.night(desk)
    assert of(night, number).status == "pull_request"
    assert [commission.plan for commission in desk.scripted.commissions] == [
        "First the product.",
        "First the product.",
        "Then without touching size.",
    ]
    assert counsel.briefs[0].failures == ()
    assert len(counsel.briefs[1].failures) == 2
    assert counsel.briefs[1].earlier_plan == "First the product."


def test_a_later_night_uses_the_stored_plan_again(stage):
    number = stage.issue("Add a volume", BODY)
    counsel = ScriptedAdvisor(plans=["First the product."])
    desk = stage.desk({number: [BAD]}, settings="enable_auto_heal = false", counsel=counsel)
    stage.night(desk)
    stage.night(desk)
    assert len(counsel.briefs) == 1
    assert {commission.plan for commission in desk.scripted.commissions} == {"First the product."}


def test_a_model_that_writes_no_plan_stops_nothing(stage):
    class Silent(ScriptedAdvisor):
        def write_plan(self, *_):
            raise ModelFailure(FailureKind.REFUSAL, "no")

    number = stage.issue("Add a volume", BODY)
    desk = stage.desk({number: [GOOD]}, counsel=Silent())
    assert of(stage.night(desk), number).status == "pull_request"


def test_tests_that_prove_themselves_come_with_the_change_and_others_do_not(stage):
    number = stage.issue("Add a volume", BODY)
    always = TEST.replace("volume(2, 3, 4), 24", "size(2, 3), 6").replace("volume", "size")
    counsel = ScriptedAdvisor(
        tests=[WrittenFile("test_volume.py", TEST), WrittenFile("test_more.py", always)]
    )
    desk = stage.desk({number: [GOOD]}, counsel=counsel)
    night = stage.night(desk)
    pull = stage.forge.pull_requests(REPOSITORY)[0]
    branch = f"refs/heads/{pull.head}"
    assert stage.forge.bare(REPOSITORY).show(branch, "test_volume.py") is not None
    assert stage.forge.bare(REPOSITORY).show(branch, "test_more.py") is None
    told = json.dumps([event.metadata for event in events(desk, night, EventType.TESTS_GENERATED)])
    assert "it passes without the change already" in told


def test_a_criterion_that_no_quote_proves_keeps_the_change_from_people(stage):
    def invented(brief):
        return Review(tuple(Judgement(text, True, "return nothing_like_it()") for text in brief.criteria))

    number = stage.issue("Add a volume", BODY)
    desk = stage.desk({number: [GOOD]}, counsel=ScriptedAdvisor(opinion=invented))
    issue = of(stage.night(desk), number)
    assert issue.status in ("failed", "parked")
    assert stage.forge.pull_requests(REPOSITORY) == []


def test_the_reviewer_is_asked_twice_within_a_build_and_never_of_a_red_change(stage):
    def unmet(brief):
        return Review(tuple(Judgement(text, False, comment="not there") for text in brief.criteria))

    number = stage.issue("Add a volume", BODY)
    counsel = ScriptedAdvisor(opinion=unmet)
    desk = stage.desk({number: [BAD, GOOD, writes("box.py", VOLUME + "\n\nSIDES = 3\n")]}, counsel=counsel)
    night = stage.night(desk)
    asked = events(desk, night, EventType.CHANGE_REVIEWED)
    assert [event.metadata["stage"] for event in asked].count("build") == 2
    assert all("return 0" not in brief.diff for brief in counsel.reviews)


def test_a_change_without_a_reviewing_model_says_so_in_its_verdict(stage):
    number = stage.issue("Add a volume", BODY)
    down = ModelFailure(FailureKind.TRANSPORT, "gpt-5.1 does not answer")
    desk = stage.desk({number: [GOOD]}, counsel=ScriptedAdvisor(opinion=down))
    night = stage.night(desk)
    assert of(night, number).status == "pull_request"
    gates = events(desk, night, EventType.CHANGE_JUDGED)[0].metadata["gates"]
    assert "no reviewing model" in next(gate["reason"] for gate in gates if gate["gate"] == "qic")


def test_the_reviewer_is_shown_the_diff_and_the_criteria_and_none_of_the_builders_words(stage):
    number = stage.issue("Add a volume", BODY)
    counsel = ScriptedAdvisor(opinion=agreement)
    desk = stage.desk({number: [GOOD]}, counsel=counsel)
    stage.night(desk)
    assert "+    return a * b * c" in counsel.reviews[0].diff
    assert counsel.reviews[0].criteria == ("`volume(a, b, c)` returns the product of the three sides",)
    assert "did it" not in str(counsel.reviews)


def test_a_written_test_that_breaks_a_rule_is_dropped_and_the_builders_work_goes_on(stage):
    number = stage.issue("Add a volume", BODY)
    loud = TEST + "\n# \N{RIGHT-TO-LEFT OVERRIDE}read backwards\n"
    counsel = ScriptedAdvisor(tests=[WrittenFile("test_volume.py", loud)])
    desk = stage.desk({number: [GOOD]}, counsel=counsel)
    night = stage.night(desk)
    issue = of(night, number)
    assert (issue.status, len(issue.attempts)) == ("pull_request", 1)
    branch = f"refs/heads/{stage.forge.pull_requests(REPOSITORY)[0].head}"
    assert stage.forge.bare(REPOSITORY).show(branch, "test_volume.py") is None
    last = events(desk, night, EventType.TESTS_GENERATED)[-1]
    assert last.metadata["dropped"][0]["path"] == "test_volume.py"
