"""Watch a repository's default branch after merges of ours, and ask a person before one is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from .approvals import AskOperator
from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ..assembly import Overnight
    from ..domain.orders import NightOrder
    from ..services.approving import Question

Look = dict[str, Any]
"""A look's XCom: repository, colour, reason, and the pull request a person is asked about, else None."""


class FindMergesOperator(BaseOperator):
    """Return the configured repositories in which something of ours may have been merged lately.

    From the ledger alone; skipped when there are none, so that an idle half hour costs GitHub nothing.
    """

    def execute(self, context: Context) -> list[str]:
        from ..services.default_branch import worth_watching

        desk = open_desk()
        values = desk.settings.values
        if values.execution_enabled is False:
            raise AirflowSkipException("OVERNIGHT_EXECUTION_ENABLED is false: nothing is watched")
        enabled = [one.name for one in values.repositories if one.enabled]
        found = [name for name in enabled if worth_watching(desk, _order(desk, name))]
        if not found:
            raise AirflowSkipException("nothing of ours was merged lately")
        return found


class WatchDefaultBranchOperator(BaseOperator):
    """Look at a default branch once; a red that a merge of ours made is taken back, asked about or told.

    :param repository: OWNER/REPO as configured.
    """

    template_fields: Sequence[str] = ("repository",)

    def __init__(self, *, repository: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repository = repository

    def execute(self, context: Context) -> Look:
        from ..services.default_branch import watch_repository

        desk = open_desk()
        watched = watch_repository(desk, _order(desk, self.repository))
        self.log.info("%s: %s", self.repository, watched.reason)
        asked = watched.case.accusation.merge.pull_request if watched.case and watched.asks else None
        told = {"repository": self.repository, "colour": str(watched.colour), "reason": watched.reason}
        return {**told, "pull_request": asked}


class ApproveRollbackOperator(AskOperator):
    """Ask whether a merge of ours is taken back; passes at once where nobody need be asked.

    The question waits until the next look asks it anew, and stays in the morning queue all the time.

    :param issue: what WatchDefaultBranchOperator returned.
    """

    minutes = 25.0

    def _question(self) -> Question | None:
        from ..services.rollback_cases import case_of, question_about

        if not self.issue or not self.issue["pull_request"]:
            return None
        desk = open_desk()
        order = _order(desk, self.issue["repository"])
        repository = desk.tracker.repository(order.owner, order.name)
        case = case_of(desk, repository.node_id, self.issue["pull_request"])
        return question_about(case, repository.default_branch) if case and case.is_open else None

    def _answer(self, who: str, *, granted: bool) -> None:
        from ..services.rollback_cases import case_of, give_word
        from ..services.rolling_back import roll_back

        desk = open_desk()
        order = _order(desk, self.issue["repository"])
        repository = desk.tracker.repository(order.owner, order.name)
        case = case_of(desk, repository.node_id, self.issue["pull_request"])
        if case is None or not case.is_open:
            return
        give_word(desk, repository, case.accusation, who, "answered in Airflow", granted=granted)
        roll_back(desk, order, repository, self.issue["pull_request"])

    def _approvers(self) -> tuple[str, ...]:
        return _order(open_desk(), self.issue["repository"]).approvers


def _order(desk: Overnight, repository: str) -> NightOrder:
    """Return the repository's settings as they are now."""
    from ..settings import make_order

    return make_order(desk.settings, repository, "", trigger="manual", now=desk.clock.now())
