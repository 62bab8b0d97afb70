"""What every kind of builder keeps to: openai, local, command and copilot, each against its real parts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from demo.model.faults import Fault
from include.overnight.domain.errors import FailureKind, ModelFailure, NotFound, OverBudget, TimedOut
from include.overnight.domain.issues import Issue
from include.overnight.ports import Handle, Pending
from include.overnight.services.stopping import Stopped

from ..models.healers import TableHealer
from .conftest import KEY, Bench, PlainBudget
from .sites import TOKEN, ModelSite, Site, copilot_site

KINDS = ("openai", "local", "command", "copilot")
HOSTILE = "$(touch pwned) `touch pwned`; touch pwned #' \"; touch pwned; '\"\n\\$(touch pwned)"


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, bench: Bench) -> Iterator[Site]:
    if request.param == "copilot":
        with copilot_site() as made:
            yield made
    else:
        yield ModelSite(bench, request.param)


def begin(site: Site, builder, budget=None, healer=None, **changes) -> Handle:
    budget = budget or PlainBudget(Decimal(1))
    healer = healer or TableHealer(patient=False)
    return builder.begin(site.commission(**changes), site.tree(), budget, healer)


def run(site: Site, builder, handle: Handle) -> Exception:
    """Return how an attempt failed."""
    with pytest.raises(Exception) as caught:
        site.finish(builder, handle)
    return caught.value


def test_what_is_begun_and_collected_leaves_the_change_in_the_tree_and_nothing_owed(site):
    site.plan()
    budget, builder = PlainBudget(Decimal(1)), site.builder()
    handle = begin(site, builder, budget)
    outcome = site.finish(builder, handle)
    assert (site.folder / "hello.txt").read_text() == "hello\n"
    assert "Added hello.txt." in outcome.summary
    assert outcome.usage.requests >= 1
    assert (outcome.usage.cost_usd, budget.open) == (budget.spent, {})
    assert outcome.model
    assert outcome.prompt_version
    assert json.loads(outcome.transcript)
    assert builder.transcript(handle) == outcome.transcript


def test_a_budget_that_says_no_is_an_over_budget_and_nothing_is_sent(site):
    site.plan()
    builder, budget = site.builder(), PlainBudget(Decimal("-0.01"))
    with pytest.raises(OverBudget):
        site.finish(builder, begin(site, builder, budget))
    assert json.loads(site.sent()) == []
    assert budget.open == {}


def test_a_stop_that_is_heard_at_the_budget_ends_the_attempt_and_nothing_is_sent(site):
    class Closed(PlainBudget):
        def reserve(self, usd: Decimal) -> str:
            raise Stopped("the night was stopped by ann")

    site.plan()
    builder, budget = site.builder(), Closed(Decimal(1))
    with pytest.raises(Stopped, match="by ann"):
        site.finish(builder, begin(site, builder, budget))
    assert json.loads(site.sent()) == []
    assert not (site.folder / "hello.txt").exists()


def test_the_wall_clock_ends_an_attempt_that_never_ends(site):
    site.hang()
    builder, started = site.builder(), time.monotonic()
    handle = begin(site, builder, seconds=site.seconds)
    error = None
    while error is None:
        try:
            if isinstance(builder.collect(handle), Pending):
                time.sleep(0.05)
        except TimedOut as ended:
            error = ended
    assert time.monotonic() - started < site.seconds + 8


def test_a_provider_that_refuses_the_key_is_a_failure_of_kind_auth(site):
    builder = site.builder()
    site.tree()
    site.refuse_key()
    with pytest.raises(ModelFailure) as caught:
        site.finish(builder, begin(site, builder))
    assert caught.value.kind is FailureKind.AUTH


def test_a_provider_that_breaks_down_is_a_failure_of_kind_transport(site):
    site.break_down()
    builder = site.builder()
    error = run(site, builder, begin(site, builder))
    assert isinstance(error, ModelFailure)
    assert error.kind is FailureKind.TRANSPORT


def test_a_known_secret_is_in_neither_summary_nor_transcript(site):
    site.plan("It says swordfish.")
    builder = site.builder(clean=lambda text: text.replace("swordfish", "[redacted]"))
    outcome = site.finish(builder, begin(site, builder))
    assert "[redacted]" in outcome.summary
    assert "swordfish" not in outcome.summary + outcome.transcript


def test_no_credential_of_ours_is_in_what_a_builder_brings_back(site):
    site.plan()
    builder = site.builder()
    handle = begin(site, builder)
    outcome = site.finish(builder, handle)
    shown = outcome.summary + outcome.transcript + handle.id
    assert KEY not in shown
    assert TOKEN not in shown


def test_an_attempt_that_failed_keeps_its_transcript(site):
    site.break_down()
    builder = site.builder()
    handle = begin(site, builder)
    run(site, builder, handle)
    assert json.loads(builder.transcript(handle))


def test_a_hostile_issue_is_data_and_never_a_command(site):
    site.plan()
    number = site.commission().issue.number
    issue = Issue(number, f"Greet {HOSTILE}", body=HOSTILE, author=HOSTILE)
    builder = site.builder()
    site.finish(builder, begin(site, builder, issue=issue, feedback=HOSTILE, plan=HOSTILE))
    assert not list(site.folder.rglob("pwned"))
    assert [path.name for path in site.folder.iterdir() if path.name != "README.md"] == ["hello.txt"]
    assert "touch pwned" in site.sent()


def test_a_handle_that_nobody_here_knows_says_to_begin_again(site):
    with pytest.raises(NotFound, match="begin"):
        site.builder().collect(Handle("agent", "of-another-life"))


def test_what_a_killed_worker_began_is_begun_again_or_goes_on(site):
    site.plan()
    handle = begin(site, site.builder())
    other = site.builder()
    if isinstance(site, ModelSite):
        with pytest.raises(NotFound, match="ended with the process that began it: begin it again"):
            other.collect(handle)
        handle = begin(site, other)
    outcome = site.finish(other, handle)
    assert (site.folder / "hello.txt").exists()
    assert outcome.summary


@pytest.mark.parametrize("kind", ["openai", "local", "command"])
def test_an_answer_after_a_passing_failure_ends_the_attempt_well(kind, bench):
    site = ModelSite(bench, kind)
    site.plan()
    bench.model.model.faults.add(Fault(status=503))
    healer, builder = TableHealer(), site.builder()
    site.finish(builder, begin(site, builder, healer=healer))
    assert (site.folder / "hello.txt").exists()
    assert healer.actions == ["retry_same"]
    assert healer.answers > 0
