"""The trigger form: Params under the settings' own names."""

from __future__ import annotations

from airflow.sdk import Param

from ..domain.plans import SequenceType
from ..settings import RepositorySettings
from .approvals import ANSWER_MINUTES

_SCOPE, _RUN, _POLICY = "What", "How", "Policy"


def night_params(repository: RepositorySettings) -> dict[str, Param]:
    """Return the Params of a repository's night, with its settings as defaults."""
    return {
        "issues": Param(
            None,
            type=["null", "array"],
            items={"type": "integer", "minimum": 1},
            title="Issue numbers",
            description_md="Only these issues; empty means the whole backlog.",
            section=_SCOPE,
        ),
        "max_issues_per_run": Param(
            repository.max_issues_per_run,
            type="integer",
            minimum=1,
            title="Max issues",
            description_md="The plan is cut after this many.",
            section=_SCOPE,
        ),
        "sequence_order": Param(
            [str(kind) for kind in repository.sequence_order],
            type="array",
            items={"type": "string", "enum": [str(kind) for kind in SequenceType]},
            uniqueItems=True,
            title="Sequence order",
            description_md="Types of work, first to last; missing ones follow in their default order.",
            section=_SCOPE,
        ),
        "dry_run": Param(
            None,
            type=["null", "boolean"],
            title="Dry run",
            description_md="Everything up to the judged change, nothing written to GitHub. "
            "Unset: as settings say, and a repository's first night is dry.",
            section=_RUN,
        ),
        "plan_only": Param(
            False,
            type="boolean",
            title="Plan only",
            description_md="A dry run without any model call.",
            section=_RUN,
        ),
        **_policy(repository),
    }


def _policy(repository: RepositorySettings) -> dict[str, Param]:
    return {
        **{
            name: Param(getattr(repository, name), type="boolean", title=title, section=_POLICY)
            for name, title in _SWITCHES.items()
        },
        "answer_minutes": Param(
            ANSWER_MINUTES,
            type="number",
            exclusiveMinimum=0,
            title="Minutes to wait for an approval",
            description_md="A question to a person waits so long for an answer. Then the next cheaper tier "
            "does the work; a change that touches protected paths is kept and waits for a later night.",
            section=_POLICY,
        ),
    }


_SWITCHES = {
    "enable_model_escalation": "Model escalation",
    "enable_auto_heal": "Auto-heal",
    "enable_desktop_sync": "Desktop sync",
    "create_prs_automatically": "Open pull requests automatically",
}
