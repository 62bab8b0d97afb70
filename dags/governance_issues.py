"""
### Governance issues

Started by hand: creates the four governance issues in a repository, or brings them up to date while they
are open. Done twice, nothing is there twice; an issue that a person closed stays closed.

*When it fails*: the message names the repository, the token's missing permission, or what GitHub said.
Mend it and clear the task.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag

from include.overnight.edge.reports import CreateGovernanceIssuesOperator, repository_names
from include.overnight.edge.retries import OVERNIGHT_RETRIES

REPOSITORIES = repository_names()


@dag(
    dag_id="governance_issues",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params={
        "repository": Param(
            REPOSITORIES[0] if REPOSITORIES else "",
            type="string",
            examples=REPOSITORIES,
            description="OWNER/NAME in which the four issues are created or updated.",
        )
    },
    tags=["overnight", "governance"],
    doc_md=__doc__,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": OVERNIGHT_RETRIES},
)
def governance_issues() -> None:
    """Create or update the issues."""
    CreateGovernanceIssuesOperator(
        task_id="create_governance_issues", repository="{{ params['repository'] }}"
    )


if REPOSITORIES:
    governance_issues()
