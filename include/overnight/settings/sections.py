"""The small tables of `overnight.toml`: limits, quota, throttle, gates, learning, commands, author."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..domain.alerts import RULES, chosen
from ..domain.events import Severity
from ..domain.models import LADDER, Tier

Dollars = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]

_HOST = re.compile(
    r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?(:\d{1,5})?", re.IGNORECASE
)


def _host(text: str) -> str:
    if not _HOST.fullmatch(text) or len(text) > 253:
        raise ValueError(
            f"{text!r} is not a host: write it bare, such as pypi.org or registry.local:4873, without https://"
        )
    return text.lower().rstrip(".")


Host = Annotated[str, AfterValidator(_host)]


def _tier(text: str) -> str:
    if text not in list(Tier):
        raise ValueError(f"{text!r} is no tier; the tiers are {', '.join((*LADDER, Tier.LOCAL_BUILDER))}")
    return text


TierName = Annotated[str, AfterValidator(_tier)]


def _tier_or_none(text: str) -> str:
    return _tier(text) if text else text


def _approver(text: str) -> str:
    kind, colon, detail = text.partition(":")
    if not text.strip() or (colon and (kind not in ("id", "role", "github") or not detail.strip())):
        raise ValueError(f"{text!r} names nobody: write a user's name, id:ID, role:ROLE or github:LOGIN")
    return text.strip()


Approver = Annotated[str, AfterValidator(_approver)]


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Section)


def merged(shared: S, own: S | None) -> S:
    """Return the shared table with every key that a repository's own table really names."""
    if own is None:
        return shared
    return shared.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})


class ProjectSettings(Section):
    """A GitHub project whose status field follows its issues; needs a token that may write projects."""

    owner: str = ""
    """Organization or user that has it; empty: the repository's owner."""
    number: int = Field(default=0, ge=0)
    """As in the project's address; 0: no project is touched."""
    field: str = "Status"
    """A single-select field."""
    in_progress: str = "In Progress"
    """Its option while an issue is worked on; empty leaves the field as it is, here and below."""
    pull_request: str = "In Review"
    """Its option once a pull request is open."""
    blocked: str = "Blocked"
    """Its option while an issue waits for another one."""
    failed: str = "Todo"
    """Its option when a night ends without a change, also for want of time or of an approval."""


class LimitSettings(Section):
    """Where work stops, for every repository."""

    attempt_usd: Dollars = Decimal(1)
    issue_usd: Dollars = Decimal(3)
    """Over the issue's lifetime, all nights and retries together."""
    night_usd: Dollars = Decimal(20)
    month_usd: Dollars = Decimal(200)
    attempt_seconds: Seconds = 1200.0
    gate_seconds: Seconds = 900.0
    max_changed_files: int = Field(default=100, gt=0)
    max_changed_lines: int = Field(default=5000, gt=0)


class QuotaSettings(Section):
    """Escalations: of the organization at the top level, a lower cap in a repository."""

    daily: int = Field(default=50, ge=0)
    hourly: int = Field(default=10, ge=0)
    concurrent: int = Field(default=5, ge=0)


class ThrottleSettings(Section):
    """When escalations that need agreement are held back."""

    daily_share: Share = 0.8
    """Of the day's limit, 0 to 1."""
    hourly_share: Share = 0.8
    """Of the hour's limit, 0 to 1."""
    failed_last_hour: int = Field(default=3, gt=0)
    """Escalations that failed within an hour; so many throttle."""
    average_cost_usd: Dollars = Decimal(2)
    """Average dollars a task over 24 hours; more than this throttles."""


class GateSettings(Section):
    """What the gates and the loop around them are told."""

    review: bool = True
    """Ask a reviewing model (gate qic); off, its deterministic part decides alone."""
    reviewer_tier: Annotated[str, AfterValidator(_tier_or_none)] = ""
    """Empty: any tier that is not the builder's attempt, dearest first."""
    generate_tests: bool = True
    """Let a model write tests from the acceptance criteria before the builder starts."""
    require_regression_test: bool = False
    """A bug fix without a test that fails before and passes after fails."""
    fail_fast: bool = False
    """Skip gates that have not started once one has failed."""
    external_links: bool = False
    """Look up changed links that leave the repository."""
    gate_budget_seconds: Seconds = 5400.0
    """Gate time of one issue, all attempts together."""


