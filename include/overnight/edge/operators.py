"""The steps of a night as Airflow operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from .hooks import open_desk, trigger_of

if TYPE_CHECKING:
    from airflow.sdk import Context

T = TypeVar("T")

Issue = dict[str, Any]
"""A mapped issue's XCom: number, title and night."""


class AdmitNightOperator(BaseOperator):
    """Admit the night, or end it as skipped with the reason on record; returns the night's id.

    :param repository: OWNER/NAME as configured.
    """

    template_fields: Sequence[str] = ("repository",)

    def __init__(self, *, repository: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repository = repository

    def execute(self, context: Context) -> str:
        from ..beginning import begin_night

        run: Any = context["dag_run"]
        night, admission = begin_night(
            open_desk(),
            self.repository,
            dag_id=run.dag_id,
            run_id=run.run_id,
            trigger=trigger_of(run),
            logical_date=run.logical_date,
            params=context["params"],
        )
        if not admission.admitted:
            raise AirflowSkipException(admission.reason)
        return night


class PlanNightOperator(BaseOperator):
    """Plan the night; returns the issues that may start, in order, to be mapped.

    :param night: the night's id.
    """

    template_fields: Sequence[str] = ("night",)

    def __init__(self, *, night: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.night = night

    def execute(self, context: Context) -> list[Issue]:
        from ..services.planning import plan_night
        from ..services.reading import open_night

        desk = open_desk()
        night = open_night(desk, self.night)
        startable = plan_night(desk, night)
        if night.order.plan_only:
            return []
        return [{"number": issue.number, "title": issue.title, "night": self.night} for issue in startable]


class IssueOperator(BaseOperator):
    """A step of one issue.

    :param issue: the mapped issue: number, title, night.
    """

    template_fields: Sequence[str] = ("issue",)

    def __init__(self, *, issue: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.issue = issue

    def patiently(self, context: Context, step: Callable[[str, int], T]) -> T:
        """Take a step; a passing fault that outlives the last try parks the issue, it is no crash."""
        from ..domain.errors import Transient
        from ..services.patience import park

        try:
            return step(self.issue["night"], self.issue["number"])
        except Transient as error:
            if context["ti"].try_number <= (context["ti"].max_tries or 0):
                raise
            reason = park(open_desk(), self.issue["night"], self.issue["number"], error)
            raise AirflowSkipException(f"parked: {reason}") from error


class ExecuteWithEscalationOperator(IssueOperator):
    """Build the issue, attempt after attempt on the ladder; skipped when no green change came of it.

    Before it begins it gives way to issues that people put before it while the night runs.
    """

    def execute(self, context: Context) -> Issue:
        from .turns import give_way

        give_way(self, self.issue["night"], self.issue["number"])
        return self.resume(context)

    def resume(self, context: Context, event: Mapping[str, Any] | None = None) -> Issue:
        """Build."""
        from ..services.building import build_issue

        # Airflow adds to max_tries when a person clears the task, and only then.
        cleared = (context["ti"].max_tries or 0) - (self.retries or 0)
        built = self.patiently(
            context, lambda night, number: build_issue(open_desk(), night, number, cleared)
        )
        if built.change is None:
            raise AirflowSkipException(f"{built.status}: {built.reason}")
        return {"number": self.issue["number"], "bundle": built.change.bundle}


class JudgeChangeOperator(IssueOperator):
    """Judge the change again from its bundle, in a clean room; skipped when a gate fails."""

    def execute(self, context: Context) -> str:
        from ..services.judging import judge_change

        verdict = self.patiently(context, lambda *issue: judge_change(open_desk(), *issue))
        if not verdict.passed:
            raise AirflowSkipException(verdict.reason)
        return verdict.reason


class PublishChangeOperator(IssueOperator):
    """Push the branch and open the pull request, once; nothing leaves in a dry run."""

    def execute(self, context: Context) -> int | None:
        from ..services.publishing import publish_change

        opened = self.patiently(context, lambda *issue: publish_change(open_desk(), *issue))
        return opened.number if opened else None


class ReportIssueOperator(IssueOperator):
    """Settle the issue's status and keep its one comment true."""

    def execute(self, context: Context) -> str:
        from ..services.reporting import report_issue

        row = report_issue(open_desk(), self.issue["night"], self.issue["number"])
        return row.status if row else "unknown"


class SummarizeNightOperator(BaseOperator):
    """Summarize the night; fails when an issue crashed, because that is our own defect.

    :param night: the night's id, None when it was not admitted.
    """

    template_fields: Sequence[str] = ("night",)

    def __init__(self, *, night: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.night = night

    def execute(self, context: Context) -> dict[str, Any]:
        from ..domain.nights import totals
        from ..services.summarizing import crashed, summarize_night

        if not self.night:
            self._nothing_began(context)
        night = summarize_night(open_desk(), self.night)
        crashed(night)
        return totals(night)

    def _nothing_began(self, context: Context) -> NoReturn:
        """A night that was not admitted is skipped; one whose admission failed is red."""
        run: Any = context["dag_run"]
        states = context["ti"].get_task_states(dag_id=run.dag_id, task_ids=["admit"], run_ids=[run.run_id])
        if "failed" in str(states):
            raise AirflowFailException("`admit` failed: its log names the cause and the fix")
        raise AirflowSkipException("the night was not admitted")
