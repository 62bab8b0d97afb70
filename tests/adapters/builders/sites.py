"""One place of work for each kind of builder, all with the same words: what the contract suite is told in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from demo.forge import Forge, RunningForge
from demo.forge.copilot import Copilot, running_copilot
from demo.model.faults import Fault
from include.overnight.adapters.builders import AgentBuilder
from include.overnight.adapters.builders.command import CommandBuilder
from include.overnight.adapters.builders.command_line import CommandLine
from include.overnight.adapters.builders.copilot import CopilotBuilder
from include.overnight.adapters.builders.copilot_github import CopilotOnGitHub
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.git.adopting import adopt
from include.overnight.adapters.github import GitHubAccess, GitHubTracker, Pace, Pacer, Patience, connect
from include.overnight.adapters.github.wire import Wire
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.storage import ObjectStorage
from include.overnight.domain.changes import Base, BuildOutcome, Commission
from include.overnight.domain.issues import Repository
from include.overnight.ports import Builder, Handle, Pending, Tree

from .conftest import Bench, commission_for

TOKEN = "ghp_" + "test0000000000000000000000000000000000"
PROGRAM = Path(__file__).with_name("agent_program.py")
GREETING = {"hello.txt": "hello\n"}


def script(*commands: str, text: str = "Added hello.txt.", calls_as: str = "") -> str:
    """Return a script: the greeting, some commands, and closing words."""
    turns = [("write_file", {"path": "hello.txt", "content": "hello\n"})]
    turns += [("run_command", {"command": command}) for command in commands]
    lines = ["[[attempts]]", f"calls_as = {json.dumps(calls_as)}"]
    for tool, arguments in turns:
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in arguments.items())
        lines += ["[[attempts.turns]]", f"tool = {json.dumps(tool)}", f"arguments = {{ {pairs} }}"]
    return "\n".join([*lines, "[[attempts.turns]]", f"text = {json.dumps(text)}"])


class Site(Protocol):
    """What every kind can be told."""

    seconds: float
    """A wall clock that ends before the agent that never ends."""

    @property
    def folder(self) -> Path:
        """The work tree."""

    def builder(self, clean: Callable[[str], str] = str) -> Builder: ...

    def commission(self, **changes: Any) -> Commission: ...

    def tree(self) -> Tree: ...

    def plan(self, text: str = "Added hello.txt.") -> None:
        """Let the agent write the greeting and end with these words."""

    def hang(self) -> None:
        """Let the agent never end."""

    def refuse_key(self) -> None:
        """Let the provider say 401."""

    def break_down(self) -> None:
        """Let the provider fail for good."""

    def sent(self) -> str:
        """Return everything that was sent to the provider so far, as text."""

    def finish(self, builder: Builder, handle: Handle) -> BuildOutcome:
        """Collect until there is an outcome, letting the agent work meanwhile."""


def collected(builder: Builder, handle: Handle) -> BuildOutcome:
    outcome = builder.collect(handle)
    assert not isinstance(outcome, Pending)
    return outcome


@dataclass
class ModelSite:
    """The kinds whose model is the scripted one."""

    bench: Bench
    kind: str
    seconds: float = 2.0

    @property
    def folder(self) -> Path:
        return self.bench.tree

    def endpoint(self) -> ModelEndpoint:
        if self.kind != "local":
            return self.bench.endpoint()
        free = {"input_usd_per_mtok": Decimal(0), "output_usd_per_mtok": Decimal(0)}
        return self.bench.endpoint(tier="local-builder", model="local-builder", **free)

    def builder(self, clean: Callable[[str], str] = str) -> Builder:
        endpoint = self.endpoint()
        endpoints, sandbox = {endpoint.tier: endpoint}, self.bench.sandbox
        if self.kind != "command":
            return AgentBuilder(endpoints, sandbox, clean)
        folder = self.bench.tree.parent / "programs"
        folder.mkdir(exist_ok=True)
        folder.parent.chmod(0o755)
        (folder / PROGRAM.name).write_text(PROGRAM.read_text())
        line = CommandLine(f"python3 {folder / PROGRAM.name}", programs=(folder,))
        return CommandBuilder("agent", line, endpoints, sandbox, clean)

    def commission(self, **changes: Any) -> Commission:
        return commission_for(**{"tier": self.endpoint().tier, **changes})

    def tree(self) -> Tree:
        return Tree(self.bench.tree, Base("main", "0" * 40), self.bench.tree.parent / "git")

    def plan(self, text: str = "Added hello.txt.") -> None:
        self.bench.script(script(text=text, calls_as="fence" if self.kind == "local" else ""))

    def hang(self) -> None:
        self.bench.script(script("sleep 30", calls_as="fence" if self.kind == "local" else ""))

    def refuse_key(self) -> None:
        number = 401 if self.kind == "local" else "invalid_api_key"
        self._fault(status=401, error_type="invalid_request_error", error_code=number)

    def break_down(self) -> None:
        self._fault(status=500, error_code=500 if self.kind == "local" else None)

    def sent(self) -> str:
        return json.dumps(self.bench.requests(), ensure_ascii=False)

    def finish(self, builder: Builder, handle: Handle) -> BuildOutcome:
        return collected(builder, handle)

    def _fault(self, **fields: Any) -> None:
        self.plan()
        self.bench.model.model.faults.add(Fault(times=20, **fields))


@dataclass
class CopilotSite:
    """GitHub's agent beside a forge, and a worker's git."""

    running: RunningForge
    agent: Copilot
    workspace: GitWorkspace
    repository: Repository
    number: int
    seconds: float = 0.2
    text: str = "Added hello.txt."
    files: dict[str, str | None] = field(default_factory=lambda: dict[str, str | None](GREETING))
    state: str = "completed"
    usage: dict[str, Any] | None = None
    _tree: Tree | None = None

    @property
    def folder(self) -> Path:
        return self.tree().path

    def hub(self) -> CopilotOnGitHub:
        client = connect(GitHubAccess(self.running.url, token=TOKEN), pace=Pace.unhurried())
        return CopilotOnGitHub(Wire(client, Patience(attempts=1), Pacer(Pace.unhurried())))

    def builder(self, clean: Callable[[str], str] = str) -> CopilotBuilder:
        def take_in(repository: Repository, tree: Tree, sha: str) -> tuple[str, ...]:
            return adopt(self.workspace, repository, tree, sha)

        return CopilotBuilder("copilot", self.hub(), take_in, clean)

    def commission(self, **changes: Any) -> Commission:
        return commission_for(**{"number": self.number, "repository": self.repository, **changes})

    def tree(self) -> Tree:
        if self._tree is None:
            sha = self.workspace.refresh(self.repository)
            base = Base(self.repository.default_branch, sha)
            self._tree = self.workspace.open_tree(self.repository, base, "build")
        return self._tree

    def plan(self, text: str = "Added hello.txt.") -> None:
        forge = self.running.forge
        forge.edit_issue(forge.issue("acme/pantry", self.number), "ann", title=text)

    def hang(self) -> None:
        self.state = "in_progress"

    def refuse_key(self) -> None:
        self.running.forge.world.tokens.clear()

    def break_down(self) -> None:
        self.state = "failed"

    def sent(self) -> str:
        entries = [entry for entry in self.running.requests() if "/assignees" in entry.path]
        return json.dumps([entry.body for entry in entries])

    def finish(self, builder: Builder, handle: Handle) -> BuildOutcome:
        assert isinstance(builder.collect(handle), Pending)
        self.agent.work(self.files, self.state, self.usage)
        return collected(builder, handle)


@contextmanager
def copilot_site() -> Iterator[CopilotSite]:
    """Return a repository with one issue, on a forge with the agent."""
    with tempfile.TemporaryDirectory(prefix="overnight-copilot-") as folder:
        home, scene = Path(folder, "home"), Path(folder, "scene")
        scene.mkdir()
        (scene / "README.md").write_text("Pantry\n")
        with Forge(Path(folder, "forge")) as forge, running_copilot(forge) as (running, agent):
            forge.allow(TOKEN, "night-owl", "write")
            forge.create_repository("acme", "pantry", scene)
            issue = forge.create_issue("acme/pantry", "Add a greeting", "Please.", author="ann")
            client = connect(GitHubAccess(running.url, token=TOKEN), pace=Pace.unhurried())
            repository = GitHubTracker(client).repository("acme", "pantry")
            storage = ObjectStorage(f"file://{folder}/storage")
            workspace = GitWorkspace(home, storage, RemoteAccess(token=TOKEN))
            yield CopilotSite(running, agent, workspace, repository, issue.number)
