"""The builder `command`: any CLI agent, confined; its only way out is the model, watched and paid by us."""

from __future__ import annotations

import json
import re
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...domain.changes import BuildOutcome, Commission, Usage
from ...domain.errors import (
    ModelFailure,
    NotFound,
    SettingsError,
    Stuck,
    TimedOut,
)
from ...domain.healing import Action
from ...ports import Budget, Handle, Healer, Pending, Ran, Sandbox, Tree
from ..egress import ProxyLimits, opened_door
from ..models.endpoints import ModelEndpoint
from ..sandbox import UnconfinedSandbox
from ..sandbox.reaching import ReachesHosts
from .command_gateway import ModelGateway
from .command_line import NOT_FOUND, PROMPT, CommandLine
from .command_purse import Facts, Purse
from .prompts import load_prompt, task_prompt

_TRAFFIC = 1024**3
_KEPT_TRANSCRIPTS = 20
_SUMMARY = 4000
_AGAIN = frozenset({Action.RETRY_SAME, Action.WAIT, Action.COMPACT})
"""Steps that a fresh start of the agent is; it forgets its conversation, and finds its files."""
_ANTHROPIC_WEIGHT = (5, 4)
_PROMPT = "build_command"
_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class _Job:
    """One attempt between begin and collect."""

    commission: Commission
    tree: Tree
    budget: Budget
    healer: Healer
    endpoint: ModelEndpoint


class CommandBuilder:
    """Runs a CLI agent in the tree, within `collect`.

    :param name: the builder's name in settings.
    :param endpoints: tier label → endpoint.
    :param clean: removes every known secret from a text.
    """

    def __init__(
        self,
        name: str,
        line: CommandLine,
        endpoints: Mapping[str, ModelEndpoint],
        sandbox: Sandbox,
        clean: Callable[[str], str],
    ) -> None:
        if isinstance(sandbox, UnconfinedSandbox | ReachesHosts):
            raise SettingsError(
                f'builders.{name} needs `sandbox = "bubblewrap"`: elsewhere it has no way out'
            )
        self.name = name
        self._line = line.checked(name)
        self._endpoints = dict(endpoints)
        self._sandbox = sandbox
        self._clean = clean
        self._jobs: dict[str, _Job] = {}
        self._transcripts: dict[str, str] = {}

    def begin(self, commission: Commission, tree: Tree, budget: Budget, healer: Healer) -> Handle:
        """Accept one attempt; SettingsError when no endpoint is known for its tier."""
        tier = self._line.tier or commission.tier
        endpoint = self._endpoints.get(tier)
        if endpoint is None:
            known = ", ".join(sorted(self._endpoints)) or "none"
            raise SettingsError(f"no model is set for tier {tier}: add it to `models` (set: {known})")
        handle = Handle(self.name, uuid.uuid4().hex)
        self._jobs[handle.id] = _Job(commission, tree, budget, healer, endpoint)
        return handle

    def collect(self, handle: Handle) -> BuildOutcome | Pending:
        """Run the agent to its end and return what it did.

        :raises ModelFailure: the last thing the provider said was an error.
        :raises Stuck: the agent gave up, was killed at a limit, or used up its requests.
        :raises TimedOut: the attempt's wall clock ended.
        :raises OverBudget: the next request could cross a limit; it was not sent.
        """
        job = self._jobs.pop(handle.id, None)
        if job is None:
            raise NotFound(f"build {handle.id} ended with the process that began it: begin it again")
        run = _Run(self.name, self._line, job, self._sandbox, self._clean)
        try:
            return run.outcome()
        finally:
            self._transcripts[handle.id] = run.transcript()
            while len(self._transcripts) > _KEPT_TRANSCRIPTS:
                del self._transcripts[next(iter(self._transcripts))]

    def transcript(self, handle: Handle) -> str:
        """Return the redacted output of an attempt that ended, even badly; "" when it is not known."""
        return self._transcripts.get(handle.id, "")


