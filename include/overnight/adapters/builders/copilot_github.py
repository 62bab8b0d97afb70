"""What the builder `copilot` asks of GitHub and writes there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...domain.agents import AGENT, is_agent
from ...domain.errors import Forbidden, NotAuthorized, NotFound, SettingsError
from ...domain.issues import Repository
from ..github.graphql import GraphQL
from ..github.identity import own_login
from ..github.markers import hidden_mark, is_marked, marked
from ..github.wire import Wire, segment
from .copilot_tasks import Task, is_about, read_task

ACTORS = """
query Actors($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    suggestedActors(capabilities: [CAN_BE_ASSIGNED], first: 100) { nodes { __typename login } }
  }
}
"""
CLOSERS = """
query Closers($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      closedByPullRequestsReferences(first: 100, includeClosedPrs: true) {
        nodes { number author { login } repository { id } }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class AgentPull:
    """A pull request of the agent's."""

    number: int
    id: int
    url: str
    state: str
    draft: bool
    merged: bool
    branch: str
    head_sha: str
    created_at: str = ""
    title: str = ""
    body: str = ""

    @property
    def open(self) -> bool:
        return self.state == "open"


class CopilotOnGitHub:
    """One connection, of a user's token: GitHub lets no App's installation assign its agent.

    :param wire: whose writes keep the pace of all others.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._graphql = GraphQL(self._wire)

    def may_be_assigned(self, repository: Repository) -> bool:
        """Whether the agent is enabled in the repository, for whom the token belongs to."""
        variables = {"owner": repository.owner, "name": repository.name}
        try:
            told = self._graphql.ask(lambda _lacking: ACTORS, variables)
        except SettingsError:  # a GitHub server that has never heard of it
            return False
        actors = ((told.get("repository") or {}).get("suggestedActors") or {}).get("nodes") or ()
        return any(_is_agent(actor) for actor in actors if actor)

    def is_assigned(self, repository: Repository, number: int) -> bool:
        """Whether the agent is among an issue's assignees."""
        told = self._wire.get(f"/repos/{repository.full_name}/issues/{number}")
        return any(_is_agent(one) for one in told.get("assignees") or ())

    def assign(self, repository: Repository, number: int, assignment: Mapping[str, str]) -> str:
        """Assign an issue to the agent beside its other assignees; return GitHub's time of it.

        :raises Forbidden: GitHub took the request and did not assign the agent.
        """
        path = f"/repos/{repository.full_name}/issues/{number}/assignees"
        body = {"assignees": [AGENT], "agent_assignment": dict(assignment)}
        told = self._wire.write("POST", path, body)
        if not isinstance(told, dict) or not any(_is_agent(one) for one in told.get("assignees") or ()):
            raise Forbidden(f"GitHub did not assign Copilot to issue #{number}, and does not say why")
        return str(told.get("updated_at") or "")

    def unassign(self, repository: Repository, number: int) -> None:
        """Take the agent off an issue, so that it can be assigned anew."""
        path = f"/repos/{repository.full_name}/issues/{number}/assignees"
        self._wire.write("DELETE", path, {"assignees": [AGENT]})

    def close(self, repository: Repository, number: int) -> None:
        """Close a pull request without merging it."""
        self._wire.write("PATCH", f"/repos/{repository.full_name}/pulls/{number}", {"state": "closed"})

    def pulls_for(self, repository: Repository, number: int) -> tuple[AgentPull, ...]:
        """Return the agent's pull requests that promise to close an issue, oldest first."""
        variables = {"owner": repository.owner, "name": repository.name, "number": number}
        told = self._graphql.ask(lambda _lacking: CLOSERS, variables)
        issue = (told.get("repository") or {}).get("issue") or {}
        nodes = (issue.get("closedByPullRequestsReferences") or {}).get("nodes") or ()
        numbers = [
            int(node["number"])
            for node in nodes
            if node
            and _is_agent(node.get("author"))
            and (node.get("repository") or {}).get("id") == repository.node_id
        ]
        return tuple(self.pull(repository, number) for number in sorted(numbers))

    def pull(self, repository: Repository, number: int) -> AgentPull:
        """Return one pull request."""
        told = self._wire.get(f"/repos/{repository.full_name}/pulls/{number}")
        head = told.get("head") or {}
        return AgentPull(
            number=number,
            id=int(told.get("id") or 0),
            url=str(told.get("html_url") or ""),
            state=str(told.get("state") or ""),
            draft=bool(told.get("draft")),
            merged=bool(told.get("merged_at")),
            branch=str(head.get("ref") or ""),
            head_sha=str(head.get("sha") or ""),
            created_at=str(told.get("created_at") or ""),
            title=str(told.get("title") or ""),
            body=str(told.get("body") or ""),
        )

    def task_of(self, repository: Repository, pull: AgentPull) -> Task | None:
        """Return the agent's task behind a pull request; None where the token may not see tasks."""
        path = f"/agents/repos/{repository.full_name}/tasks"
        with suppress(NotFound, NotAuthorized, Forbidden):
            listed = self._wire.get(path, per_page=100).get("tasks") or ()
            for told in listed:
                if isinstance(told, dict) and is_about(told, pull.id, pull.branch):
                    return read_task(self._wire.get(f"{path}/{segment(str(told['id']))}"))
        return None

    def comment(self, repository: Repository, number: int, name: str, text: str) -> str:
        """Say something once on a pull request; return GitHub's time of it."""
        path, mark = f"/repos/{repository.full_name}/issues/{number}/comments", hidden_mark(name)
        login = own_login(self._wire)
        for known in self._wire.pages(path):
            author = str((known.get("user") or {}).get("login") or "")
            if author.lower() == login.lower() and is_marked(known.get("body"), mark):
                return str(known.get("created_at") or "")
        return str(self._wire.write("POST", path, {"body": marked(text, mark)}).get("created_at") or "")


def _is_agent(actor: Any) -> bool:
    return isinstance(actor, dict) and is_agent(str(actor.get("login") or ""))
