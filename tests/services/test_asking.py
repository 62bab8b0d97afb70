"""Before the builder: tests and a plan, and what their failure says of the tier."""

from types import SimpleNamespace

import pytest

from include.overnight.domain.changes import Base, Outcome
from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.events import EventType
from include.overnight.domain.models import Tier
from include.overnight.domain.orders import Commands
from include.overnight.services.asking import ask_builder

from ..fakes import PassiveHealer
from .desks import ISSUE, night_of, small_desk


@pytest.fixture
def desk(tmp_path):
    with small_desk(tmp_path) as desk:
        yield desk


class Failing:
    """A model that fails every request in one way, and its requests."""

    def __init__(self, kind):
        self.kind, self.asked = kind, []

    def fail(self, what):
        self.asked.append(what)
        raise ModelFailure(self.kind, f"the model says {self.kind}")

    def write_tests(self, *_):
        self.fail("tests")

    def write_plan(self, *_):
        self.fail("plan")

    def begin(self, *_):
        self.fail("builder")

    def transcript(self, _):
        return ""


def ask(desk, kind, **order):
    """Ask a builder whose model fails with a kind; return the answer and which requests were made."""
    model, tree = Failing(kind), SimpleNamespace(base=Base("main", "a" * 40))
    parts = SimpleNamespace(
        advisor=model,
        builder=lambda name: model,
        set_up=lambda *_: "",
        clean=str,
        records=desk.records,
        lessons=desk.lessons,
        ledger=desk.ledger,
        workspace=SimpleNamespace(
            rollback=lambda *_: None, list_files=lambda *_: (), read_file=lambda *_: None
        ),
        available_tiers=desk.available_tiers,
    )
    shop = SimpleNamespace(
        desk=parts,
        night=night_of(**order),
        planned=SimpleNamespace(body_sha256=""),
        issue=ISSUE,
        commands=Commands(test="pytest"),
        base=tree.base,
        start=None,
        start_sha="",
        claim=None,
        asked="",
        instructions=(),
        files_named=(),
        tree=lambda _: tree,
        attempt_id=lambda number: f"night-7/12/{number}",
    )
    return ask_builder(shop, Tier.GPT_4, 1, (), None, PassiveHealer()), model.asked


@pytest.mark.parametrize("kind", ["auth", "insufficient_quota", "model_gone", "transport", "rate_limit"])
def test_a_tier_that_is_gone_is_asked_once(desk, kind):
    answer, asked = ask(desk, FailureKind(kind))
    assert (answer.outcome, answer.failure, asked) == (Outcome.UNAVAILABLE, kind, ["tests"])


@pytest.mark.parametrize("kind", ["refusal", "bad_request", "context_exhausted"])
def test_what_is_wrong_with_one_request_keeps_the_builder_from_nothing(desk, kind):
    _, asked = ask(desk, FailureKind(kind))
    assert asked == ["tests", "plan", "builder"]


def test_a_builder_that_works_elsewhere_needs_no_model_of_ours(desk):
    _, asked = ask(desk, FailureKind.AUTH, builder_kind="copilot")
    assert asked == ["tests", "plan", "builder"]


def test_tests_that_a_failure_prevented_are_asked_for_again_by_the_next_attempt(desk):
    for _ in range(2):
        assert ask(desk, FailureKind.TRANSPORT)[1] == ["tests"]
    notes = [event.metadata["note"] for event in desk.events(EventType.TESTS_GENERATED)]
    assert notes == ["no tests were written: the model says transport"] * 2