class _Run:
    """One attempt while it runs: the agent is started until it ends well or nothing more helps."""

    def __init__(
        self, name: str, line: CommandLine, job: _Job, sandbox: Sandbox, clean: Callable[[str], str]
    ) -> None:
        self._name, self._line, self._job, self._sandbox, self._clean = name, line, job, sandbox, clean
        self._started = time.monotonic()
        self._parts: list[dict[str, object]] = []
        self._usage = Usage()
        self._made = 0

    def outcome(self) -> BuildOutcome:
        """Run until it ends; a failure that the healer gives another chance starts the agent anew."""
        while True:
            ran, facts = self._once()
            self._made += len(facts.exchanges)
            self._usage += facts.usage
            failure = self._failure(ran, facts)
            if failure is None:
                return self._built(ran)
            if not self._goes_on(failure):
                raise failure

    def transcript(self) -> str:
        """Return what was started and what came out, as JSON text, redacted."""
        return self._clean(json.dumps(self._parts, indent=1, ensure_ascii=False))

    def _once(self) -> tuple[Ran, Facts]:
        job, line = self._job, self._line
        purse = Purse(
            job.endpoint,
            job.budget,
            job.healer,
            requests=max(0, line.requests - self._made),
            input_weight=_ANTHROPIC_WEIGHT if line.speech == "anthropic" else (1, 1),
        )
        gateway = ModelGateway(job.endpoint, purse, self._clean, line.speech)
        left = self._left()
        with self._task() as task, opened_door(gateway, ProxyLimits(_TRAFFIC, left + 60.0)) as door:
            purse.stop = door.stop
            with closing(purse):
                ran = self._sandbox.run(
                    job.tree.path,
                    door.around(line.shell(job.endpoint, door.url), line.stdin),
                    environment=dict(job.commission.environment) | line.variables(job.endpoint, door.url),
                    seconds=left,
                    max_output=line.output_bytes,
                    mounts=[*line.mounts, *door.mounts, *task],
                )
        self._note(ran, purse.facts)
        return ran, purse.facts

    @contextmanager
    def _task(self) -> Iterator[list[tuple[Path, str, bool]]]:
        """Put the prompt where only the sandbox's file system leads: no shell ever reads its words."""
        with tempfile.TemporaryDirectory(prefix="overnight-task-") as folder:
            file = Path(folder) / "prompt.md"
            text = f"{load_prompt(_PROMPT).text}\n{task_prompt(self._job.commission)}"
            file.write_text(self._clean(text), encoding="utf-8", errors="replace")
            file.chmod(0o644)
            yield [(file, PROMPT, False)]

    def _failure(self, ran: Ran, facts: Facts) -> Exception | None:
        """Return how it failed, by the facts and the exit code: what an agent prints proves nothing."""
        commission, name = self._job.commission, self._name
        if facts.fatal is not None:
            return facts.fatal
        if ran.timed_out or self._left() <= 0:
            return TimedOut(f"the attempt on tier {commission.tier} ran longer than {commission.seconds:g} s")
        if facts.failure is not None:
            return facts.failure
        if ran.exit_code == NOT_FOUND and not facts.exchanges:
            return SettingsError(
                f"builders.{name}.command was not found in the sandbox: put its folder into"
                f" builders.{name}.programs"
            )
        if ran.exit_code:
            return Stuck(f"{name} ended with exit code {ran.exit_code}")
        return None

    def _goes_on(self, failure: Exception) -> bool:
        """Ask the healer about what the provider did; whatever else went wrong ends the attempt."""
        if not isinstance(failure, ModelFailure):
            return False
        step = self._job.healer.treat(failure)
        wait = step.wait_seconds or 0.0
        if step.action not in _AGAIN or wait >= self._left():
            return False
        self._job.healer.rest(wait)
        return True

    def _built(self, ran: Ran) -> BuildOutcome:
        said = _plain(ran.stdout).strip() or _plain(ran.stderr).strip()
        return BuildOutcome(
            summary=self._clean(said)[-_SUMMARY:],
            usage=self._usage,
            model=self._job.endpoint.model,
            prompt_version=load_prompt(_PROMPT).version,
            seconds=time.monotonic() - self._started,
            transcript=self.transcript(),
        )

    def _note(self, ran: Ran, facts: Facts) -> None:
        requests = [
            {
                "path": exchange.path,
                "status": exchange.status,
                "tokens": exchange.usage.tokens,
                "usd": str(exchange.usage.cost_usd),
            }
            for exchange in facts.exchanges
        ]
        self._parts.append(
            {
                "builder": self._name,
                "command": self._line.command,
                "exit_code": ran.exit_code,
                "seconds": round(ran.seconds, 1),
                "timed_out": ran.timed_out,
                "stdout": _plain(ran.stdout),
                "stderr": _plain(ran.stderr),
                "requests": requests,
                "requests_refused": facts.refused,
            }
        )

    def _left(self) -> float:
        return max(0.0, self._started + self._job.commission.seconds - time.monotonic())


def _plain(text: str) -> str:
    """Return output without what would steer a terminal or hide words."""
    return _CONTROL.sub("", text)
