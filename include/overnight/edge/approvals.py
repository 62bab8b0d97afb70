"""Ask a person before a costly escalation; holds no slot, and only where an answer is needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator

from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context

APPROVE, REFUSE = "Approve", "Use the cheaper tier"
ANSWER_MINUTES = 120.0
"""How long a question waits unless the trigger form says otherwise (`answer_minutes`)."""


class ApproveEscalationOperator(HITLOperator):
    """Wait for a person's word where the plan asks for one; passes at once everywhere else.

    No answer in time means the cheaper tier, so a sleeping person never holds up a night.

    :param issue: the mapped issue: number, title, night.
    """

    template_fields: Sequence[str] = ("issue",)

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        super().__init__(
            subject="Escalate?",
            options=[APPROVE, REFUSE],
            defaults=REFUSE,
            response_timeout=timedelta(minutes=ANSWER_MINUTES),
            **kwargs,
        )
        self.issue = issue

    def execute(self, context: Context) -> Any:
        from ..services.approving import question

        asked = question(open_desk(), self.issue["night"], self.issue["number"])
        if asked is None:
            return None
        self.subject, self.body = asked.title, asked.body
        minutes = context["params"].get("answer_minutes") or ANSWER_MINUTES
        self.response_timeout = timedelta(minutes=float(minutes))
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Write the answer down; a timeout is nobody's word, and the next night may ask again."""
        from ..services.approving import answer

        told = super().execute_complete(context, event)
        user = (event.get("responded_by_user") or {}).get("name") or ""
        if user:
            granted = APPROVE in told["chosen_options"]
            answer(
                open_desk(),
                self.issue["night"],
                self.issue["number"],
                granted=granted,
                who=user,
                why="answered in Airflow",
            )
        return told["chosen_options"]
