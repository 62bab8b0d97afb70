"""The builder `copilot`: GitHub's cloud agent works on its own pull request, whose branch we judge."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from ...domain.changes import BuildOutcome, Commission, Usage
from ...domain.errors import FailureKind, Forbidden, ModelFailure, NotAuthorized, NotFound, Stuck, TimedOut
from ...domain.issues import Repository
from ...ports import Budget, Handle, Healer, Pending, Tree
from ..models.prompts import load_prompt, one_line
from .copilot_github import AgentPull, CopilotOnGitHub
from .copilot_handle import CopilotWork
from .copilot_tasks import Session, Standing, Task, failure_of, used

_LOOK_AGAIN_SECONDS = 60.0
_SUMMARY = 4000
_LONGEST_INSTRUCTIONS = 12_000
_PROMPT = "copilot_task"
_MENTION = "@copilot"

TakeIn = Callable[[Repository, Tree, str], tuple[str, ...]]
"""Puts a commit of GitHub's into a tree, uncommitted; returns who wrote it."""


@dataclass(frozen=True, slots=True)
class CopilotSettings:
    """One `[builders.NAME]` of kind `copilot`.

    :param model: the agent's model, "" for GitHub's choice.
    :param custom_agent: name of a `.github/agents/NAME.agent.md`, "" for none.
    """

    model: str = ""
    custom_agent: str = ""
    look_again_seconds: float = _LOOK_AGAIN_SECONDS


