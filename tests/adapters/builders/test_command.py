"""The builder `command` in the real sandbox: what the agent can see, reach and spend, and how it can end."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo.model.faults import Fault
from include.overnight.adapters.builders.command import CommandBuilder
from include.overnight.adapters.builders.command_line import CommandLine
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.upgrade import upgrade
from include.overnight.adapters.sandbox import UnconfinedSandbox
from include.overnight.domain.changes import BuildOutcome
from include.overnight.domain.errors import (
    FailureKind,
    ModelFailure,
    OverBudget,
    OvernightError,
    SettingsError,
    Stuck,
    TimedOut,
)
from include.overnight.domain.orders import Limits, NightOrder
from include.overnight.ports import Budget

from ..models.healers import TableHealer
from .conftest import KEY, Bench, PlainBudget, commission_for
from .sites import ModelSite, collected, script

ASK = (
    "import json, os, sys, urllib.request as u\n"
    "def ask(text='Issue #12: x\\nAttempt 1 on tier gpt-4', url=None):\n"
    "    body = json.dumps({'messages': [{'role': 'user', 'content': text}]}).encode()\n"
    "    url = url or os.environ['OPENAI_BASE_URL'] + '/chat/completions'\n"
    "    try:\n"
    "        return u.urlopen(u.Request(url, body), timeout=5).status\n"
    "    except u.HTTPError as error:\n"
    "        return error.code\n"
)


def run(
    bench: Bench,
    line: CommandLine | str,
    budget: Budget | None = None,
    healer: Any = None,
    clean: Any = str,
    **changes: Any,
) -> tuple[BuildOutcome | OvernightError, dict[str, Any]]:
    """Run one agent; return how it ended, and the last part of its transcript."""
    line = line if isinstance(line, CommandLine) else CommandLine(line)
    endpoint = bench.endpoint()
    builder = CommandBuilder("agent", line, {endpoint.tier: endpoint}, bench.sandbox, clean)
    tree = ModelSite(bench, "command").tree()
    healer = healer or TableHealer(patient=False)
    handle = builder.begin(commission_for(**changes), tree, budget or PlainBudget(Decimal(1)), healer)
    try:
        ended: BuildOutcome | OvernightError = collected(builder, handle)
    except OvernightError as error:
        ended = error
    parts = json.loads(builder.transcript(handle))
    return ended, parts[-1] if parts else {}


def asking(program: str) -> CommandLine:
    """Return an agent that is a piece of Python with `ask`."""
    return CommandLine('python3 -c "$AGENT"', environment={"AGENT": ASK + program})


def test_the_agent_finds_no_credential_in_environment_processes_or_files(bench, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GITHUB_TOKEN", "canary-of-the-host")
    bench.script(script())
    snoop = (
        "env; cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'; ls -la /root;"
        " find /run /etc /tmp /home /work -not -path '*/.venv/*'"  # the toolbox, wherever this clone lies
        " -type f -size -200k -exec cat {} + ; true"
    )
    ended, part = run(bench, CommandLine(snoop, prompt="file", environment={"A": "b"}))
    assert isinstance(ended, BuildOutcome)
    seen = part["stdout"] + part["stderr"] + ended.summary + ended.transcript
    assert "OPENAI_API_KEY=overnight-holds-the-key" in seen
    assert KEY not in seen
    assert "canary-of-the-host" not in seen


def test_the_model_is_all_there_is_of_the_network(bench):
    bench.script(script())
    port = bench.model.url.rpartition(":")[2]
    ended, part = run(
        bench,
        asking(
            "print(ask())\n"
            "for place in ('/files', '/embeddings', '/../_model/journal'):\n"
            "    print(ask(url=os.environ['OPENAI_BASE_URL'] + place))\n"
            "import socket\n"
            f"for where in (('127.0.0.1', {port}), ('1.1.1.1', 443)):\n"
            "    try: socket.create_connection(where, 2); print('OUT')\n"
            "    except OSError: print('closed')\n"
        ),
    )
    assert isinstance(ended, BuildOutcome), part
    assert part["stdout"].split() == ["200", "404", "404", "404", "closed", "closed"]
    assert part["requests_refused"] == 3


def test_the_task_comes_by_file_or_by_standard_input_and_cannot_be_changed(bench):
    for prompt, command in (("stdin", "cat"), ("file", "cat {prompt_file}; cat")):
        line = CommandLine(f"{command}; echo x >> {{prompt_file}} && echo CHANGED", prompt=prompt)  # type: ignore[arg-type]
        _, part = run(bench, line)
        assert part["stdout"].count("Issue #12: Add a greeting") == 1
        assert part["stdout"].startswith("You work for Overnight")
        assert "CHANGED" not in part["stdout"]


def test_words_are_replaced_and_every_other_brace_stays(bench):
    line = CommandLine(
        'echo {model} {base_url} {url} "$A" \'{"json": {"a": 1}}\' ${HOME}',
        environment={"A": "at {base_url}"},
    )
    _, part = run(bench, line)
    url = "http://127.0.0.1:4141"
    told = f'gpt-4 {url}/v1 {url} at {url}/v1 {{"json": {{"a": 1}}}} /tmp/home'
    assert part["stdout"].strip() == told


def test_an_agent_that_spends_its_budget_is_stopped_at_once(bench):
    bench.script(script())
    started = time.monotonic()
    budget = PlainBudget(Decimal("0.0086"))
    ended, part = run(
        bench, asking("import time\nwhile True: print(ask(), flush=True); time.sleep(0.1)\n"), budget
    )
    assert isinstance(ended, OverBudget)
    assert budget.spent <= budget.highest <= budget.limit
    assert budget.open == {}
    assert part["stdout"].startswith("200\n")
    assert time.monotonic() - started < 15


def test_a_night_that_is_stopped_stops_the_agent_with_the_reason(bench):
    class Stopping(PlainBudget):
        def reserve(self, usd: Decimal) -> str:
            raise Stuck("somebody said stop")

    bench.script(script())
    ended, _ = run(bench, asking("ask()\nimport time; time.sleep(60)\n"), Stopping(Decimal(1)))
    assert str(ended) == "somebody said stop"


def test_the_wall_clock_holds_even_while_the_model_is_silent(bench, silent_url):
    endpoint = bench.endpoint(base_url=silent_url)
    line = asking(
        "body = json.dumps({'messages': [{'role': 'user', 'content': 'x'}]}).encode()\n"
        "u.urlopen(os.environ['OPENAI_BASE_URL'] + '/chat/completions', body)\n"
    )
    builder = CommandBuilder("agent", line, {endpoint.tier: endpoint}, bench.sandbox, str)
    budget, started = PlainBudget(Decimal(1)), time.monotonic()
    tree = ModelSite(bench, "command").tree()
    handle = builder.begin(commission_for(seconds=2.0), tree, budget, TableHealer())
    with pytest.raises(TimedOut):
        builder.collect(handle)
    assert time.monotonic() - started < 10
    assert budget.open == {}
    assert budget.spent > 0  # it was sent, and nobody knows what it cost


@pytest.mark.parametrize(
    ("command", "kind", "words"),
    [
        ("exit 3", Stuck, "exit code 3"),
        ("no-such-agent --yes", SettingsError, r"builders\.agent\.programs"),
        ("echo 'error: 429 insufficient_quota, invalid api key'; exit 1", Stuck, "exit code 1"),
        ("kill -9 $$", Stuck, "exit code 137"),
    ],
)
def test_an_agents_end_is_judged_by_its_exit_code_and_never_by_its_words(bench, command, kind, words):
    ended, _ = run(bench, command)
    assert isinstance(ended, kind)
    with pytest.raises(kind, match=words):
        raise ended


def test_an_agent_that_hides_a_providers_error_behind_success_is_found_out(bench):
    bench.script(script())
    bench.model.model.faults.add(Fault(status=429, error_code="insufficient_quota"))
    ended, _ = run(bench, asking("ask(); print('All done!')\n"))
    assert isinstance(ended, ModelFailure)
    assert ended.kind is FailureKind.INSUFFICIENT_QUOTA


def test_an_agent_that_got_over_an_error_by_itself_is_not_failed_for_it(bench):
    bench.script(script())
    bench.model.model.faults.add(Fault(status=503))
    ended, part = run(bench, asking("print(ask(), ask())\n"))
    assert isinstance(ended, BuildOutcome)
    assert part["stdout"] == "503 200\n"


def test_output_is_capped_and_cannot_steer_a_terminal(bench):
    line = CommandLine(
        "printf '\\033[2Jred\\033[0m\\u202e\\n'; head -c 100000 /dev/zero | tr '\\0' x", output_bytes=2000
    )
    ended, part = run(bench, line)
    assert isinstance(ended, BuildOutcome)
    assert part["stdout"].startswith("red\n")
    assert len(part["stdout"]) < 2200
    assert "bytes left out" in part["stdout"]


def test_programs_are_shown_read_only_and_found_first(bench):
    folder = bench.tree.parent / "tool" / "node_modules" / ".bin"
    folder.mkdir(parents=True)
    bench.tree.parent.chmod(0o755)
    (folder / "my-agent").write_text("#!/bin/sh\necho mine; touch $0.changed || true\n")
    (folder / "my-agent").chmod(0o755)
    ended, part = run(bench, CommandLine("my-agent", programs=(bench.tree.parent / "tool",)))
    assert isinstance(ended, BuildOutcome)
    assert part["stdout"] == "mine\n"
    assert [path.name for path in folder.iterdir()] == ["my-agent"]


def test_an_agent_with_another_tiers_model_is_paid_at_that_tiers_price(bench):
    bench.script(script())
    cheap = bench.endpoint(tier="gpt-4-turbo", model="gpt-4-turbo", output_usd_per_mtok=Decimal(0))
    line = CommandLine(
        asking("print(ask())\n").command, tier="gpt-4-turbo", environment={"AGENT": ASK + "ask()"}
    )
    builder = CommandBuilder("agent", line, {cheap.tier: cheap}, bench.sandbox, str)
    tree = ModelSite(bench, "command").tree()
    handle = builder.begin(commission_for(), tree, PlainBudget(Decimal(1)), TableHealer())
    assert collected(builder, handle).model == "gpt-4-turbo"
    assert bench.requests()[0]["model"] == "gpt-4-turbo"


def test_settings_that_cannot_work_are_refused_with_the_key_named(bench):
    cases = [
        (CommandLine(" "), r"builders\.agent\.command"),
        (CommandLine("x", programs=(Path("/no/such"),)), r"builders\.agent\.programs"),
    ]
    for line, words in cases:
        with pytest.raises(SettingsError, match=words):
            CommandBuilder("agent", line, {}, bench.sandbox, str)
    with pytest.raises(SettingsError, match='sandbox = "bubblewrap"'):
        CommandBuilder("agent", CommandLine("x"), {}, UnconfinedSandbox(), str)
    builder = CommandBuilder("agent", CommandLine("x"), {}, bench.sandbox, str)
    tree = ModelSite(bench, "command").tree()
    with pytest.raises(SettingsError, match="no model is set for tier gpt-4"):
        builder.begin(commission_for(), tree, PlainBudget(Decimal(1)), TableHealer())


def test_a_real_ledger_keeps_the_money_of_requests_made_at_once(bench, tmp_path):
    bench.script(script())
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    upgrade(url)
    database = LedgerDatabase(url)
    order = NightOrder("night-1", "acme", "pantry", limits=Limits(attempt_usd=Decimal("0.1")))
    budget = database.budgets.open(order, "R_1", 12, "night-1/12/1")
    many = (
        "from concurrent.futures import ThreadPoolExecutor as T\n"
        "print(*T(4).map(lambda _: ask(), range(12)))\n"
    )
    ended, part = run(bench, asking(many), budget)
    assert isinstance(ended, BuildOutcome), part
    assert part["stdout"].split() == ["200"] * 12
    assert database.budgets.spent(attempt="night-1/12/1") == ended.usage.cost_usd > 0
    database.close()
