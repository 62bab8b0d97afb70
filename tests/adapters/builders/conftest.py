"""A scripted model on loopback, a tree, and a budget that writes everything down."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo.model.running import RunningModel, running_model
from include.overnight.adapters.builders import AgentBuilder
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.changes import Base, BuildOutcome, Commission, Usage
from include.overnight.domain.errors import OverBudget
from include.overnight.domain.issues import Issue, Repository
from include.overnight.ports import Handle, Healer, Pending, Tree

from ..models.healers import TableHealer

KEY = "sk-" + "test-key-of-the-scripted-model"


@dataclass
class PlainBudget:
    """A budget in memory: reservations count as spent until they are settled."""

    limit: Decimal
    open: dict[str, Decimal] = field(default_factory=dict)
    spent: Decimal = Decimal(0)
    tokens: int = 0
    highest: Decimal = Decimal(0)
    made: int = 0

    def reserve(self, usd: Decimal) -> str:
        if self.spent + sum(self.open.values(), Decimal(0)) + usd > self.limit:
            raise OverBudget(f"${usd} more would cross the limit of ${self.limit}")
        self.made += 1
        name = f"r{self.made}"
        self.open[name] = usd
        self.highest = max(self.highest, self.spent + sum(self.open.values(), Decimal(0)))
        return name

    def settle(self, reservation: str, usage: Usage) -> None:
        assert usage.cost_usd <= self.open.pop(reservation), "a request cost more than its reservation"
        self.spent += usage.cost_usd
        self.tokens += usage.tokens


@dataclass
class Bench:
    """Everything one attempt needs."""

    scripts: Path
    tree: Path
    model: RunningModel
    sandbox: BubblewrapSandbox
    asked_before: int

    def script(self, text: str, number: int = 12) -> None:
        (self.scripts / f"{number:03d}.toml").write_text(text)

    def endpoint(self, **changes: Any) -> ModelEndpoint:
        values: dict[str, Any] = {
            "tier": "gpt-4",
            "model": "gpt-4",
            "base_url": self.model.api_url,
            "api_key": KEY,
            "context_window": 128_000,
            "input_usd_per_mtok": Decimal(1),
            "output_usd_per_mtok": Decimal(4),
            "max_output_tokens": 2000,
            "timeout": 20.0,
        }
        return ModelEndpoint(**{**values, **changes})

    def build(
        self,
        commission: Commission | None = None,
        budget: PlainBudget | None = None,
        healer: Healer | None = None,
        **changes: Any,
    ) -> BuildOutcome:
        builder = self.builder(**changes)
        outcome = builder.collect(self.begin(builder, commission, budget, healer))
        assert not isinstance(outcome, Pending)
        return outcome

    def builder(self, requests: int = 80, clean: Any = str, **changes: Any) -> AgentBuilder:
        endpoint = self.endpoint(**changes)
        return AgentBuilder({endpoint.tier: endpoint}, self.sandbox, clean, requests=requests)

    def begin(
        self,
        builder: AgentBuilder,
        commission: Commission | None = None,
        budget: PlainBudget | None = None,
        healer: Healer | None = None,
    ) -> Handle:
        tree = Tree(self.tree, Base("main", "0" * 40), self.tree.parent / "git")
        budget = budget or PlainBudget(Decimal(1))
        return builder.begin(commission or commission_for(), tree, budget, healer or TableHealer())

    def requests(self) -> list[dict[str, Any]]:
        entries = self.model.model.journal.as_json()[self.asked_before :]
        return [entry["body"] for entry in entries if entry["path"].endswith("/completions")]


def commission_for(number: int = 12, **changes: Any) -> Commission:
    issue = Issue(number, "Add a greeting", body="Please add hello.txt.", author="ann")
    values: dict[str, Any] = {
        "repository": Repository("R_1", "acme", "pantry", "main"),
        "issue": issue,
        "attempt": 1,
        "tier": "gpt-4",
        "night": "night-1",
        "seconds": 30.0,
    }
    return Commission(**{**values, **changes})


@pytest.fixture(scope="session")
def sandbox() -> BubblewrapSandbox:
    return BubblewrapSandbox()


@pytest.fixture(scope="session")
def model() -> Iterator[RunningModel]:
    with (
        tempfile.TemporaryDirectory(prefix="overnight-scripts-") as folder,
        running_model(Path(folder), key=KEY) as running,
    ):
        yield running


@pytest.fixture
def silent_url() -> Iterator[str]:
    """An endpoint that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@pytest.fixture
def bench(sandbox: BubblewrapSandbox, model: RunningModel) -> Iterator[Bench]:
    model.model.faults.clear()
    with tempfile.TemporaryDirectory(prefix="overnight-test-") as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        yield Bench(model.model.scripts, tree, model, sandbox, len(model.model.journal.as_json()))
