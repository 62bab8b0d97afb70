"""All ports of a night, as services ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from ..domain.alerts import AlertRule
from ..domain.models import TierFacts
from ..domain.orders import Commands, NightOrder
from .advising import Advisor
from .building import Builder
from .clock import Clock, Storage
from .following import Follower
from .git import Tree, Workspace
from .github import Tracker, Writer
from .judging import CommandReader, Gate
from .ledger import Approvals, Budgets, Circuits, Claims, Ledger, Lessons, Quota, Records
from .sandbox import Ran, Sandbox


class Desk(Protocol):
    """Everything a service may ask for; each part is made when it is first touched."""

    @property
    def tracker(self) -> Tracker: ...

    @property
    def writer(self) -> Writer: ...

    @property
    def follower(self) -> Follower: ...

    @property
    def workspace(self) -> Workspace: ...

    @property
    def storage(self) -> Storage: ...

    @property
    def sandbox(self) -> Sandbox: ...

    @property
    def gates(self) -> Sequence[Gate]: ...

    @property
    def commands(self) -> CommandReader: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def claims(self) -> Claims: ...

    @property
    def quota(self) -> Quota: ...

    @property
    def budgets(self) -> Budgets: ...

    @property
    def records(self) -> Records: ...

    @property
    def approvals(self) -> Approvals: ...

    @property
    def circuits(self) -> Circuits: ...

    @property
    def lessons(self) -> Lessons: ...

    @property
    def advisor(self) -> Advisor: ...

    @property
    def clock(self) -> Clock: ...

    def builder(self, name: str) -> Builder:
        """Return a builder by the name that settings give it."""

    def set_up(self, tree: Tree, commands: Commands, order: NightOrder) -> str:
        """Run the repository's setup in a tree, once per checkout; return "" or what went wrong."""

    def run_command(
        self, tree: Tree, command: str, commands: Commands, order: NightOrder, seconds: float
    ) -> Ran:
        """Run a command as the gates do: after the setup, the project's own programs before ours."""

    def record_base(self, tree: Tree, commands: Commands, order: NightOrder) -> Mapping[str, Any]:
        """Build, lint and test a base tree; return the document that gates compare with."""

    def clean(self, text: str) -> str:
        """Return a text without any secret: this deployment's own, and whatever looks like one."""

    @property
    def alert_rules(self) -> Sequence[AlertRule]:
        """Which events people are told of at once."""

    def notify(self, title: str, body: str) -> None:
        """Send a message to whomever settings name; never raises."""

    def list_price(self, tier: str, input_tokens: int, output_tokens: int) -> Decimal:
        """Return dollars at list price on a tier; 0 where it costs nothing or has no known price."""

    def tier_facts(self) -> Mapping[str, TierFacts]:
        """Return what is known of each tier that settings name: endpoint, window, prices."""

    def available_tiers(self) -> Mapping[str, str]:
        """Return tier → "" when usable, else why it is not."""
