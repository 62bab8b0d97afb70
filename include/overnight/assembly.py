"""The one place where ports meet adapters: each part is made when it is first touched."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .credentials import Credentials, from_environment
from .domain.redaction import Redactor
from .rungs import Rungs
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from github import Github

    from .adapters.git import GitWorkspace
    from .adapters.github import Pace
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
        Gate,
        Lessons,
        Quota,
        Records,
        Sandbox,
        Storage,
        Tracker,
        Tree,
        Writer,
    )
    from .ports.history import History
    from .ports.issues import IssueWriter


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""A server of our own on this machine asks for no pace."""


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

    @property
    def ledger_url(self) -> str:
        return self.settings.values.ledger_url or self.credentials.ledger_url or self.settings.ledger_url

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    @cached_property
    def redactor(self) -> Redactor:
        return Redactor(self.credentials.secrets())

    @cached_property
    def database(self) -> LedgerDatabase:
        from .adapters.ledger import LedgerDatabase

        if self.ledger_url.startswith("sqlite"):
            self.settings.home.mkdir(parents=True, exist_ok=True)
        return LedgerDatabase(self.ledger_url, clean=self.redactor.clean_value, now=self.clock.now)

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
            return UnconfinedSandbox(toolbox=self.settings.values.toolbox)
        if self.settings.values.sandbox == "backend":
            from .adapters.sandbox.hosted import BackendSandbox, backend_named

            return BackendSandbox(backend_named(self.settings.values.sandbox_backend))
        return BubblewrapSandbox(toolbox=self.settings.values.toolbox)

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
    def _client(self) -> Github:
        from .adapters.github import GitHubAccess, connect

        access = GitHubAccess(
            url=self.credentials.github_url or self.settings.values.github_url,
            token=self.credentials.github_token,
            **self.credentials.app,
        )
        return connect(access, pace=self._pace)

    @property
    def _host(self) -> str:
        return urlsplit(self.credentials.github_url or self.settings.values.github_url).hostname or ""

    @cached_property
    def _pace(self) -> Pace:
        from .adapters.github import Pace

        if self._host in _LOOPBACK:
            return Pace.unhurried()
        return Pace(seconds_between_writes=max(1.0, self.settings.values.write_spacing_seconds))

    @cached_property
    def tracker(self) -> Tracker:
        from .adapters.github import GitHubTracker

        return GitHubTracker(self._client)

    @cached_property
    def writer(self) -> Writer:
        from .adapters.github import GitHubWriter, Pacer, SharedPacer

        pacer: Pacer | SharedPacer = Pacer(self._pace)
        if not self._pace.hurries:
            turns, host = self.database.turns, self._host
            pacer = SharedPacer(
                turns, lambda: f"{host}/{self.tracker.login()}", self._pace, now=self.clock.now
            )
        return GitHubWriter(self._client, clean=self.redactor.clean, pacer=pacer, outbox=self.database.outbox)

    @cached_property
    def issues(self) -> IssueWriter:
        from .adapters.github import Pacer
        from .adapters.github.marked_issues import GitHubIssues

        return GitHubIssues(self._client, clean=self.redactor.clean, pacer=Pacer(self._pace))

    @property
    def workspace(self) -> GitWorkspace:
        """Git, with the token of this moment: an App's token lives an hour, a night longer."""
        from .adapters.git import GitWorkspace, RemoteAccess

        auth = self._client.requester.auth
        return GitWorkspace(self.settings.home, self.storage, RemoteAccess(token=auth.token if auth else ""))

    @cached_property
    def rungs(self) -> Rungs:
        return Rungs(self.settings, self.credentials)

    @cached_property
    def _builders(self) -> dict[str, Builder]:
        return {}

    def builder(self, name: str) -> Builder:
        if name not in self._builders:
            from .adapters.builders.choosing import Workbench, builder_settings, make_builder
            from .adapters.github import Pacer
            from .adapters.github.wire import Wire

            bench = Workbench(
                self.rungs.payable,
                lambda: self.sandbox,
                self.redactor.clean,
                lambda: Wire(self._client, pacer=Pacer(self._pace)),
                lambda: self.workspace,
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

    def notify(self, title: str, body: str) -> None:
        from .adapters.notify import notify

        notify(self.settings.values.notify, title, self.redactor.clean(body))


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
