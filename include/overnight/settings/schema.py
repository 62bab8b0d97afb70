"""The settings, typed: what `overnight.toml` may say, its defaults and their units."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..domain.issues import split_full_name
from ..domain.plans import SequenceType

Dollars = Annotated[Decimal, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]


def _cron(text: str) -> str:
    if not croniter.is_valid(text):
        raise ValueError(f'{text!r} is not a cron expression: write five fields such as "0 2 * * *"')
    return text


Cron = Annotated[str, AfterValidator(_cron)]


def _full_name(text: str) -> str:
    split_full_name(text)
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone: write an IANA name such as Europe/Zurich") from None
    return text


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(Section):
    """What one tier's label stands for."""

    model: str
    """The provider's model id."""
    base_url: str = ""
    """An OpenAI-compatible endpoint; empty means `openai_url`."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; the key itself is never in the file."""
    context_window: int | None = Field(default=None, gt=0)
    """Tokens; unset means the offline price table's figure."""
    input_usd_per_mtok: Dollars | None = None
    cached_usd_per_mtok: Dollars | None = None
    output_usd_per_mtok: Dollars | None = None
    max_output_tokens: int = Field(default=16_000, gt=0)
    request_style: Literal["chat", "responses"] = "chat"


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


class CommandSettings(Section):
    """Overrides what a repository's `.overnight.yml` or the detection says; empty: not overridden."""

    setup: str = ""
    build: str = ""
    lint: str = ""
    test: str = ""
    environment: dict[str, str] = Field(default_factory=dict)
    protected_paths: tuple[str, ...] = ()
    tests_optional: bool = False


class AuthorSettings(Section):
    """Who commits."""

    name: str = "Overnight"
    email: str = "overnight@users.noreply.github.com"


class RepositorySettings(Section):
    """One repository; trigger-form Params use the same names."""

    name: Annotated[str, AfterValidator(_full_name)]
    """OWNER/NAME."""
    enabled: bool = True
    schedule_expression: Cron | tuple[Cron, ...] = "0 2 * * *"
    """One cron expression, or several; in the repository's zone."""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    window: str = Field(default="01:00-07:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    """Scheduled nights are admitted inside it; nothing starts after its end."""
    max_issues_per_run: int = Field(default=50, gt=0)
    sequence_order: tuple[SequenceType, ...] = tuple(SequenceType)
    """A partial order is completed with the remaining types in their default order."""
    enable_model_escalation: bool = True
    enable_auto_heal: bool = True
    enable_desktop_sync: bool = False
    create_prs_automatically: bool = True
    draft_pull_requests: bool = True
    dry_run: bool | None = None
    """Unset: real, but a repository's first night is a dry run of at most 3 issues."""
    parallel_issues: int = Field(default=5, gt=0, le=64)
    builder: Literal["openai", "local"] = "openai"
    quota_limits: QuotaSettings | None = None
    commands: CommandSettings | None = None
    trusted_associations: tuple[str, ...] = ("OWNER", "MEMBER", "COLLABORATOR")
    label_types: dict[str, SequenceType] = Field(default_factory=dict)
    """Label → sequence type, tried before the built-in rules."""

    @model_validator(mode="after")
    def _complete_order(self) -> RepositorySettings:
        missing = [kind for kind in SequenceType if kind not in self.sequence_order]
        if len(set(self.sequence_order)) != len(self.sequence_order):
            raise ValueError("sequence_order names a type twice")
        object.__setattr__(self, "sequence_order", (*self.sequence_order, *missing))
        return self

    @property
    def schedules(self) -> tuple[str, ...]:
        one = self.schedule_expression
        return (one,) if isinstance(one, str) else one


DEFAULT_MODELS = {
    "gpt-4": ModelSettings(model="gpt-5-mini"),
    "gpt-4-turbo": ModelSettings(model="gpt-5"),
    "gpt-5.1": ModelSettings(model="gpt-5.1"),
}
"""Models that work today: window of 400k each, no rung dearer than the one above."""

SEEDS_MODELS = {
    "gpt-4": ModelSettings(model="gpt-4"),
    "gpt-4-turbo": ModelSettings(model="gpt-4-turbo"),
    "gpt-5.1": ModelSettings(model="gpt-5.1"),
}
"""Preset `seeds`: every label taken literally."""


class FileSettings(Section):
    """The whole file; each flat key can also come from the environment variable in `ENVIRONMENT`."""

    execution_enabled: bool | None = None
    """Unset: manual, CLI and backfill nights run, scheduled ones are skipped; false stops all."""
    home: Path = Path("~/.overnight")
    """Mirrors, work trees, the SQLite ledger and stored objects, unless their own keys say otherwise."""
    ledger_url: str = ""
    """SQLAlchemy URL; empty means SQLite in `home`."""
    storage_url: str = ""
    """Object storage root (file://, s3://, gs:// …); empty means `home`."""
    github_url: str = "https://api.github.com"
    openai_url: str = "https://api.openai.com/v1"
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"
    """"none" runs generated code unconfined, on your own head."""
    toolbox: tuple[Path, ...] = ()
    """Directories shown read-only in the sandbox, their bin/ on PATH; empty: Overnight's own environment."""
    setup_network: bool = False
    """Whether setup commands of target repositories may reach the network."""
    write_spacing_seconds: float = Field(default=1.0, ge=0)
    """Pause between GitHub writes; keep at 1 or above for github.com."""
    desktop_builder_enabled: bool = False
    preset: Literal["default", "seeds"] = "default"
    models: dict[str, ModelSettings] = Field(default_factory=dict)
    """Tier label → model; what is missing comes from the preset."""
    limits: LimitSettings = LimitSettings()
    quota: QuotaSettings = QuotaSettings()
    author: AuthorSettings = AuthorSettings()
    notify: tuple[str, ...] = ()
    """Apprise URLs for the morning message."""
    repositories: tuple[RepositorySettings, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> FileSettings:
        names = [repository.name.lower() for repository in self.repositories]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"repositories: {', '.join(twice)} is configured twice")
        unknown = sorted(set(self.models) - {*DEFAULT_MODELS, "local-builder"})
        if unknown:
            raise ValueError(
                f"models: {', '.join(unknown)} is no tier; the tiers are "
                f"{', '.join(DEFAULT_MODELS)}, local-builder"
            )
        return self


ENVIRONMENT = {
    "execution_enabled": "OVERNIGHT_EXECUTION_ENABLED",
    "home": "OVERNIGHT_HOME",
    "ledger_url": "OVERNIGHT_LEDGER_URL",
    "storage_url": "OVERNIGHT_STORAGE_URL",
    "github_url": "OVERNIGHT_GITHUB_URL",
    "openai_url": "OVERNIGHT_OPENAI_URL",
    "sandbox": "OVERNIGHT_SANDBOX",
    "desktop_builder_enabled": "DESKTOP_BUILDER_ENABLED",
}
"""Settings key → environment variable; the environment wins over the file."""
