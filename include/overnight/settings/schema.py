"""The settings, typed: what `overnight.toml` may say, its defaults and their units."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic import AfterValidator, Field, model_validator

from ..domain.issues import split_full_name
from ..domain.models import LADDER
from ..domain.plans import SequenceType
from .desktops import DesktopSettings, SwitchingSettings
from .sections import (
    BUILT_IN_BUILDERS,
    AlertSettings,
    Approver,
    AuthorSettings,
    BuilderSettings,
    CommandSettings,
    GateSettings,
    Host,
    LearningSettings,
    LimitSettings,
    NotifierSettings,
    ProjectSettings,
    QuotaSettings,
    RetentionSettings,
    Section,
    ThrottleSettings,
)
from .tiers import ModelSettings, RuleSettings, check_tiers, checked_ladder


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


def _window(text: str) -> str:
    begin, _, end = text.partition("-")
    if begin == end:
        raise ValueError(f'{text!r} never opens: write two different times such as "01:00-07:00"')
    return text


class RepositorySettings(Section):
    """One repository; trigger-form Params use the same names."""

    name: Annotated[str, AfterValidator(_full_name)]
    """OWNER/NAME."""
    enabled: bool = True
    schedule_expression: Cron | Annotated[tuple[Cron, ...], Field(min_length=1)] = "0 2 * * *"
    """One cron expression, or several; in the repository's zone."""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    window: Annotated[str, AfterValidator(_window)] = Field(
        default="01:00-07:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
    )
    """Scheduled nights are admitted inside it; nothing starts after its end."""
    max_issues_per_run: int = Field(default=50, gt=0)
    sequence_order: tuple[SequenceType, ...] = tuple(SequenceType)
    """A partial order is completed with the remaining types in their default order."""
    enable_model_escalation: bool = True
    enable_auto_heal: bool = True
    enable_desktop_sync: bool = False
    create_prs_automatically: bool = True
    draft_pull_requests: bool = True
    answer_reviews: bool | Literal["night"] = True
    """Trusted people's requests on our pull requests: worked on at once, next "night", or (false) never."""
    drafts_until_accepted: bool = True
    """Drafts end with the first merged pull request of ours; false: they stay drafts."""
    merge_policy: Literal["leave", "auto_merge", "enqueue"] = "enqueue"
    merge_method: Literal["merge", "squash", "rebase"] = "merge"
    rollback: Literal["by_severity", "ask", "automatic", "off"] = "by_severity"
    """Who decides that a merge of ours is taken back: by_severity asks unless it is critical."""
    rollback_window_hours: float = Field(default=24.0, gt=0, le=24 * 14)
    """How long after a merge of ours the default branch is watched."""
    dry_run: bool | None = None
    """Unset: real, but a repository's first night is a dry run of at most 3 issues."""
    parallel_issues: int = Field(default=5, gt=0, le=64)
    builder: str = "openai"
    """openai, local, copilot, or the NAME of a `[builders.NAME]`."""
    quota_limits: QuotaSettings | None = None
    share: Decimal = Field(default=Decimal(1), gt=0, le=1000)
    """Weight of its part of quota and month; what others at rest do not need may be borrowed."""
    throttle: ThrottleSettings | None = None
    """Thresholds of its own; what it leaves out is `[throttle]`'s."""
    gates: GateSettings | None = None
    """What it leaves out is `[gates]`'s."""
    learning: LearningSettings | None = None
    """What it leaves out is `[learning]`'s."""
    model_rules: tuple[RuleSettings, ...] = ()
    """Rows of the selection table that come before everybody's."""
    commands: CommandSettings | None = None
    trusted_associations: tuple[str, ...] = ("OWNER", "MEMBER", "COLLABORATOR")
    approvers: tuple[Approver, ...] = ()
    """Who may approve here; empty: as at the top level."""
    label_types: dict[str, SequenceType] = Field(default_factory=dict)
    """Label → sequence type, tried before the built-in rules."""
    project: ProjectSettings = ProjectSettings()
    """A GitHub project whose status follows the issues; see `[repositories.project]`."""

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


