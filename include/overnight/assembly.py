"""The one place where ports meet adapters: each part is made when it is first touched."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .credentials import Credentials, from_environment, passwords_of
from .domain.alerts import RULES, AlertRule, chosen
from .domain.redaction import Redactor
from .github_doors import GitHubDoors
from .rungs import Rungs
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from .adapters.git import GitWorkspace
    from .adapters.ledger import LedgerDatabase
    from .domain.models import TierFacts
    from .domain.orders import Commands, NightOrder
    from .ports import (
        Advisor,
        Approvals,
        Budgets,
        Builder,
        Circuits,
        Claims,
        CommandReader,
        Follower,
        Gate,
        Lessons,
        Quota,
        Ran,
        Records,
        Sandbox,
        Storage,
        Tracker,
        Tree,
        Writer,
    )
    from .ports.history import History
    from .ports.issues import IssueWriter


Teller = Callable[[str, str], None]
"""Sends a title and a body to people."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True)
class Overnight:
    """The Desk of services, made from settings and credentials."""

    settings: Settings
    credentials: Credentials
    tellers: tuple[Teller, ...] = field(default=(), kw_only=True)
    """Further ways to tell people something, Airflow's notifiers among them."""

    @property
    def ledger_url(self) -> str:
        return self.credentials.ledger_url or self.settings.ledger_url

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    @cached_property
    def redactor(self) -> Redactor:
        ours = passwords_of(self.ledger_url)
        return Redactor(self.credentials.secrets() | ours | {*self.settings.values.notify})

    @cached_property
    def database(self) -> LedgerDatabase:
        from .adapters.ledger import LedgerDatabase

        if self.ledger_url.startswith("sqlite"):
            self.settings.home.mkdir(parents=True, exist_ok=True)
        return LedgerDatabase(
            self.ledger_url,
            clean=self.redactor.clean_value,
            now=self.clock.now,
            key=self.credentials.ledger_key,
        )

    @property
    def ledger(self) -> History:
        return self.database.ledger

    @property
    def claims(self) -> Claims:
        return self.database.claims

    @property
    def quota(self) -> Quota:
        return self.database.quota

    @property
    def budgets(self) -> Budgets:
        return self.database.budgets

    @property
    def records(self) -> Records:
        return self.database.records

    @property
    def approvals(self) -> Approvals:
        return self.database.approvals

    @property
    def circuits(self) -> Circuits:
        return self.database.circuits

    @property
    def lessons(self) -> Lessons:
        return self.database.lessons

    @cached_property
    def storage(self) -> Storage:
        from .adapters.storage import ObjectStorage

        return ObjectStorage(self.settings.storage_url)

    @cached_property
    def sandbox(self) -> Sandbox:
        from .adapters.sandbox import BubblewrapSandbox, UnconfinedSandbox

        if self.settings.values.sandbox == "none":
            return UnconfinedSandbox(toolbox=self.settings.values.toolbox, clean=self.redactor.clean)
        if self.settings.values.sandbox == "backend":
            from .adapters.sandbox.hosted import BackendSandbox, backend_named

            backend = backend_named(self.settings.values.sandbox_backend)
            return BackendSandbox(backend, clean=self.redactor.clean)
        return BubblewrapSandbox(toolbox=self.settings.values.toolbox, clean=self.redactor.clean)

    @cached_property
    def gates(self) -> Sequence[Gate]:
        from .adapters.gates import make_gates

        return make_gates(self.sandbox)

    def set_up(self, tree: Tree, commands: Commands, order: NightOrder) -> str:
        from .adapters.gates.running import Runner

        ran = Runner.of(self.sandbox, commands, order).prepare(tree)
        return (
            "" if ran.exit_code == 0 else f"setup ended with exit code {ran.exit_code}: {ran.output[-1500:]}"
        )

    def run_command(
        self, tree: Tree, command: str, commands: Commands, order: NightOrder, seconds: float
    ) -> Ran:
        from .adapters.gates.running import Runner

        return Runner.of(self.sandbox, commands, order).run_for(seconds, tree, command)

    def record_base(self, tree: Tree, commands: Commands, order: NightOrder) -> Mapping[str, Any]:
        from .adapters.gates import record_base

        return record_base(
            self.sandbox,
            tree,
            commands,
            order.limits.gate_seconds,
            network=order.setup_network,
            hosts=order.setup_hosts,
        )

    @cached_property
    def commands(self) -> CommandReader:
        from .adapters.commands import RepositoryCommands

        return RepositoryCommands()

    @cached_property
    def github(self) -> GitHubDoors:
        return GitHubDoors(
            self.settings, self.credentials, self.redactor.clean, lambda: self.database, self.clock.now
        )

    @property
    def tracker(self) -> Tracker:
        return self.github.tracker

    @property
    def follower(self) -> Follower:
        return self.github.follower

    @property
    def writer(self) -> Writer:
        return self.github.writer

    @property
    def issues(self) -> IssueWriter:
        return self.github.issues

    @property
    def workspace(self) -> GitWorkspace:
        from .adapters.git import GitWorkspace

        return GitWorkspace(self.settings.home, self.storage, self.github.git)

    @cached_property
    def rungs(self) -> Rungs:
        return Rungs(self.settings, self.credentials)

    @cached_property
    def _builders(self) -> dict[str, Builder]:
        return {}

    def builder(self, name: str) -> Builder:
        if name not in self._builders:
            from .adapters.builders.choosing import Workbench, builder_settings, make_builder
            from .adapters.builders.sessions import Sessions

            bench = Workbench(
                self.rungs.payable,
                lambda: self.sandbox,
                self.redactor.clean,
                self.github.wire,
                lambda: self.workspace,
                sessions=lambda: Sessions(self.storage, self.records, lambda: self.workspace),
            )
            said = builder_settings(name, self.settings.values.builders)
            self._builders[name] = make_builder(name, said, bench)
        return self._builders[name]

    @cached_property
    def advisor(self) -> Advisor:
        from .adapters.models.advising import ModelAdvisor

        return ModelAdvisor(self.rungs.payable, self.redactor.clean)

    def tier_facts(self) -> Mapping[str, TierFacts]:
        return self.rungs.facts

    def available_tiers(self) -> Mapping[str, str]:
        return self.rungs.available()

    def list_price(self, tier: str, input_tokens: int, output_tokens: int) -> Decimal:
        return self.rungs.list_price(tier, input_tokens, output_tokens)

    def clean(self, text: str) -> str:
        return self.redactor.clean(text)

    @property
    def alert_rules(self) -> Sequence[AlertRule]:
        told = self.settings.values.alerts
        return chosen(RULES, told.least, told.quiet)

    def notify(self, title: str, body: str) -> None:
        from .adapters.notify import notify, tell

        urls = (*self.settings.values.notify, *self.credentials.notify_urls)
        title, body = self.redactor.clean(title), self.redactor.clean(body)
        notify(urls, title, body)
        tell(self.tellers, title, body)


def open_overnight(
    settings: Settings | None = None,
    credentials: Credentials | None = None,
    environ: Mapping[str, str] | None = None,
) -> Overnight:
    """Return the desk for these settings, with the environment's secrets unless others are given."""
    environ = os.environ if environ is None else environ
    settings = settings or load_settings(environ=environ)
    return Overnight(settings, credentials or from_environment(environ, key_names(settings)))


def key_names(settings: Settings) -> frozenset[str]:
    """Return the names of the environment variables that model keys are in."""
    return frozenset(model.api_key_env for model in settings.models.values() if model.api_key_env)
