"""A scripted model on loopback, and endpoints that point to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo.model import Fault, RunningModel, running_model
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.domain.changes import Usage


@dataclass
class OpenBook:
    """A budget that bears everything and writes it down."""

    reserved: list[Decimal] = field(default_factory=list)
    settled: list[Usage] = field(default_factory=list)

    def reserve(self, usd: Decimal) -> str:
        self.reserved.append(usd)
        return str(len(self.reserved))

    def settle(self, reservation: str, usage: Usage) -> None:
        assert int(reservation) == len(self.settled) + 1, "settled twice, or out of order"
        self.settled.append(usage)


@dataclass
class Served:
    """The model, and what it was asked since the test began."""

    running: RunningModel
    before: int

    @property
    def folder(self) -> Path:
        return self.running.model.scripts

    def script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def fault(self, times: int = 1, **fields: Any) -> None:
        self.running.model.faults.add(Fault(times=times, **fields))

    def requests(self) -> list[dict[str, Any]]:
        return [entry["body"] for entry in self.running.model.journal.as_json()[self.before :]]

    def endpoint(self, **changes: Any) -> ModelEndpoint:
        values: dict[str, Any] = {
            "tier": "gpt-4-turbo",
            "model": "gpt-4-turbo",
            "base_url": self.running.api_url,
            "context_window": 128_000,
            "input_usd_per_mtok": Decimal(1),
            "output_usd_per_mtok": Decimal(4),
            "max_output_tokens": 2000,
            "timeout": 10.0,
        }
        return ModelEndpoint(**{**values, **changes})


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningModel]:
    with running_model(tmp_path_factory.mktemp("scripts")) as model:
        yield model


@pytest.fixture
def served(running: RunningModel) -> Iterator[Served]:
    running.model.faults.clear()
    for old in running.model.scripts.iterdir():
        old.unlink()
    yield Served(running, len(running.model.journal.entries))
    running.model.faults.clear()


@pytest.fixture
def silent_url() -> Iterator[str]:
    """An endpoint that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
