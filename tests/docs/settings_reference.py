"""`python -m tests.docs.settings_reference`: write docs/reference/settings.md from the schema."""

import ast
import inspect
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from include.overnight.domain.plans import Complexity
from include.overnight.settings import VARIABLES, desktops, schema, sections, tiers

from ..architecture.sources import PROJECT

PAGE = PROJECT / "docs" / "reference" / "settings.md"
TABLES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("Top level", schema.FileSettings, ""),
    ("`[[repositories]]`", schema.RepositorySettings, "repositories"),
    ("`[models.TIER]`", tiers.ModelSettings, "models"),
    ("`[[model_rules]]`, also a repository's", tiers.RuleSettings, "model_rules"),
    ("`[limits]`", sections.LimitSettings, "limits"),
    ("`[quota]`, and a repository's `quota_limits`", sections.QuotaSettings, "quota"),
    ("`[throttle]`, also a repository's", sections.ThrottleSettings, "throttle"),
    ("`[gates]`, also a repository's", sections.GateSettings, "gates"),
    ("`[learning]`, also a repository's", sections.LearningSettings, "learning"),
    ("`[retention]`", sections.RetentionSettings, "retention"),
    ("A repository's `commands`", sections.CommandSettings, "commands"),
    ("`[repositories.project]`", sections.ProjectSettings, "project"),
    ("`[author]`", sections.AuthorSettings, "author"),
    ("`[alerts]`", sections.AlertSettings, "alerts"),
    ("`[[notifiers]]`", sections.NotifierSettings, "notifiers"),
    ("`[builders.NAME]`", sections.BuilderSettings, "builders"),
    ("`[[desktops]]`", desktops.DesktopSettings, "desktops"),
    ("`[switching]`", desktops.SwitchingSettings, "switching"),
)
HEAD = """\
# Settings, every key

Written by `python -m tests.docs.settings_reference` from `include/overnight/settings`; a test refuses this
page when it does not agree with it. The guide is [configure](../configure.md).
"""
MEANINGS = {
    "FileSettings.github_url": "GitHub's REST address; `https://HOST/api/v3` for GitHub Enterprise Server.",
    "FileSettings.openai_url": "An OpenAI-compatible endpoint for every tier without a `base_url`.",
    "FileSettings.desktop_builder_enabled": "Whether the tier `local-builder` is used.",
    "FileSettings.preset": "Models of today behind the labels, or the labels taken literally.",
    "FileSettings.limits": "See `[limits]`.",
    "FileSettings.quota": "See `[quota]`.",
    "FileSettings.throttle": "See `[throttle]`.",
    "FileSettings.gates": "See `[gates]`.",
    "FileSettings.learning": "See `[learning]`.",
    "FileSettings.retention": "See `[retention]`.",
    "FileSettings.author": "See `[author]`.",
    "FileSettings.repositories": "See `[[repositories]]`.",
    "RepositorySettings.enabled": "Whether nights of this repository are admitted.",
    "RepositorySettings.timezone": "IANA name.",
    "RepositorySettings.max_issues_per_run": "The plan is cut after this many.",
    "RepositorySettings.enable_model_escalation": "Off: `gpt-4` and `local-builder` only.",
    "RepositorySettings.enable_auto_heal": "Off: one attempt an issue.",
    "RepositorySettings.enable_desktop_sync": "Kept in the night's order; nothing reads it yet.",
    "RepositorySettings.create_prs_automatically": "Off: the change is kept; `overnight publish` opens it.",
    "RepositorySettings.draft_pull_requests": "Whether pull requests are opened as drafts.",
    "RepositorySettings.merge_policy": "Who merges: `leave` (people), `auto_merge`, or `enqueue` (the merge "
    "queue where there is one).",
    "RepositorySettings.merge_method": "How auto-merge merges.",
    "RepositorySettings.parallel_issues": "Issues built at once by Airflow; 1: strictly one after the other.",
    "RepositorySettings.quota_limits": "A lower cap on escalations; what it leaves out is `[quota]`'s.",
    "RepositorySettings.commands": "Overrides `.overnight.yml`; see below.",
    "RepositorySettings.trusted_associations": "Authors whose issues need no label `overnight: ok`.",
    "RuleSettings.tier": "A rung, or `local-builder`.",
    "RuleSettings.is_architecture_task": "An issue of type architecture.",
    "RuleSettings.is_governance_task": "An issue of type governance.",
    "RuleSettings.is_multi_agent": "The text speaks of coordinating agents.",
    "RuleSettings.is_milestone_nearing": "Its milestone is due within 7 days.",
    "RuleSettings.heavy": "The text speaks of a rewrite, an overhaul and the like.",
    "RuleSettings.reasoning": "The text speaks of concurrency, algorithms, invariants and the like.",
    "LearningSettings.enabled": "Off: the rules alone decide.",
    "ModelSettings.input_usd_per_mtok": "Dollars per million tokens; both unset: the price table's.",
    "ModelSettings.cached_usd_per_mtok": "Dollars per million cached input tokens.",
    "ModelSettings.output_usd_per_mtok": "Dollars per million tokens.",
    "ModelSettings.max_output_tokens": "Of one request.",
    "ModelSettings.request_style": "Which of the provider's two interfaces is spoken.",
    "LimitSettings.attempt_usd": "Dollars.",
    "LimitSettings.night_usd": "Dollars.",
    "LimitSettings.month_usd": "Dollars, of all repositories together.",
    "LimitSettings.attempt_seconds": "Wall clock.",
    "LimitSettings.gate_seconds": "Wall clock of one command of a gate.",
    "LimitSettings.max_changed_files": "A larger change does not pass.",
    "LimitSettings.max_changed_lines": "A larger change does not pass.",
    "QuotaSettings.daily": "Per UTC day.",
    "QuotaSettings.hourly": "Per hour.",
    "QuotaSettings.concurrent": "At once.",
    "CommandSettings.setup": "Makes the tree ready.",
    "CommandSettings.build": "The build gate's.",
    "CommandSettings.lint": "The lint gate's.",
    "CommandSettings.test": "The test gate's.",
    "CommandSettings.environment": "Plain values the commands need; never a secret.",
    "CommandSettings.protected_paths": "Globs that no change may touch.",
    "CommandSettings.tests_optional": "Whether a repository without a test command is worked on.",
    "AuthorSettings.name": "Of the commits.",
    "AuthorSettings.email": "Of the commits.",
}
"""What a field's name does not say by itself; a field that has its own docstring is not here."""


