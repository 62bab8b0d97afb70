"""What is stored as a document comes back as it was, or says what does not fit."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from include.overnight.documents import from_document, to_document
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.gates import Finding, GateName, GateResult, GateStatus, Verdict
from include.overnight.domain.issues import Repository
from include.overnight.domain.orders import Commands, Limits, NightOrder
from include.overnight.domain.plans import PlanRules, SequenceType

ORDER = NightOrder(
    "night",
    "acme",
    "box",
    trigger="scheduled",
    logical_date=datetime(2026, 3, 1, 2, tzinfo=UTC),
    deadline=datetime(2026, 3, 1, 7, tzinfo=UTC),
    plan=PlanRules(sequence_order=(SequenceType.QA,), only=(3, 4), label_types=(("bug", "qa"),)),
    commands=Commands(test="make test", environment=(("A", "1"),), limits=(("issue_usd", Decimal("0.1")),)),
    limits=Limits(attempt_usd=Decimal("0.10")),
)
VERDICT = Verdict(
    (GateResult(GateName.TEST, GateStatus.FAIL, "red", (Finding("red", "boom", "a.py", 3),), seconds=1.5),)
)


@pytest.mark.parametrize("value", [ORDER, Repository("R_1", "acme", "box", "main"), VERDICT], ids=type)
def test_a_document_survives_the_journey_through_json(value):
    assert from_document(type(value), json.loads(json.dumps(to_document(value)))) == value


def test_cents_stay_exact():
    limits = replace(Limits(), issue_usd=Decimal("0.1"))
    assert from_document(Limits, json.loads(json.dumps(to_document(limits)))).issue_usd == Decimal("0.1")


def test_a_document_of_another_version_is_refused_and_names_the_field():
    with pytest.raises(SettingsError, match=r"stored NightOrder does not fit this version(?s:.*)owner"):
        from_document(NightOrder, {"night": "n"})