class LearningSettings(Section):
    """How far a repository's own history decides on the tier."""

    enabled: bool = True
    minimum_trials: int = Field(default=20, ge=2)
    """Attempts at issues of the same type and complexity before anything is learnt of them."""
    minimum_on_tier: int = Field(default=5, ge=1)
    """Attempts on a tier before its record counts as known."""
    least_success: Share = 0.25
    """A tier that is expected to succeed more rarely is not preferred."""
    saving: Share = 0.1
    """Share of the expected cost that a change of tier must save."""
    exploration_share: Share = 0.05
    """Share of issues that may try a cheaper tier nobody knows yet."""
    days: int = Field(default=180, gt=0, le=3650)
    """How far back attempts are read."""


class CommandSettings(Section):
    """Overrides what a repository's `.overnight.yml` or the detection says; empty: not overridden."""

    setup: str = ""
    build: str = ""
    lint: str = ""
    test: str = ""
    environment: dict[str, str] = Field(default_factory=dict)
    protected_paths: tuple[str, ...] = ()
    tests_optional: bool = False


class RetentionSettings(Section):
    """How long things are kept; what goes leaves a proof behind."""

    keep_months: int = Field(default=0, ge=0, le=1200)
    """Nights that ended earlier leave the ledger for object storage; 0: they all stay."""
    keep_artifacts_days: int = Field(default=0, ge=0, le=36500)
    """Transcripts and gate logs of nights that ended earlier are deleted; 0: they all stay."""


BUILT_IN_BUILDERS = ("openai", "local", "copilot")
"""Kinds that a repository may name without a table of their own."""


class BuilderSettings(Section):
    """One builder that repositories may name, `[builders.NAME]`."""

    kind: Literal["openai", "local", "command", "copilot"]
    """Our own agent on a paid or a local model, any command-line agent, or GitHub's."""
    tier: Annotated[str, AfterValidator(_tier_or_none)] = ""
    """Kind command: the tier whose model it works with; empty: the attempt's own."""
    command: str = ""
    """Kind command: the command line; {prompt_file}, {model}, {url} and {base_url} are replaced in it."""
    prompt: Literal["stdin", "file"] = "stdin"
    """How the agent gets its task."""
    speech: Literal["openai", "anthropic"] = "openai"
    """Whose API the agent speaks to the model, and the model's endpoint with it."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Plain values for the agent, never a secret; the same words are replaced in them."""
    programs: tuple[Path, ...] = ()
    """Folders that the agent is installed in, shown read-only in the sandbox and first on PATH."""
    requests: int = Field(default=200, gt=0)
    """Model requests of one attempt at most."""
    model: str = ""
    """Kind copilot: the agent's model; empty: GitHub's choice."""
    custom_agent: str = ""
    """Kind copilot: name of a .github/agents/NAME.agent.md."""
    look_again_seconds: Seconds = 60.0
    """Kind copilot: between two looks at its pull request."""
    wait_seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Kind copilot: how long an attempt waits for it; 0: limits.attempt_seconds."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> BuilderSettings:
        if (self.kind == "command") != bool(self.command.strip()):
            raise ValueError("kind command needs a `command`, and no other kind takes one")
        if self.wait_seconds and self.kind != "copilot":
            raise ValueError("`wait_seconds` is for kind copilot: limits.attempt_seconds bounds the others")
        return self


class AlertSettings(Section):
    """What people are told of at once; each alert's own pause stands."""

    least: Severity = Severity.INFO
    """info, warning, error or critical; nobody is told of less."""
    quiet: tuple[str, ...] = ()
    """Alerts that nobody wants, by name, such as "a person is asked"."""

    @model_validator(mode="after")
    def _names_are_known(self) -> AlertSettings:
        chosen(RULES, self.least, self.quiet)
        return self


class NotifierSettings(Section):
    """A notifier of Airflow's, told the same as `notify`; it works only where Airflow runs the night."""

    notifier: str = Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")
    """Import path of its class, such as airflow.providers.slack.notifications.slack.SlackNotifier."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """Its arguments, connection ids and no secrets; {title} and {body} are replaced in texts."""


class AuthorSettings(Section):
    """Who commits."""

    name: str = "Overnight"
    email: str = "overnight@users.noreply.github.com"
