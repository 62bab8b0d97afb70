"""Ask a person: before a costly escalation, and before a change that touches what only people may allow.

A question holds no slot, and nobody is asked where no answer is needed.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator

from .approvers import assigned_users
from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ..services.approving import Question

APPROVE, REFUSE, CHEAPER = "Approve", "Refuse", "Use the cheaper tier"
ANSWER_MINUTES = 120.0
"""How long a question waits unless the trigger form says otherwise (`answer_minutes`)."""


class AskOperator(HITLOperator):
    """Wait for a person's word where one is needed; passes at once everywhere else.

    Silence is nobody's word: the default is taken, and the question stays in the morning queue.

    :param issue: the mapped issue: number, title, night.
    """

    template_fields: Sequence[str] = ("issue",)
    refuse = REFUSE
    minutes = ANSWER_MINUTES

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        super().__init__(
            subject="May it?",
            options=[APPROVE, self.refuse],
            defaults=self.refuse,
            response_timeout=timedelta(minutes=self.minutes),
            **kwargs,
        )
        self.issue = issue

    def execute(self, context: Context) -> Any:
        asked = self._question()
        if asked is None:
            return None
        approvers = self._approvers()
        self.assigned_users = assigned_users(approvers) or None
        if approvers and not self.assigned_users:
            self.log.info("no approver of the settings can be asked here: the question is in the queue")
            return None
        self.subject, self.body = asked.title, asked.body
        minutes = context["params"].get("answer_minutes") or self.minutes
        self.response_timeout = timedelta(minutes=float(minutes))
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Write the answer down; a timeout is nobody's word, and the next night may ask again."""
        told = super().execute_complete(context, event)
        user = event.get("responded_by_user") or {}
        if user.get("name") and self._may_answer(user):
            self._answer(user["name"], granted=APPROVE in told["chosen_options"])
        return told["chosen_options"]

    def _may_answer(self, user: dict[str, Any]) -> bool:
        """Check again what Airflow has checked: settings may have changed while the question waited."""
        approvers = self._approvers()
        return not approvers or user.get("id") in {one["id"] for one in assigned_users(approvers)}

    def _approvers(self) -> tuple[str, ...]:
        from ..services.reading import open_night

        return open_night(open_desk(), self.issue["night"]).order.approvers

    @abstractmethod
    def _question(self) -> Question | None:
        """Return what a person must be asked, None when nobody need be."""

    @abstractmethod
    def _answer(self, who: str, *, granted: bool) -> None:
        """Write an answer down."""


class ApproveEscalationOperator(AskOperator):
    """Ask before an escalation that wants explicit approval; no answer in time means the cheaper tier."""

    refuse = CHEAPER

    def _question(self) -> Question | None:
        from ..services.approving import question

        return question(open_desk(), self.issue["night"], self.issue["number"])

    def _answer(self, who: str, *, granted: bool) -> None:
        from ..services.approving import answer

        night, number = self.issue["night"], self.issue["number"]
        answer(open_desk(), night, number, granted=granted, who=who, why="answered in Airflow")


class ApproveChangeOperator(AskOperator):
    """Ask about a built change that touches protected paths; without an answer the issue waits for one."""

    def _question(self) -> Question | None:
        from ..services.awaiting import change_question

        return change_question(open_desk(), self.issue["night"], self.issue["number"])

    def _answer(self, who: str, *, granted: bool) -> None:
        from ..services.awaiting import answer_change

        night, number = self.issue["night"], self.issue["number"]
        answer_change(open_desk(), night, number, granted=granted, who=who, why="answered in Airflow")
