"""The Codex CLI itself, as its makers publish it, in our sandbox, against the scripted model."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn

from demo.model.app import ScriptedModel
from demo.model.faults import Fault
from demo.model.responses import create_responses_app
from include.overnight.adapters.builders.command import CommandBuilder
from include.overnight.adapters.builders.command_line import CommandLine
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.domain.errors import FailureKind, ModelFailure, OverBudget
from include.overnight.ports import Tree

from ..models.healers import TableHealer
from .conftest import KEY, PlainBudget, commission_for
from .sites import Base, collected

pytestmark = pytest.mark.slow
_AGENT = "@openai/codex@0.169.0"
_COMMAND = (
    "codex exec --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox --color never -m {model}"
    " -c model_provider=overnight -c 'model_providers.overnight="
    '{name="Overnight",base_url="{base_url}",wire_api="responses",env_key="OPENAI_API_KEY"}\' -'
)
_SCRIPT = """
[[attempts]]
[[attempts.turns]]
tool = "exec_command"
arguments = { cmd = "printf 'hello\\\\n' > hello.txt; env; cat /proc/*/environ" }
[[attempts.turns]]
text = "Added hello.txt."
"""


@pytest.fixture(scope="module")
def codex(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the CLI in it: OVERNIGHT_CODEX where that is set, else from npm."""
    if known := os.environ.get("OVERNIGHT_CODEX"):
        return Path(known)
    if not (npm := shutil.which("npm")):
        pytest.skip(
            "npm is not on PATH, so the Codex CLI cannot be installed; set OVERNIGHT_CODEX to its folder"
        )
    folder = tmp_path_factory.mktemp("codex")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    words = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", _AGENT]
    done = subprocess.run(words, capture_output=True, text=True, timeout=400)
    if done.returncode:
        pytest.skip(f"{_AGENT} cannot be installed here: {done.stderr[-300:]}")
    return folder


@pytest.fixture
def responder(tmp_path: Path) -> Iterator[tuple[ScriptedModel, str]]:
    """The scripted model with the path that Codex speaks."""
    scripted = ScriptedModel(tmp_path, KEY)
    (tmp_path / "012.toml").write_text(_SCRIPT)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_responses_app(scripted), lifespan="off", log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield scripted, f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        server.should_exit = True
        thread.join(10)


def attempt(bench, codex: Path, url: str, budget: PlainBudget):
    endpoint = ModelEndpoint(
        tier="gpt-4",
        model="gpt-5-mini",
        base_url=url,
        api_key=KEY,
        context_window=400_000,
        input_usd_per_mtok=Decimal(1),
        output_usd_per_mtok=Decimal(4),
        max_output_tokens=2000,
        timeout=20.0,
    )
    line = CommandLine(_COMMAND, programs=(codex,))
    builder = CommandBuilder("codex", line, {endpoint.tier: endpoint}, bench.sandbox, str)
    tree = Tree(bench.tree, Base("main", "0" * 40), bench.tree.parent / "git")
    healer = TableHealer(patient=False)
    return builder, builder.begin(commission_for(seconds=150.0), tree, budget, healer)


def test_codex_makes_the_change_pays_for_its_requests_and_never_sees_the_key(bench, codex, responder):
    budget = PlainBudget(Decimal(1))
    outcome = collected(*attempt(bench, codex, responder[1], budget))
    assert (bench.tree / "hello.txt").read_text() == "hello\n"
    assert outcome.summary.strip() == "Added hello.txt."
    assert outcome.usage.requests == 2
    assert outcome.usage.cost_usd == budget.spent > 0
    asked = [entry["body"] for entry in responder[0].journal.as_json()]
    assert {(body["model"], body["max_output_tokens"], body["store"]) for body in asked} == {
        ("gpt-5-mini", 2000, False)
    }
    everything = outcome.transcript + json.dumps(asked)
    assert "overnight-holds-the-key" in everything
    assert KEY not in everything


def test_codex_stops_when_the_budget_says_no(bench, codex, responder):
    budget, started = PlainBudget(Decimal("0.001")), time.monotonic()
    with pytest.raises(OverBudget):
        collected(*attempt(bench, codex, responder[1], budget))
    assert responder[0].journal.as_json() == []
    assert time.monotonic() - started < 60


def test_codex_failing_at_the_provider_is_the_providers_failure(bench, codex, responder):
    responder[0].faults.add(Fault(status=401, error_code="invalid_api_key", times=50))
    with pytest.raises(ModelFailure) as caught:
        collected(*attempt(bench, codex, responder[1], PlainBudget(Decimal(1))))
    assert caught.value.kind is FailureKind.AUTH
