"""Who said `overnight: ok`, who edited since, and what they are allowed to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...domain.errors import Forbidden
from ...domain.issues import Issue, Repository, Vetting
from .errors import NoPermission
from .graphql import GraphQL
from .queries import vetting_query
from .reading import GHOST, Json, login_of, moment, nodes_of
from .wire import Wire, segment

_MAINTAINERS = frozenset({"admin", "maintain", "write"})
_ROLES = (*_MAINTAINERS, "triage", "read", "none")
_AT_ONCE = 25
_MOST_EDITS = 100


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of title or body."""

    at: datetime
    editor: str


class Permissions:
    """What people may do in a repository, looked up once each."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._known: dict[tuple[str, str], str] = {}

    def of(self, repository: Repository, login: str) -> str:
        """Return admin, maintain, write, triage, read or none; bots and ghosts have none."""
        key = (repository.full_name.lower(), login.lower())
        if key not in self._known:
            self._known[key] = self._look_up(repository, login)
        return self._known[key]

    def _look_up(self, repository: Repository, login: str) -> str:
        # A form or a workflow labels as a bot for whoever asks it to: a bot vouches for nobody.
        if login == GHOST or login.endswith("[bot]"):
            return "none"
        path = f"/repos/{repository.full_name}/collaborators/{segment(login)}/permission"
        try:
            found = self._wire.find(path) or {}
        except (Forbidden, NoPermission):
            return "none"
        role = str(found.get("role_name") or "")
        # A role of the organization's own making is told in `permission` by the nearest built-in one.
        return role if role in _ROLES else str(found.get("permission") or "none")


class Vetter:
    """Completes issues that carry the ok label."""

    def __init__(self, graphql: GraphQL, permissions: Permissions, ok_label: str) -> None:
        self._graphql = graphql
        self._permissions = permissions
        self._ok_label = ok_label.strip().lower()

    def vet(self, repository: Repository, issues: Sequence[Issue]) -> tuple[Issue, ...]:
        """Return the issues; those with the ok label with their vetting and the edit that matters."""
        labelled = [issue.number for issue in issues if self._ok_label in issue.label_names]
        found: dict[int, Issue] = {}
        known = {issue.number: issue for issue in issues}
        for numbers in (labelled[at : at + _AT_ONCE] for at in range(0, len(labelled), _AT_ONCE)):
            for number, node in self._details(repository, numbers):
                found[number] = self._vetted(repository, known[number], node)
        return tuple(found.get(issue.number, issue) for issue in issues)

    def _details(self, repository: Repository, numbers: Sequence[int]) -> Iterator[tuple[int, Json]]:
        names = {"owner": repository.owner, "name": repository.name}
        answer = self._graphql.ask(lambda lacking: vetting_query(numbers, lacking), names)
        for number in numbers:
            if node := (answer.get("repository") or {}).get(f"i{number}"):
                yield number, node

    def _vetted(self, repository: Repository, issue: Issue, node: Json) -> Issue:
        vetting = self._vetting(repository, node)
        edit = self._telling(repository, tuple(_edits(node)), vetting)
        permission = self._permissions.of(repository, edit.editor) if edit else ""
        return replace(
            issue,
            vetting=vetting,
            edited_at=edit.at if edit else None,
            editor=edit.editor if edit else "",
            editor_permission=permission,
        )

    def _vetting(self, repository: Repository, node: Json) -> Vetting | None:
        """Return who set the label last; None when that lies beyond the last 100 labellings."""
        for event in reversed(_events(node, "LabeledEvent")):
            at = moment(event.get("createdAt"))
            if at and str((event.get("label") or {}).get("name", "")).strip().lower() == self._ok_label:
                actor = login_of(event.get("actor"))
                return Vetting(actor, self._permissions.of(repository, actor), at)
        return None

    def _telling(self, repository: Repository, edits: Sequence[Edit], vetting: Vetting | None) -> Edit | None:
        """Return the newest edit that revokes the vetting; without one, the newest edit of all."""
        later = [edit for edit in edits if vetting and edit.at > vetting.at]
        if len(later) >= _MOST_EDITS:
            # More edits than one page shows: whoever made those is not known, so nobody vouches for them.
            return Edit(max(edit.at for edit in later), GHOST)
        revoking = [e for e in later if self._permissions.of(repository, e.editor) not in _MAINTAINERS]
        return max(revoking or edits, key=lambda edit: edit.at, default=None)


def _edits(node: Json) -> Iterator[Edit]:
    """Yield edits of the body (history and last) and of the title."""
    history: Iterable[tuple[Any, Any]] = (
        (node.get("lastEditedAt"), node.get("editor")),
        *((edit.get("editedAt"), edit.get("editor")) for edit in nodes_of(node, "userContentEdits") if edit),
        *((event.get("createdAt"), event.get("actor")) for event in _events(node, "RenamedTitleEvent")),
    )
    for at, editor in history:
        if (when := moment(at)) is not None:
            yield Edit(when, login_of(editor))


def _events(node: Json, kind: str) -> list[Json]:
    return [event for event in nodes_of(node, "timelineItems") if event and event.get("__typename") == kind]
