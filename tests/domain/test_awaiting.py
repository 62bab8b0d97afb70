"""Which red verdicts a person's word can turn green, and whose word counts."""

import pytest

from include.overnight.domain.approvals import Approval, may_approve
from include.overnight.domain.awaiting import APPROVABLE, MOST_FINDINGS, is_allowed, wanted
from include.overnight.domain.gates import Finding, GateName, GateResult, GateStatus

CI = Finding("protected_path", "decides what runs on the forge", ".github/a.yml")


def red(*findings, gate=GateName.GOVERNANCE):
    return GateResult(gate, GateStatus.FAIL, "no", findings)


GREEN = GateResult(GateName.TEST, GateStatus.PASS, "yes")


@pytest.mark.parametrize("rule", sorted(APPROVABLE))
def test_what_a_person_may_allow_is_asked_path_by_path(rule):
    asked = wanted(
        [GREEN, red(Finding(rule, "one", "a"), Finding(rule, "two", "b"), Finding(rule, "3", "a"))]
    )
    assert asked.subjects == ("protected:a", "protected:b")
    assert asked.why("a") == "one; 3"


@pytest.mark.parametrize(
    "results",
    [
        [GREEN],
        [],
        [red()],
        [red(CI, Finding("secret", "a token", "a"))],
        [red(CI, Finding("account", "who"))],
        [red(CI), red(gate=GateName.TEST)],
        [red(CI, gate=GateName.LINT)],
        [red(*[CI] * MOST_FINDINGS)],
    ],
)
def test_nobody_is_asked_where_a_word_alone_would_not_do(results):
    assert wanted(results).paths == ()


def test_every_path_must_be_allowed_and_a_newer_refusal_outweighs():
    def word(path, granted=True, id_="1"):
        return Approval(f"protected:{path}", "mara", "why", "r", 4, granted, id=id_)

    assert is_allowed([word("a"), word("b*")], "r", 4, ["a", "b/c"])
    assert not is_allowed([word("a")], "r", 4, ["a", "b"])
    assert not is_allowed([word("a"), word("a", granted=False, id_="2")], "r", 4, ["a"])
    assert not is_allowed([word("a")], "r", 5, ["a"])


@pytest.mark.parametrize(
    ("approvers", "identities", "may"),
    [
        ((), ("anybody",), True),
        (("mara",), ("Mara",), True),
        (("mara",), ("marat",), False),
        (("role:Lead",), ("mara", "role:lead"), True),
        (("role:Lead",), ("Lead",), False),
        (("github:mara",), ("mara",), False),
        (("id:7",), ("mara", "id:7"), True),
    ],
)
def test_who_may_approve(approvers, identities, may):
    assert may_approve(approvers, *identities) is may