class FileSettings(Section):
    """The whole file; each key can also come from the environment (layers.py)."""

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
    sandbox: Literal["bubblewrap", "backend", "none"] = "bubblewrap"
    """"backend" runs it on `sandbox_backend`; "none" runs it unconfined, on your own head."""
    sandbox_backend: str = ""
    """For "backend": import path of an Airflow common-ai SandboxBackend, "package.module:Class"."""
    toolbox: tuple[Path, ...] = ()
    """Directories shown read-only in the sandbox, their bin/ on PATH; empty: Overnight's own environment."""
    setup_network: bool = False
    """Whether setup commands of target repositories may reach the network."""
    setup_hosts: tuple[Host, ...] = ()
    """Hosts they may then reach; empty: every public host, and no private one."""
    write_spacing_seconds: float = Field(default=1.0, ge=0)
    """Pause between GitHub writes; keep at 1 or above for github.com."""
    desktop_builder_enabled: bool = False
    preset: Literal["default", "seeds"] = "default"
    models: dict[str, ModelSettings] = Field(default_factory=dict)
    """Tier label → model; what is missing comes from the preset."""
    ladder: Annotated[tuple[str, ...], AfterValidator(checked_ladder)] = tuple(map(str, LADDER))
    """Rungs that are used, upwards; leave out those that nothing shall run on."""
    local_above_top: bool = False
    """Whether an issue that stays red on the top tier may try the local builder."""
    allow_unknown_prices: bool = False
    """Whether a paid tier may work whose price nobody knows; no dollar limit then holds for it."""
    model_rules: tuple[RuleSettings, ...] = ()
    """Rows of the selection table that come before the built-in ones."""
    limits: LimitSettings = LimitSettings()
    quota: QuotaSettings = QuotaSettings()
    throttle: ThrottleSettings = ThrottleSettings()
    gates: GateSettings = GateSettings()
    learning: LearningSettings = LearningSettings()
    retention: RetentionSettings = RetentionSettings()
    author: AuthorSettings = AuthorSettings()
    approvers: tuple[Approver, ...] = ()
    """Airflow users by name or id:ID, role:ROLE, github:LOGIN for labels; empty: who may edit the DAG."""
    notify: tuple[str, ...] = ()
    """Apprise URLs for the morning message and for alerts; connection `overnight_notify` adds more."""
    notifiers: tuple[NotifierSettings, ...] = ()
    """Notifiers of Airflow that are told the same, `[[notifiers]]`."""
    alerts: AlertSettings = AlertSettings()
    """What people are told of at once; see `[alerts]`."""
    builders: dict[str, BuilderSettings] = Field(default_factory=dict)
    """Name → builder that repositories may ask for; see `[builders.NAME]`."""
    desktops: tuple[DesktopSettings, ...] = ()
    """Developers' checkouts that are kept level; LOCAL_…_PATH define more."""
    switching: SwitchingSettings = SwitchingSettings()
    """When builds go to the desktop's own model; see `[switching]`."""
    repositories: tuple[RepositorySettings, ...] = ()

    @model_validator(mode="after")
    def _builders_are_known(self) -> FileSettings:
        for repository in self.repositories:
            if repository.builder not in (*BUILT_IN_BUILDERS, *self.builders):
                raise ValueError(
                    f"repositories: {repository.name}: builder {repository.builder!r} is not known: use "
                    f"{', '.join((*BUILT_IN_BUILDERS, *self.builders))}, or write a "
                    f"[builders.{repository.builder}]"
                )
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> FileSettings:
        names = [repository.name.lower() for repository in self.repositories]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"repositories: {', '.join(twice)} is configured twice")
        check_tiers(self.models)
        return self