def page() -> str:
    """Return the page's text."""
    parts = [HEAD.rstrip("\n")]
    for title, model, _ in TABLES:
        parts.append(f"\n## {title}\n\n| key | type | default | meaning |\n|---|---|---|---|")
        parts += [_line(model, name, field) for name, field in model.model_fields.items()]
    parts.append(
        "\n## Environment\n\nEvery key has a variable, which wins over the file: `OVERNIGHT_` and the key, "
        "two underscores before a key of a table (`OVERNIGHT_LIMITS__NIGHT_USD`). Lists and tables are JSON. "
        "Airflow's connections (`github_default`, `openai_default`, `overnight_ledger`) win over both.\n\n"
        "| variable | key |\n|---|---|"
    )
    parts += [f"| `{variable}` | `{key}` |" for key, variable in VARIABLES.items()]
    return "\n".join(parts) + "\n"


def _line(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    words = _docstrings(model).get(name) or MEANINGS[f"{model.__name__}.{name}"]
    return f"| `{name}` | {_type(field.annotation)} | {_default(field)} | {words.replace('|', '/')} |"


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    (node,) = ast.parse(inspect.getsource(model)).body
    return dict(_following_strings(node.body))


def _following_strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            yield field.target.id, " ".join(ast.literal_eval(after.value).split())


def _type(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(parts[0])
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin in (Union, UnionType):
        return " or ".join(_type(part) for part in parts if part is not NoneType)
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"table of {_type(parts[1])}"
    if issubclass(kind, BaseModel):
        return "table"
    if issubclass(kind, StrEnum):
        return "complexity" if kind is Complexity else "sequence type"
    return _NAMES[kind.__name__]


_NAMES = {
    "Any": "anything",
    "str": "text",
    "Path": "path",
    "bool": "true/false",
    "int": "number",
    "float": "number",
    "Decimal": "number",
}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value == "" or isinstance(value, BaseModel | dict):
        return "unset" if value in (None, "") else ""
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value) or "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
