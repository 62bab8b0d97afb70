"""The coding agent against a scripted model over real HTTP, in the real sandbox."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from include.overnight.domain.errors import (
    FailureKind,
    ModelFailure,
    NotFound,
    OverBudget,
    SettingsError,
    Stuck,
    TimedOut,
)

from ..models.healers import TableHealer
from .conftest import KEY, PlainBudget, commission_for

GREETING = """
[[attempts]]
[[attempts.turns]]
tool = "list_directory"
arguments = {}
[[attempts.turns]]
tool = "write_file"
arguments = { path = "hello.txt", content = "hello\\n" }
[[attempts.turns]]
tool = "edit_file"
arguments = { path = "hello.txt", old = "hello", new = "hello, world" }
[[attempts.turns]]
tool = "run_command"
arguments = { command = "cat hello.txt" }
[[attempts.turns]]
text = "Added hello.txt."
"""


def turns(*calls: tuple[str, dict[str, Any]], text: str = "Done.") -> str:
    """Return a script: one tool call a turn, then the closing text."""
    lines = ["[[attempts]]"]
    for tool, arguments in calls:
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in arguments.items())
        lines += ["[[attempts.turns]]", f'tool = "{tool}"', f"arguments = {{ {pairs} }}"]
    return "\n".join([*lines, "[[attempts.turns]]", f"text = {json.dumps(text)}"])


def impatient() -> TableHealer:
    return TableHealer(patient=False)


def tool_results(bench) -> list[str]:
    last = bench.requests()[-1]["messages"]
    return [message["content"] for message in last if message["role"] == "tool"]


def fault(bench, **fields: Any) -> None:
    answer = httpx2.post(f"{bench.model.url}/_model/faults", json={"model": ".*", "times": 1, **fields})
    assert answer.status_code == 201, answer.text


def test_the_agent_looks_writes_edits_runs_and_sums_up(bench):
    bench.script(GREETING)
    budget = PlainBudget(Decimal(1))
    outcome = bench.build(budget=budget)
    assert (bench.tree / "hello.txt").read_text() == "hello, world\n"
    assert outcome.summary == "Added hello.txt."
    assert (outcome.model, outcome.prompt_version) == ("gpt-4", "build/1")
    assert outcome.usage.requests == 5
    assert outcome.usage.cost_usd == budget.spent > 0
    assert outcome.usage.tokens == budget.tokens
    assert tool_results(bench)[-1] == "[stdout]\nhello, world"
    assert "hello.txt" in json.dumps(json.loads(outcome.transcript))


def test_the_model_is_offered_exactly_the_five_tools(bench):
    bench.script(turns())
    bench.build()
    names = {tool["function"]["name"] for tool in bench.requests()[0]["tools"]}
    assert names == {"run_command", "read_file", "write_file", "list_directory", "edit_file"}


def test_every_request_says_how_many_tokens_it_may_answer(bench):
    bench.script(turns())
    bench.build()
    assert bench.requests()[0]["max_completion_tokens"] == 2000


@pytest.mark.parametrize(
    ("old", "told"),
    [
        ("absent", "not found in a.txt"),
        ("one", "found 2 times in a.txt"),
        ("", "`old` is empty"),
        ("new", "same text"),
    ],
)
def test_an_edit_that_is_not_exact_says_why_and_changes_nothing(bench, old, told):
    (bench.tree / "a.txt").write_text("one\ntwo\none\n")
    bench.script(turns(("edit_file", {"path": "a.txt", "old": old, "new": "new"})))
    bench.build()
    assert told in tool_results(bench)[0]
    assert (bench.tree / "a.txt").read_text() == "one\ntwo\none\n"


def test_an_edit_of_a_missing_or_binary_file_is_an_answer_not_a_crash(bench):
    (bench.tree / "b.bin").write_bytes(b"\xff\xfe\x00")
    edits = [("edit_file", {"path": path, "old": "a", "new": "b"}) for path in ("missing.txt", "b.bin")]
    bench.script(turns(*edits))
    bench.build()
    assert "does not exist" in tool_results(bench)[0]
    assert "not UTF-8 text" in tool_results(bench)[1]


def test_an_edit_keeps_the_mode_of_the_file(bench):
    script = bench.tree / "run.sh"
    script.write_text("echo one\n")
    script.chmod(0o755)
    bench.script(turns(("edit_file", {"path": "run.sh", "old": "one", "new": "two"})))
    bench.build()
    assert (script.read_text(), script.stat().st_mode & 0o777) == ("echo two\n", 0o755)


def test_a_failing_command_is_told_with_its_exit_code(bench):
    bench.script(turns(("run_command", {"command": "echo bad >&2; exit 3"})))
    bench.build()
    assert tool_results(bench)[0] == "[stderr]\nbad\n[exit code: 3]"


def test_a_canary_in_our_environment_reaches_no_request_and_no_transcript(bench, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "canary-of-the-host")
    snoop = "env; cat /proc/*/environ; cat /proc/1/cmdline; ls -la /root ~"
    bench.script(turns(("run_command", {"command": snoop}), ("read_file", {"path": "/proc/self/environ"})))
    outcome = bench.build()
    everything = json.dumps(bench.requests()) + outcome.transcript + outcome.summary
    assert "canary-of-the-host" not in everything
    assert KEY not in everything


def test_known_secrets_are_cleaned_from_results_transcript_and_summary(bench):
    (bench.tree / "notes.txt").write_text("the word is swordfish\n")
    bench.script(turns(("run_command", {"command": "cat notes.txt"}), text="It says swordfish."))
    outcome = bench.build(clean=lambda text: text.replace("swordfish", "[redacted]"))
    assert "swordfish" not in json.dumps(tool_results(bench)) + outcome.transcript + outcome.summary


def test_no_request_is_sent_that_the_budget_cannot_bear(bench):
    bench.script(GREETING)
    budget = PlainBudget(Decimal("0.0001"))
    with pytest.raises(OverBudget, match="limit"):
        bench.build(budget=budget)
    assert (bench.requests(), budget.spent, budget.open) == ([], Decimal(0), {})


def test_the_budget_is_never_crossed_while_the_agent_works(bench):
    bench.script(turns(*(("run_command", {"command": f"seq {n}00 {n}99"}) for n in range(1, 30))))
    budget = PlainBudget(Decimal("0.06"))
    with pytest.raises(OverBudget):
        bench.build(budget=budget, clean=str)
    assert 1 < len(bench.requests()) < 29
    assert 0 < budget.spent <= budget.highest <= budget.limit
    assert budget.open == {}


def test_the_same_call_four_times_is_nudged_once_and_then_stuck(bench):
    bench.script(turns(*[("list_directory", {})] * 20))
    builder = bench.builder()
    handle = bench.begin(builder)
    with pytest.raises(Stuck, match="same call with the same result 4 times"):
        builder.collect(handle)
    assert len(bench.requests()) == 8
    assert sum("going in circles" in result for result in tool_results(bench)) == 1
    assert "going in circles" in builder.transcript(handle)


def test_the_same_error_three_times_is_nudged_once_and_then_stuck(bench):
    reads = [("run_command", {"command": f"echo no >&2; exit 2 # {n}"}) for n in range(20)]
    bench.script(turns(*reads))
    with pytest.raises(Stuck, match="same error 3 times"):
        bench.build()
    assert len(bench.requests()) == 6


def test_different_work_is_never_called_stuck(bench):
    bench.script(turns(*(("run_command", {"command": f"echo {n}"}) for n in range(15))))
    assert bench.build().summary == "Done."


def test_the_request_limit_ends_an_endless_agent(bench):
    bench.script(turns(*(("run_command", {"command": f"echo {n}"}) for n in range(30))))
    with pytest.raises(Stuck, match="all 3 model requests"):
        bench.build(requests=3)
    assert len(bench.requests()) == 3


def test_the_wall_clock_ends_the_attempt_and_the_command_in_it(bench):
    bench.script(turns(("run_command", {"command": "sleep 87651", "timeout_seconds": 200})))
    started = time.monotonic()
    with pytest.raises(TimedOut, match="longer than 2 s"):
        bench.build(commission_for(seconds=2.0))
    assert time.monotonic() - started < 6


def test_the_wall_clock_ends_a_model_that_hangs(bench, silent_url):
    with pytest.raises(TimedOut):
        bench.build(commission_for(seconds=0.7), base_url=silent_url)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"status": 429, "error_code": "rate_limit_exceeded"}, FailureKind.RATE_LIMIT),
        ({"status": 429, "error_code": "insufficient_quota"}, FailureKind.INSUFFICIENT_QUOTA),
        ({"status": 401, "error_code": "invalid_api_key"}, FailureKind.AUTH),
        ({"status": 403}, FailureKind.AUTH),
        ({"status": 404, "error_code": "model_not_found"}, FailureKind.MODEL_GONE),
        ({"status": 400, "error_code": "context_length_exceeded"}, FailureKind.CONTEXT_EXHAUSTED),
        ({"status": 400, "error_code": "content_filter"}, FailureKind.REFUSAL),
        ({"status": 400, "error_code": "unknown_parameter"}, FailureKind.BAD_REQUEST),
        ({"status": 500}, FailureKind.TRANSPORT),
        ({"status": 503}, FailureKind.TRANSPORT),
        ({"break_stream": True}, FailureKind.TRANSPORT),
    ],
)
def test_what_the_provider_answers_decides_the_failure(bench, fields, kind):
    bench.script(turns())
    fault(bench, **fields)
    with pytest.raises(ModelFailure) as caught:
        bench.build(healer=impatient())
    assert caught.value.kind is kind
    assert len(bench.requests()) == 1, "the client must not retry by itself"


def test_a_provider_that_asks_to_wait_is_heard(bench):
    bench.script(turns())
    fault(bench, status=429, error_code="rate_limit_exceeded", headers={"retry-after": "17"})
    with pytest.raises(ModelFailure) as caught:
        bench.build(healer=impatient())
    assert caught.value.retry_after == 17.0


def test_a_refused_request_costs_nothing_and_a_broken_one_its_reservation(bench):
    bench.script(turns())
    refused, broken = PlainBudget(Decimal(1)), PlainBudget(Decimal(1))
    fault(bench, status=503)
    with pytest.raises(ModelFailure):
        bench.build(budget=refused, healer=impatient())
    fault(bench, break_stream=True)
    with pytest.raises(ModelFailure):
        bench.build(budget=broken, healer=impatient())
    assert (refused.spent, refused.open) == (Decimal(0), {})
    assert (broken.spent, broken.open) == (broken.highest, {})


def test_a_request_that_takes_too_long_is_a_timeout_not_the_end_of_the_attempt(bench, silent_url):
    with pytest.raises(ModelFailure) as caught:
        bench.build(timeout=0.5, base_url=silent_url, healer=impatient())
    assert caught.value.kind is FailureKind.TIMEOUT


def test_a_dead_endpoint_is_transport(bench):
    with pytest.raises(ModelFailure) as caught:
        bench.build(base_url="http://127.0.0.1:9/v1")
    assert caught.value.kind is FailureKind.TRANSPORT


def test_a_conversation_larger_than_the_window_is_not_sent(bench):
    bench.script(turns())
    with pytest.raises(ModelFailure) as caught:
        bench.build(context_window=500)
    assert caught.value.kind is FailureKind.CONTEXT_EXHAUSTED
    assert bench.requests() == []


def test_a_key_never_stands_in_an_error(bench):
    bench.script(turns())
    with pytest.raises(ModelFailure) as caught:
        bench.build(api_key="sk-" + "wrong-key-wrong-key")
    assert caught.value.kind is FailureKind.AUTH
    assert "wrong-key" not in str(caught.value)


def test_a_tool_that_does_not_exist_over_and_over_is_stuck(bench):
    bench.script(turns(*[("delete_everything", {"n": 1})] * 8))
    with pytest.raises(Stuck):
        bench.build()


def test_a_tier_without_a_model_is_a_settings_error(bench):
    with pytest.raises(SettingsError, match=r"tier gpt-5\.1"):
        bench.build(commission_for(tier="gpt-5.1"))


def test_a_build_of_another_process_cannot_be_collected(bench):
    builder = bench.builder()
    handle = bench.begin(builder)
    with pytest.raises(NotFound, match="begin it again"):
        bench.builder().collect(handle)
