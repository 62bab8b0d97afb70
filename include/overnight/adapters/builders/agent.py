"""The coding agent: a model with file and shell tools, confined to the sandbox, held to its budget."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import JSONDecodeError

from airflow.providers.common.ai.toolsets.sandbox import SandboxToolset
from httpx2 import HTTPError
from openai import OpenAIError
from pydantic import ValidationError
from pydantic_ai import Agent, UsageLimits, capture_run_messages
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelRetry,
    ToolRetryError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.toolsets import CombinedToolset

from ...domain.changes import BuildOutcome, Commission
from ...domain.errors import (
    FailureKind,
    ModelFailure,
    NotFound,
    OvernightError,
    SettingsError,
    Stuck,
    TimedOut,
)
from ...domain.healing import Action
from ...ports import Budget, Handle, Healer, Pending, Sandbox, Tree
from ..models.endpoints import ModelEndpoint
from ..models.failures import classify_error
from ..models.healed import HealedModel
from ..models.interruptible import run_to_end
from ..sandbox.backend import TreeBackend
from .prompts import load_prompt, task_prompt
from .sessions import Sessions
from .tools import editing_tools
from .watching import Circles, WatchedToolset

_REQUESTS = 80
_SUMMARY = 4000
_KEPT_TRANSCRIPTS = 20
_FOREIGN = (AgentRunError, OpenAIError, HTTPError, JSONDecodeError, TimeoutError)
_BAD_CALLS = (ToolRetryError, ModelRetry, ValidationError)


@dataclass(frozen=True, slots=True)
class _Job:
    """One attempt between begin and collect."""

    commission: Commission
    tree: Tree
    budget: Budget
    healer: Healer
    endpoint: ModelEndpoint


class AgentBuilder:
    """The builders `openai` and `local`: an agent that runs in this process, within `collect`.

    :param endpoints: tier label → endpoint; a commission's tier picks one.
    :param clean: removes every known secret from a text.
    :param requests: the most model requests of one attempt.
    :param sessions: where an attempt is kept after each round, for a retry to go on from.
    """

    name = "openai"

    def __init__(
        self,
        endpoints: Mapping[str, ModelEndpoint],
        sandbox: Sandbox,
        clean: Callable[[str], str],
        *,
        requests: int = _REQUESTS,
        sessions: Sessions | None = None,
    ) -> None:
        self._endpoints = dict(endpoints)
        self._sandbox = sandbox
        self._clean = clean
        self._requests = requests
        self._sessions = sessions
        self._jobs: dict[str, _Job] = {}
        self._transcripts: dict[str, str] = {}

    def begin(self, commission: Commission, tree: Tree, budget: Budget, healer: Healer) -> Handle:
        """Accept one attempt; SettingsError when no endpoint is known for its tier."""
        endpoint = self._endpoints.get(commission.tier)
        if endpoint is None:
            known = ", ".join(sorted(self._endpoints)) or "none"
            raise SettingsError(
                f"no model is set for tier {commission.tier}: add it to `models` (set: {known})"
            )
        handle = Handle(self.name, uuid.uuid4().hex)
        self._jobs[handle.id] = _Job(commission, tree, budget, healer, endpoint)
        return handle

    def collect(self, handle: Handle) -> BuildOutcome | Pending:
        """Run the attempt to its end and return what it did.

        :raises ModelFailure: the model did not answer usably, and the healer knew no more to try on its tier.
        :raises Stuck: it went in circles, or used up its requests.
        :raises TimedOut: its wall clock ended.
        :raises OverBudget: the next request could cross a limit; it was not sent.
        """
        job = self._jobs.pop(handle.id, None)
        if job is None:
            raise NotFound(f"build {handle.id} ended with the process that began it: begin it again")
        run = _Run(job, self._sandbox, self._clean, self._requests, self._sessions)
        try:
            return run_to_end(run.outcome())
        finally:
            self._transcripts[handle.id] = run.transcript()
            while len(self._transcripts) > _KEPT_TRANSCRIPTS:
                del self._transcripts[next(iter(self._transcripts))]

    def transcript(self, handle: Handle) -> str:
        """Return the redacted conversation of an attempt that ended, even badly; "" when it is not known."""
        return self._transcripts.get(handle.id, "")


class _Run:
    """One attempt while it runs."""

    def __init__(
        self,
        job: _Job,
        sandbox: Sandbox,
        clean: Callable[[str], str],
        requests: int,
        sessions: Sessions | None,
    ) -> None:
        self._job = job
        self._sessions = sessions
        self._clean = clean
        self._limits = UsageLimits(request_limit=requests)
        self._started = time.monotonic()
        self._model = HealedModel(job.endpoint, job.budget, job.healer, before=self._keep)
        self.messages: list[ModelMessage] = []
        self._backend = TreeBackend(
            sandbox,
            job.tree.path,
            environment=dict(job.commission.environment),
            remaining=self._remaining,
        )

    async def outcome(self) -> BuildOutcome:
        """Let the agent work; our own errors pass, what a model or its client raises becomes ours."""
        # Counted from the same moment as `_remaining`: the clock must end the attempt, not just its command.
        clock = asyncio.timeout(self._started + self._job.commission.seconds - time.monotonic())
        with capture_run_messages() as messages:
            self.messages = messages
            try:
                async with clock:
                    summary = await self._work()
            except _FOREIGN as error:
                raise self._translated(error, timed_out=clock.expired()) from error
        return BuildOutcome(
            summary=self._clean(summary)[:_SUMMARY],
            usage=self._model.usage,
            model=self._job.endpoint.model,
            prompt_version=load_prompt("build_system").version,
            seconds=time.monotonic() - self._started,
            transcript=self.transcript(),
        )

    def transcript(self) -> str:
        """Return the conversation so far as JSON text, redacted."""
        return self._clean(ModelMessagesTypeAdapter.dump_json(self.messages, indent=1).decode())

    async def _work(self) -> str:
        shell = SandboxToolset(self._backend)
        both = CombinedToolset([shell, editing_tools(self._backend)])
        tools = WatchedToolset(both, clean=self._clean, circles=Circles(self._may_nudge))
        agent: Agent[None, str] = Agent(
            self._model,
            instructions=load_prompt("build_system").text,
            toolsets=[tools],
            name="overnight-builder",
        )
        history, summary = self._taken_up()
        if summary is not None:
            return summary
        prompt = None if history else self._clean(task_prompt(self._job.commission))
        try:
            # In order: a command in the same turn as an edit must see it, and two edits must not race.
            with agent.parallel_tool_call_execution_mode("sequential"):
                result = await agent.run(prompt, message_history=history, usage_limits=self._limits)
            self._keep(result.all_messages(), result.output)
            return result.output
        finally:
            await self._model.close()

    def _keep(self, messages: list[ModelMessage], summary: str | None = None) -> None:
        """Keep the attempt for a retry once something is paid that must not be paid again."""
        if self._sessions is not None and any(isinstance(one, ModelResponse) for one in messages):
            conversation = self._clean(ModelMessagesTypeAdapter.dump_json(messages).decode())
            self._sessions.keep(self._job.commission, self._job.tree, conversation, summary)

    def _taken_up(self) -> tuple[list[ModelMessage], str | None]:
        """Return the conversation that was cut off ([] when there is none), and its end when it had ended."""
        sessions, job = self._sessions, self._job
        session = sessions.take_up(job.commission, job.tree) if sessions is not None else None
        if session is None:
            return [], None
        history = ModelMessagesTypeAdapter.validate_json(session.conversation)
        answered = sum(isinstance(one, ModelResponse) for one in history)
        self._limits = UsageLimits(request_limit=max(1, (self._limits.request_limit or 0) - answered))
        self.messages = history
        return history, session.summary

    def _may_nudge(self, complaint: str) -> bool:
        failure = ModelFailure(FailureKind.STUCK, f"{self._job.endpoint.model} goes in circles: {complaint}")
        return self._job.healer.treat(failure).action is Action.NUDGE

    def _remaining(self) -> float:
        return max(0.1, self._started + self._job.commission.seconds - time.monotonic())

    def _translated(self, error: Exception, *, timed_out: bool) -> OvernightError:
        tier, model = self._job.commission.tier, self._job.endpoint.model
        if timed_out:
            return TimedOut(f"the attempt on tier {tier} ran longer than {self._job.commission.seconds:g} s")
        if isinstance(error, UsageLimitExceeded):
            return Stuck(
                f"the builder used all {self._limits.request_limit} model requests and did not finish"
            )
        if isinstance(error, UnexpectedModelBehavior) and isinstance(error.__cause__, _BAD_CALLS):
            return Stuck(f"{model} keeps calling tools in a way that cannot be carried out")
        return classify_error(error, model)
