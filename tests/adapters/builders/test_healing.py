"""What is tried inside an attempt, seen from the agent: the conversation is kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from include.overnight.domain.errors import FailureKind, ModelFailure, Stuck

from ..models.healers import TableHealer
from .conftest import PlainBudget, commission_for


def turns(*calls: tuple[str, dict[str, Any]], text: str = "Done.") -> str:
    lines = ["[[attempts]]"]
    for tool, arguments in calls:
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in arguments.items())
        lines += ["[[attempts.turns]]", f'tool = "{tool}"', f"arguments = {{ {pairs} }}"]
    return "\n".join([*lines, "[[attempts.turns]]", f"text = {json.dumps(text)}"])


HELLO = turns(("write_file", {"path": "hello.txt", "content": "hello\n"}))


def fault(bench, **fields: Any) -> None:
    answer = httpx2.post(f"{bench.model.url}/_model/faults", json={"model": ".*", "times": 1, **fields})
    assert answer.status_code == 201, answer.text


def test_an_attempt_goes_on_after_a_failure_in_its_middle(bench):
    bench.script(HELLO)
    fault(bench, match="Issue", times=2, status=503)
    healer, budget = TableHealer(), PlainBudget(Decimal(1))
    outcome = bench.build(healer=healer, budget=budget)
    assert (bench.tree / "hello.txt").exists()
    assert healer.waits == [2.0, 4.0]
    assert (outcome.usage.requests, healer.answers) == (4, 2)
    assert outcome.usage.cost_usd == budget.spent


def test_a_conversation_that_no_longer_fits_is_shortened_once_and_goes_on(bench):
    (bench.tree / "big.txt").write_text("0123456789 words of a large file\n" * 300)
    reads = [("read_file", {"path": "big.txt", "offset": n}) for n in range(1, 7)]
    bench.script(turns(*reads, ("write_file", {"path": "hello.txt", "content": "hi\n"})))
    healer = TableHealer()
    outcome = bench.build(healer=healer, context_window=16_500, clean=str)
    assert healer.actions == ["compact"]
    assert (bench.tree / "hello.txt").read_text() == "hi\n"
    sizes = [len(json.dumps(body["messages"])) for body in bench.requests()]
    assert max(sizes) > sizes[-1]
    last = json.dumps(bench.requests()[-1]["messages"])
    assert "did not fit any more" in last
    assert "- read_file" in last
    assert last.count("You are the builder of Overnight") == 1
    assert outcome.transcript.count("0123456789 words") > last.count("0123456789 words"), "nothing is lost"


def test_a_conversation_that_still_does_not_fit_ends_the_attempt(bench):
    bench.script(turns())
    healer = TableHealer()
    with pytest.raises(ModelFailure) as caught:
        bench.build(healer=healer, context_window=500)
    assert caught.value.kind is FailureKind.CONTEXT_EXHAUSTED
    assert healer.actions == ["compact", "down"]
    assert bench.requests() == []


def test_going_in_circles_is_the_healers_to_nudge_and_only_once(bench):
    bench.script(turns(*[("list_directory", {})] * 20))
    healer = TableHealer()
    with pytest.raises(Stuck):
        bench.build(healer=healer)
    assert healer.actions == ["nudge", "down"]
    assert {failure.kind for failure in healer.failures} == {FailureKind.STUCK}
    assert "same call with the same result 4 times" in str(healer.failures[0])


def test_a_healer_without_patience_ends_circles_at_once(bench):
    bench.script(turns(*[("list_directory", {})] * 20))
    with pytest.raises(Stuck):
        bench.build(healer=TableHealer(patient=False))
    assert len(bench.requests()) == 4


def test_the_local_builders_text_is_always_read(bench):
    bench.script(HELLO)
    fault(bench, calls_as="fence")
    bench.build(commission_for(tier="local-builder"), tier="local-builder")
    assert (bench.tree / "hello.txt").exists()


@pytest.mark.parametrize("form", ["fence", "tag"])
def test_calls_written_as_text_are_carried_out_where_settings_say_so(bench, form):
    bench.script(HELLO)
    fault(bench, calls_as=form)
    assert bench.build(tool_style="text").summary == "Done."
    assert (bench.tree / "hello.txt").read_text() == "hello\n"


def test_calls_written_as_text_are_words_elsewhere(bench):
    bench.script(HELLO)
    fault(bench, calls_as="fence")
    assert "write_file" in bench.build().summary
    assert not (bench.tree / "hello.txt").exists()


def test_a_call_with_broken_json_is_told_to_the_model_which_tries_again(bench):
    bench.script(turns(*[("write_file", {"path": "hello.txt", "content": "hello\n"})] * 2))
    fault(bench, cut_arguments=True)
    assert bench.build().summary == "Done."
    assert (bench.tree / "hello.txt").exists()
    assert len(bench.requests()) == 3


def test_broken_json_over_and_over_is_stuck(bench):
    bench.script(turns(*[("write_file", {"path": "hello.txt", "content": "hello\n"})] * 9))
    fault(bench, cut_arguments=True, times=9)
    with pytest.raises(Stuck):
        bench.build()


def test_a_wait_ends_with_the_attempts_wall_clock(bench):
    class Sleepy(TableHealer):
        def rest(self, seconds: float) -> None:
            super().rest(seconds)
            import time

            time.sleep(min(seconds, 0.4))

    bench.script(turns())
    fault(bench, status=429, headers={"retry-after": "100"})
    healer = Sleepy()
    with pytest.raises(Exception, match="longer than 1 s"):
        bench.build(commission_for(seconds=1.0), healer=healer)
    assert sum(healer.rests) < 30