class CopilotBuilder:
    """Assigns issues to GitHub's agent and brings its branches back; it costs no dollar of a model budget.

    :param take_in: see `adapters.git.adopting.adopt`.
    :param clean: removes every known secret from a text.
    :param now: Unix time.
    """

    def __init__(
        self,
        name: str,
        hub: CopilotOnGitHub,
        take_in: TakeIn,
        clean: Callable[[str], str],
        settings: CopilotSettings | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._hub, self._take_in, self._clean, self._now = hub, take_in, clean, now
        self._settings = settings or CopilotSettings()
        self._transcripts: dict[str, str] = {}

    def begin(self, commission: Commission, tree: Tree, budget: Budget, healer: Healer) -> Handle:
        """Assign the issue, or go on with the pull request that is open for it; safe to repeat.

        :raises ModelFailure: the agent is not enabled, or may not be assigned with this token.
        :raises OverBudget: a limit is used up already; nothing was written.
        """
        if tree.base.bundles:
            words = f"Copilot cannot build on {tree.base.ref}: that change is not on GitHub yet"
            raise ModelFailure(FailureKind.BAD_REQUEST, words)
        reservation = budget.reserve(Decimal(0))
        work = CopilotWork.of(commission, tree, self._now())
        try:
            work = self._begun(commission, work)
        except NotAuthorized as error:
            raise ModelFailure(FailureKind.AUTH, f"this token may not assign Copilot: {error}") from error
        except Forbidden as error:
            raise ModelFailure(FailureKind.MODEL_GONE, f"Copilot cannot be assigned: {error}") from error
        finally:
            budget.settle(reservation, Usage(requests=1))
        return Handle(self.name, work.text())

    def collect(self, handle: Handle) -> BuildOutcome | Pending:
        """Look once; return Pending while the agent works, else its change, in the tree.

        :raises NotFound: the tree lies on another worker, or is gone: begin again there, nothing is lost.
        :raises Stuck: its pull request was closed, or it asks, or was cancelled.
        :raises TimedOut: the attempt's wall clock ended, or GitHub's did.
        :raises ModelFailure: its session failed.
        """
        work = CopilotWork.read(handle.id)
        tree = work.work_tree
        if not tree.path.is_dir() or not tree.git_dir.is_dir():
            raise NotFound(f"the work tree of {work.where} is not on this worker: begin the build again here")
        pull = self._pull(work)
        task = self._hub.task_of(work.repository, pull) if pull else None
        standing = _standing(work, pull, task)
        sessions = task.since(work.since) if task else ()
        self._transcripts[handle.id] = self._told(work, pull, standing, sessions)
        if pull and (failure := failure_of(standing, pull.url)):
            raise failure
        if pull is None or standing is Standing.WORKING:
            if self._now() >= work.until:
                raise TimedOut(f"Copilot was not done with {work.where} in {work.until - work.began:g} s")
            return Pending(self._settings.look_again_seconds)
        authors = self._take_in(work.repository, tree, pull.head_sha)
        return replace(self._built(work, pull, sessions, self._transcripts[handle.id]), authors=authors)

    def transcript(self, handle: Handle) -> str:
        """Return what was seen of the agent's work last, "" in a process that has not looked."""
        return self._transcripts.get(handle.id, "")

    def tell(self, handle: Handle, name: str, verdict: str) -> str:
        """Comment a verdict on the agent's pull request, once per name; return its url, "" without one.

        The agent is not mentioned: nobody shall begin to work because of it.
        """
        work = CopilotWork.read(handle.id)
        if (pull := self._pull(work)) is None:
            return ""
        said = self._clean(verdict).replace(_MENTION, "Copilot")
        self._hub.comment(work.repository, pull.number, f"verdict/{name}", said)
        return pull.url

    def withdraw(self, handle: Handle, why: str) -> None:
        """Take the agent off the issue and close its pull request with a word; safe to repeat."""
        work = CopilotWork.read(handle.id)
        if self._hub.is_assigned(work.repository, work.issue):
            self._hub.unassign(work.repository, work.issue)
        pull = self._pull(work)
        if pull is not None and pull.open:
            said = self._clean(why).replace(_MENTION, "Copilot")
            self._hub.comment(work.repository, pull.number, "withdrawn", said)
            self._hub.close(work.repository, pull.number)

    def _begun(self, commission: Commission, work: CopilotWork) -> CopilotWork:
        repository, number = commission.repository, commission.issue.number
        pulls = self._hub.pulls_for(repository, number)
        running = next((pull for pull in reversed(pulls) if pull.open), None)
        if running is not None:
            work = replace(work, pull=running.number)
            again = commission.feedback or self._ended_badly(work, running)
            return self._asked_again(commission, work, running) if again else work
        if not self._hub.may_be_assigned(repository):
            words = f"Copilot's coding agent is not enabled in {repository.full_name} for this token's user"
            raise ModelFailure(FailureKind.MODEL_GONE, words)
        if self._hub.is_assigned(repository, number):
            if not pulls:
                return work  # assigned a moment ago, by a worker that died: its pull request is on the way
            self._hub.unassign(repository, number)
        return replace(work, since=self._hub.assign(repository, number, self._assignment(commission, work)))

    def _ended_badly(self, work: CopilotWork, pull: AgentPull) -> bool:
        """Whether the last session failed, and nobody begins another unless the agent is asked."""
        task = self._hub.task_of(work.repository, pull)
        return task is not None and failure_of(task.standing(""), pull.url) is not None

    def _asked_again(self, commission: Commission, work: CopilotWork, pull: AgentPull) -> CopilotWork:
        """Tell the agent why its change was not accepted, where it reads it."""
        text = f"{_MENTION} {self._clean(self._instructions(commission))}"
        name = f"attempt/{commission.night}/{commission.attempt}"
        since = self._hub.comment(commission.repository, pull.number, name, text)
        return replace(work, since=since, seen=pull.head_sha)

    def _assignment(self, commission: Commission, work: CopilotWork) -> dict[str, str]:
        assignment = {
            "target_repo": commission.repository.full_name,
            "base_branch": work.base_ref,
            "custom_instructions": self._clean(self._instructions(commission)),
            "custom_agent": self._settings.custom_agent,
            "model": self._settings.model,
        }
        return {name: value for name, value in assignment.items() if value}

    def _instructions(self, commission: Commission) -> str:
        text = load_prompt(_PROMPT).render(
            commands=[(name, command) for name, command in commission.commands if command],
            lessons=[one_line(lesson) for lesson in commission.lessons],
            plan=commission.plan.strip(),
            feedback=commission.feedback.strip(),
        )
        return text.strip()[:_LONGEST_INSTRUCTIONS]

    def _pull(self, work: CopilotWork) -> AgentPull | None:
        if work.pull:
            return self._hub.pull(work.repository, work.pull)
        pulls = self._hub.pulls_for(work.repository, work.issue)
        fresh = [pull for pull in pulls if pull.open or pull.created_at >= work.since]
        return fresh[-1] if fresh else None

    def _told(
        self, work: CopilotWork, pull: AgentPull | None, standing: Standing, sessions: tuple[Session, ...]
    ) -> str:
        document = {
            "builder": self.name,
            "issue": work.issue,
            "standing": str(standing),
            "pull_request": asdict(pull) if pull else None,
            "sessions": [asdict(session) for session in sessions],
            "used": used(sessions),
        }
        return self._clean(json.dumps(document, indent=1, ensure_ascii=False))

    def _built(
        self, work: CopilotWork, pull: AgentPull, sessions: tuple[Session, ...], transcript: str
    ) -> BuildOutcome:
        bill = used(sessions)
        parts = (f"{pull.url}: {pull.title}", pull.body.strip(), f"Copilot used {bill}." if bill else "")
        models = [session.model for session in sessions if session.model]
        return BuildOutcome(
            summary=self._clean("\n\n".join(filter(None, parts)))[:_SUMMARY],
            usage=Usage(requests=max(1, len(sessions))),
            model=models[-1] if models else "copilot",
            prompt_version=load_prompt(_PROMPT).version,
            seconds=self._now() - work.began,
            transcript=transcript,
        )


def _standing(work: CopilotWork, pull: AgentPull | None, task: Task | None) -> Standing:
    """Return where the work stands: by its task where that may be seen, else by the pull request alone."""
    if pull is None:
        return Standing.WORKING
    if not pull.open:
        how = "merged" if pull.merged else "closed"
        raise Stuck(f"Copilot's pull request {pull.url} was {how} before the gates could judge it")
    if task is not None:
        return task.standing(work.since)
    # Without the task: the agent takes its pull request out of draft when done, and pushes when asked again.
    return Standing.WORKING if pull.draft or pull.head_sha == work.seen else Standing.DONE
