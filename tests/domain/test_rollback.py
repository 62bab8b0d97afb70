"""Whether a merge of ours is taken back now, after a question, or not; and what is written of it."""

from datetime import UTC, datetime

import pytest

from include.overnight.domain import rollback_texts as texts
from include.overnight.domain.landing import Merge, Probe, Step
from include.overnight.domain.rollback import Accusation, Case, RollbackPolicy, decide

MERGE = Merge(12, 5, "night-1", "a" * 40, "b" * 40, datetime(2026, 3, 1, tzinfo=UTC))
HOSTILE = "`</details>` @everyone <!-- x --> closes #1 | \n# Boo"
ACCUSED = Accusation(
    MERGE,
    Step("a" * 40, "c" * 40, "Merge pull request #5", MERGE, parents=2),
    "d" * 40,
    (HOSTILE,),
    "bisected in 2 runs",
    (HOSTILE,),
    probes=(Probe("d" * 40, HOSTILE, (HOSTILE,)), Probe("c" * 40, "fine", ())),
)


@pytest.mark.parametrize(
    ("policy", "labels", "builds", "word", "automatic", "ask", "reason"),
    [
        ("automatic", (), True, False, False, False, "a person refused it"),
        ("off", (), True, True, True, False, "a person allowed it"),
        ("off", ("critical",), False, None, False, False, "rollback is off in the settings"),
        ("automatic", (), True, None, True, False, "rollback is automatic in the settings"),
        ("ask", ("security",), False, None, False, True, "the settings ask a person first"),
        ("by_severity", ("Critical",), True, None, True, False, "labelled `Critical`"),
        ("by_severity", ("sev-1",), True, None, True, False, "labelled `sev-1`"),
        ("by_severity", ("type: security",), True, None, True, False, "labelled `type: security`"),
        ("by_severity", ("bug",), False, None, True, False, "the default branch does not build"),
        ("by_severity", ("bug", "area: security"), True, None, False, True, "it is not critical"),
    ],
)
def test_the_first_row_that_fits_decides(policy, labels, builds, word, automatic, ask, reason):
    decision = decide(RollbackPolicy(policy), labels, builds=builds, word=word)
    assert (decision.automatic, decision.ask) == (automatic, ask)
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("policy", "word", "automatic", "ask"),
    [("automatic", None, False, True), ("automatic", True, True, False), ("off", None, False, False)],
)
def test_a_red_that_the_clean_room_does_not_see_is_asked_about(policy, word, automatic, ask):
    decision = decide(RollbackPolicy(policy), ("critical",), builds=True, word=word, reproduced=False)
    assert (decision.automatic, decision.ask) == (automatic, ask)


def test_foreign_words_neither_link_nor_mention_nor_hide_in_what_is_written():
    case = Case(ACCUSED, reason=HOSTILE, pull_request=9, proof="build and tests are green on it")
    for text in (
        texts.body(case, "main"),
        texts.issue_comment(case, "main"),
        texts.pull_comment(case, "main"),
        texts.left_alone(case, "main"),
        texts.question(ACCUSED, "main"),
        texts.title(ACCUSED, HOSTILE),
        texts.commit_message(ACCUSED, HOSTILE),
    ):
        assert "@everyone" not in text
        assert "<!-- x" not in text
        assert "\n# Boo" not in text
    assert "closes #1" not in texts.commit_message(ACCUSED, HOSTILE)


def test_the_body_tells_checks_runs_proof_and_how_to_do_it_by_hand():
    case = Case(ACCUSED, reason="it is critical", pull_request=9, proof="build and tests are green on it")
    body = texts.body(case, "main")
    assert body.startswith("<!-- overnight:rollback/5 -->")
    assert "Takes back #5 (for #12), which broke `main`." in body
    assert f"git revert -m 1 {'a' * 40}" in body
    assert "| 2 | `cccccccccccc` | `fine` | nothing |" in body


def test_a_rebase_is_reverted_by_hand_as_a_range():
    step = Step("a" * 40, "c" * 40, merge=MERGE, commits=3)
    case = Case(Accusation(MERGE, step, "d" * 40, ("ci",), "why"))
    assert f"git revert {'c' * 40}..{'a' * 40}" in texts.body(case, "main")
