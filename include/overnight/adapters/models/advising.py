"""A model that is asked one question: to review a change, to write tests, to write a plan."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic_ai import Agent, PromptedOutput, ToolOutput, UsageLimits
from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior, UsageLimitExceeded

from ...domain.errors import FailureKind, ModelFailure, SettingsError
from ...domain.reviewing import PlanBrief, Review, ReviewBrief, TestBrief, WrittenFile
from ...domain.sanitizing import sanitize
from ...ports import Budget, Healer
from .advice import Clean, ReviewForm, TestsForm
from .endpoints import ModelEndpoint
from .failures import classify_error
from .healed import HealedModel
from .interruptible import run_to_end
from .prices import context_window
from .prompts import fenced, load_prompt, one_line

_SECONDS = 600.0
_REQUESTS = 8
_UNKNOWN_WINDOW = 32_000
_CHARACTERS_PER_TOKEN = 2
"""Of the window, for what is shown: half of what text usually needs, so that the answer has room too."""
_LONGEST_PLAN = 12_000
_MOST_PATHS = 1500

Form = TypeVar("Form", ReviewForm, TestsForm, str)


class ModelAdvisor:
    """The `Advisor` port: one structured question, metered and healed like every request of ours.

    Forms are asked for as a tool call; of a server that knows text only, as JSON in its answer.

    :param endpoints: tier label → endpoint.
    :param clean: removes every known secret from a text.
    :param seconds: wall clock of one question, waits included.
    """

    def __init__(
        self, endpoints: Mapping[str, ModelEndpoint], clean: Clean, *, seconds: float = _SECONDS
    ) -> None:
        self._endpoints = dict(endpoints)
        self._clean = clean
        self._seconds = seconds

    def review(self, tier: str, brief: ReviewBrief, budget: Budget, healer: Healer) -> Review:
        """Return an opinion on a change, its judgements on our criteria word for word."""
        endpoint = self._endpoint(tier)
        room = _room(endpoint)
        prompt = load_prompt("review").render(
            fenced=fenced,
            title=one_line(brief.title),
            body=_cut(sanitize(brief.body), room // 8),
            criteria=[one_line(criterion) for criterion in brief.criteria],
            instructions=_shown(brief.instructions, room // 8),
            diff=_cut(brief.diff, room // 2),
        )
        form = self._ask(endpoint, prompt, ReviewForm, budget, healer)
        return form.review(brief.criteria, self._clean, model=endpoint.model, tier=tier)

    def write_tests(
        self, tier: str, brief: TestBrief, budget: Budget, healer: Healer
    ) -> tuple[WrittenFile, ...]:
        """Return test files; the caller proves that they are worth anything."""
        endpoint = self._endpoint(tier)
        room = _room(endpoint)
        prompt = load_prompt("tests").render(
            fenced=fenced,
            title=one_line(brief.title),
            body=_cut(sanitize(brief.body), room // 8),
            criteria=[one_line(criterion) for criterion in brief.criteria],
            test_command=one_line(brief.test_command),
            sources=_shown(brief.sources, room // 4),
            examples=_shown(brief.examples, room // 4),
        )
        return self._ask(endpoint, prompt, TestsForm, budget, healer).written(self._clean)

    def write_plan(self, tier: str, brief: PlanBrief, budget: Budget, healer: Healer) -> str:
        """Return an architecture plan, Markdown without hidden markup."""
        endpoint = self._endpoint(tier)
        room = _room(endpoint)
        prompt = load_prompt("plan").render(
            fenced=fenced,
            title=one_line(brief.title),
            body=_cut(sanitize(brief.body), room // 8),
            files=_listed(brief.files),
            sources=_shown(brief.sources, room // 4),
            instructions=_shown(brief.instructions, room // 8),
            earlier_plan=_cut(brief.earlier_plan.strip(), room // 8),
            failures=[_cut(failure.strip(), room // 32) for failure in brief.failures],
        )
        plan = self._ask(endpoint, prompt, str, budget, healer)
        return self._clean(sanitize(plan)).strip()[:_LONGEST_PLAN]

    def _endpoint(self, tier: str) -> ModelEndpoint:
        if tier in self._endpoints:
            return self._endpoints[tier]
        known = ", ".join(sorted(self._endpoints)) or "none"
        raise SettingsError(f"no model is set for tier {tier}: add it to `models` (set: {known})")

    def _ask(
        self, endpoint: ModelEndpoint, prompt: str, form: type[Form], budget: Budget, healer: Healer
    ) -> Form:
        """Ask in each way the server may understand; only a form that was not filled in is asked again."""
        question = self._clean(prompt)
        ways = list(_ways(endpoint, form))
        for way in ways[:-1]:
            try:
                return cast("Form", self._once(endpoint, question, way, budget, healer))
            except ModelFailure as failure:
                if failure.kind is not FailureKind.BAD_REQUEST:
                    raise
        return cast("Form", self._once(endpoint, question, ways[-1], budget, healer))

    def _once(self, endpoint: ModelEndpoint, question: str, way: Any, budget: Budget, healer: Healer) -> Any:
        try:
            return run_to_end(_answer(endpoint, question, way, budget, healer, self._seconds))
        except (UnexpectedModelBehavior, UsageLimitExceeded) as error:
            why = f"{endpoint.model} does not answer in the form it was asked for"
            raise ModelFailure(FailureKind.BAD_REQUEST, why) from error
        except (AgentRunError, TimeoutError) as error:
            raise classify_error(error, endpoint.model) from error


async def _answer(
    endpoint: ModelEndpoint, question: str, way: Any, budget: Budget, healer: Healer, seconds: float
) -> Any:
    model = HealedModel(endpoint, budget, healer)
    agent: Agent[None, Any] = Agent(model, output_type=way, name="overnight-advisor", retries=2)
    try:
        async with asyncio.timeout(seconds):
            return (await agent.run(question, usage_limits=UsageLimits(request_limit=_REQUESTS))).output
    finally:
        await model.close()


def _ways(endpoint: ModelEndpoint, form: type[Any]) -> Iterator[Any]:
    if form is str:
        yield str
        return
    if endpoint.tool_style == "native":
        yield ToolOutput(form)
    yield PromptedOutput(form)


def _room(endpoint: ModelEndpoint) -> int:
    """Return how many characters may be shown in all."""
    return (context_window(endpoint) or _UNKNOWN_WINDOW) * _CHARACTERS_PER_TOKEN


def _shown(files: Sequence[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """Return files in order while there is room, each cut to what is left."""
    shown, left = [], room
    for path, text in files:
        if left <= 0:
            break
        shown.append((one_line(path), _cut(text.strip(), left)))
        left -= len(shown[-1][1])
    return shown


def _listed(paths: Sequence[str]) -> str:
    lines = [one_line(path) for path in paths[:_MOST_PATHS]]
    rest = len(paths) - len(lines)
    return "\n".join([*lines, f"[… {rest} more files]"] if rest else lines) or "(no files)"


def _cut(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    return f"{text[:characters]}\n[… {len(text) - characters} characters left out]"
