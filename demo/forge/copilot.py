"""GitHub's coding agent beside a forge: assignment, its tasks, and the pull request it works on."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from .errors import Refusal, not_found
from .forge import Forge
from .issues import touch
from .pulls import follow_branches, open_pull, set_draft
from .rest.call import Call, Reply, Route
from .running import RunningForge, listen
from .server import Application, json_answer, refused
from .shapes.issues import issue_shape

BOT = "copilot-swe-agent[bot]"
_ACTIVE = ("queued", "in_progress")


@dataclass(slots=True)
class Session:
    """One run of the agent on its task."""

    prompt: str
    created_at: datetime
    state: str = "in_progress"
    usage: Mapping[str, Any] | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class AgentTask:
    """What the agent was asked to do, and what became of it."""

    repository: int
    issue: int
    branch: str
    base: str
    sessions: list[Session]
    pull: int | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Copilot:
    """The agent of one forge; it works only when `work` is called, so that a test sees every moment.

    :param enabled: whether it may be assigned at all.
    :param shows_tasks: whether a token may read its tasks.
    """

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.enabled = True
        self.shows_tasks = True
        self.refuses_silently = False
        self.tasks: list[AgentTask] = []

    # What a test has it do -----------------------------------------------------------------------------

    def work(
        self,
        files: Mapping[str, str | None],
        state: str = "completed",
        usage: Mapping[str, Any] | None = None,
    ) -> AgentTask:
        """Carry on with the newest task: commit files, open the pull request, and end the session so."""
        world, task = self.forge.world, self.tasks[-1]
        with world.turn():
            repository, git = world.store.repositories[task.repository], world.git(task.repository)
            tip = git.branch(task.branch) or git.branch(task.base)
            if tip is None:
                raise ValueError(f"there is no branch {task.base}")
            sha = git.commit_files(tip, files, "Work on it", world.author(BOT), world.now())
            git.update_branch(task.branch, sha)
            if task.pull is None:
                title = world.issue(task.repository, task.issue).title
                body, draft = f"I am on it.\n\nFixes #{task.issue}", True
                pull = open_pull(
                    world,
                    repository,
                    BOT,
                    title=title,
                    head=task.branch,
                    base=task.base,
                    body=body,
                    draft=draft,
                )
                task.pull = pull.number
            follow_branches(world, repository, BOT)
            if state not in _ACTIVE:
                set_draft(world, world.pull(task.repository, task.pull), False, BOT)
            task.sessions[-1].state, task.sessions[-1].usage = state, usage
        return task

    # What the API does ---------------------------------------------------------------------------------

    def assign(self, call: Call) -> Reply:
        """Answer POST …/issues/{number}/assignees."""
        issue, wanted = call.issue, call.body.get("assignees") or []
        assignment = call.body.get("agent_assignment") or {}
        if BOT in wanted and self.enabled and not self.refuses_silently:
            issue = replace(issue, assignees=tuple(dict.fromkeys((*issue.assignees, BOT))))
            issue = touch(call.world, call.world.store.issues.put(issue))
            base = assignment.get("base_branch") or call.repository.default_branch
            branch = f"copilot/fix-{issue.number}-{len(self.tasks)}"
            session = Session(str(assignment.get("custom_instructions", "")), call.world.now())
            self.tasks.append(AgentTask(call.repository.id, issue.number, branch, base, [session]))
        return Reply(issue_shape(call.world, issue), 201)

    def unassign(self, call: Call) -> Reply:
        """Answer DELETE …/issues/{number}/assignees."""
        gone = call.body.get("assignees") or []
        kept = tuple(login for login in call.issue.assignees if login not in gone)
        issue = touch(call.world, call.world.store.issues.put(replace(call.issue, assignees=kept)))
        return Reply(issue_shape(call.world, issue))

    def list_tasks(self, call: Call) -> Reply:
        """Answer GET /agents/repos/…/tasks."""
        return Reply({"tasks": [self._shape(call, task) for task in self._seen(call)]})

    def show_task(self, call: Call) -> Reply:
        """Answer GET /agents/repos/…/tasks/{id}."""
        for task in self._seen(call):
            if task.id == call.params["id"]:
                sessions = [_session(session) for session in task.sessions]
                return Reply(self._shape(call, task) | {"sessions": sessions})
        raise not_found()

    def heard(self, repository: int, number: int, text: str) -> None:
        """Begin a session when somebody speaks to the agent on its pull request."""
        for task in self.tasks:
            if (task.repository, task.pull) == (repository, number) and "@copilot" in text.lower():
                task.sessions.append(Session(text, self.forge.world.now()))

    def _seen(self, call: Call) -> list[AgentTask]:
        if not self.shows_tasks:
            raise Refusal(403, "Resource not accessible by personal access token")
        return [task for task in reversed(self.tasks) if task.repository == call.repository.id]

    def _shape(self, call: Call, task: AgentTask) -> dict[str, Any]:
        branch = {"head_ref": task.branch, "base_ref": task.base}
        artifacts = [{"provider": "github", "type": "branch", "data": branch}]
        if task.pull is not None:
            pull = call.world.pull(task.repository, task.pull)
            artifacts.append({"provider": "github", "type": "pull", "data": {"id": pull.id}})
        return {
            "id": task.id,
            "state": task.sessions[-1].state,
            "session_count": len(task.sessions),
            "artifacts": artifacts,
            "created_at": _stamp(task.sessions[0].created_at),
            "updated_at": _stamp(task.sessions[-1].created_at),
        }

    @property
    def routes(self) -> tuple[Route, ...]:
        of_issue = "/repos/{owner}/{repo}/issues/{number}/assignees"
        tasks = "/agents/repos/{owner}/{repo}/tasks"
        return (
            Route("POST", of_issue, self.assign, "triage"),
            Route("DELETE", of_issue, self.unassign, "triage"),
            Route("GET", tasks, self.list_tasks),
            Route("GET", tasks + "/{id}", self.show_task),
        )


def _session(session: Session) -> dict[str, Any]:
    told = {
        "id": session.id,
        "state": session.state,
        "created_at": _stamp(session.created_at),
        "prompt": session.prompt,
        "model": "gpt-5.2-codex",
    }
    return told | ({"usage": dict(session.usage)} if session.usage else {})


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class AgentApplication(Application):
    """The forge's application with the agent's requests answered before its own."""

    def __init__(self, copilot: Copilot) -> None:
        super().__init__(copilot.forge)
        self.copilot = copilot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        answered = self._agents(request, body)
        if answered is None:
            await super().__call__(scope, _again(body), send)
            return
        content = [(name.lower().encode(), value.encode()) for name, value in answered[1].items()]
        await send({"type": "http.response.start", "status": answered[0], "headers": content})
        await send({"type": "http.response.body", "body": answered[2]})

    def _agents(self, request: Request, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        path = request.url.path.removeprefix("/api/v3")
        told = json.loads(body) if body[:1] == b"{" else {}
        if request.url.path == "/api/graphql" and "suggestedActors" in str(told.get("query")):
            answer = json_answer(self._actors())
            return answer.status, answer.headers, answer.body
        for route in self.copilot.routes:
            params = route.match(request.method, path)
            if params is not None:
                answer = self._routed(route, params, request, told, path)
                self.forge.journal.write(request.method, path, told, None, answer.status, fault=False)
                return answer.status, answer.headers, answer.body
        if request.method == "POST" and path.endswith("/comments"):
            self._listen(path, str(told.get("body", "")))
        return None

    def _routed(
        self, route: Route, params: Mapping[str, str], request: Request, told: Mapping[str, Any], path: str
    ) -> Any:
        world = self.forge.world
        try:
            grant = self._grant(request.headers.get("authorization"))
            if grant is None:
                raise Refusal(401, "Requires authentication")
            call = Call(world, grant.login, grant.permission, path, params, dict(request.query_params), told)
            if not call.may(route.needs):
                raise Refusal(403, "Resource not accessible by personal access token")
            with world.turn():
                reply = route.handler(call)
        except Refusal as error:
            return refused(error)
        return json_answer(reply.body, reply.status, reply.headers)

    def _actors(self) -> dict[str, Any]:
        nodes = [{"__typename": "User", "login": "night-owl"}]
        agent = [{"__typename": "Bot", "login": "copilot-swe-agent"}] if self.copilot.enabled else []
        return {"data": {"repository": {"suggestedActors": {"nodes": [*agent, *nodes]}}}}

    def _listen(self, path: str, text: str) -> None:
        _, _, owner, name, _, number, *_ = path.split("/")
        self.copilot.heard(self.forge.world.repository(f"{owner}/{name}").id, int(number), text)


def _again(body: bytes) -> Callable[[], Any]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@contextmanager
def running_copilot(forge: Forge) -> Iterator[tuple[RunningForge, Copilot]]:
    """Serve a forge with the agent beside it until the block ends."""
    copilot = Copilot(forge)
    listener = listen()
    forge.world.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        AgentApplication(copilot), lifespan="off", log_level="error", access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="copilot-forge", daemon=True)
    thread.start()
    try:
        yield RunningForge(forge.world.base_url, forge), copilot
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
