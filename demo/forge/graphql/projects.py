"""Projects (v2): a project's one field, the issues in it, and the two mutations that change them."""

from dataclasses import replace
from typing import Any

from graphql import GraphQLError

from ..errors import Refusal
from ..nodes import parse_node_id
from ..projects import Project, ProjectItem
from ..records import Issue, User
from .connections import Connection, Info, connect
from .queries import asked, resolve_node, unresolved
from .ways import Resolver, attribute, identified

Input = dict[str, Any]
_SCOPES = (
    "Your token has not been granted the required scopes to execute this query. The 'projectV2' field "
    "requires one of the following scopes: ['read:project'], but your token has only been granted the: "
    "['repo'] scopes."
)


def repository_owner(_root: Any, info: Info, *, login: str) -> User | None:
    return asked(info).world.store.users.get(login.lower())


def project_of(owner: User, info: Info, *, number: int) -> Project:
    found = asked(info).world.store.projects.where("owner", owner.login.lower())
    project = next((one for one in found if one.number == number), None)
    if project is None:
        raise unresolved(f"a ProjectV2 with the number {number}")
    if project.closed_to_tokens:
        raise GraphQLError(_SCOPES, extensions={"type": "INSUFFICIENT_SCOPES"})
    return project


def project_items(issue: Issue, info: Info, **bounds: Any) -> Connection[ProjectItem]:
    items = asked(info).world.store.project_items.where("issue", issue.id)
    return connect(info, [item for item in items if bounds["includeArchived"] or not item.archived], bounds)


def _field(project: Project, _info: Info, *, name: str) -> Project | None:
    return project if name.lower() == project.field.lower() else None


def _options(project: Project, _info: Info, *, names: list[str] | None = None) -> list[dict[str, str]]:
    wanted = None if names is None else {name.lower() for name in names}
    shown = [name for name in project.options if wanted is None or name.lower() in wanted]
    return [{"id": _option_id(name), "name": name} for name in shown]


def _option_id(name: str) -> str:
    return name.encode().hex()[:8]


def _project(item: ProjectItem, info: Info) -> Project:
    return asked(info).world.store.projects[item.project]


def _value(item: ProjectItem, info: Info, *, name: str) -> ProjectItem | None:
    return item if item.option and _field(_project(item, info), info, name=name) else None


def _record(info: Info, kind: str, given: str) -> Any:
    found, identifier = parse_node_id(given) or ("", "")
    store = asked(info).world.store
    table: Any = store.project_items if kind == "ProjectItem" else store.projects
    if found != kind or (record := table.get(int(identifier))) is None:
        raise Refusal(404, f"Could not resolve to a node with the global id of '{given}'")
    return record


def _add(_root: Any, info: Info, *, input: Input) -> Input:  # noqa: A002
    """Add an issue once: GitHub answers with the item that is there already."""
    project: Project = _record(info, "Project", input["projectId"])
    issue: Issue = resolve_node(_root, info, id=input["contentId"])
    store = asked(info).world.store
    there = [item for item in store.project_items.where("issue", issue.id) if item.project == project.id]
    item = there[0] if there else store.project_items.put(ProjectItem(store.next_id(), project.id, issue.id))
    return {"item": item, "clientMutationId": input.get("clientMutationId")}


def _update(_root: Any, info: Info, *, input: Input) -> Input:  # noqa: A002
    item: ProjectItem = _record(info, "ProjectItem", input["itemId"])
    project: Project = _record(info, "ProjectField", input["fieldId"])
    named = {_option_id(name): name for name in project.options}
    option = named.get(input["value"].get("singleSelectOptionId") or "")
    if option is None:
        raise Refusal(422, "The single select option Id does not belong to the field")
    if item.archived:
        raise Refusal(422, "The item is archived and cannot be updated")
    changed = asked(info).world.store.project_items.put(replace(item, option=option))
    return {"projectV2Item": changed, "clientMutationId": input.get("clientMutationId")}


PROJECT_MUTATIONS: dict[str, Resolver] = {
    "addProjectV2ItemById": _add,
    "updateProjectV2ItemFieldValue": _update,
}
PROJECT_RESOLVERS: dict[str, dict[str, Resolver]] = {
    "ProjectV2": {"id": identified("Project"), "field": _field},
    "ProjectV2SingleSelectField": {
        "id": identified("ProjectField"), "name": attribute("field"), "options": _options,
    },
    "ProjectV2Item": {
        "id": identified("ProjectItem"),
        "project": _project,
        "isArchived": attribute("archived"),
        "fieldValueByName": _value,
    },
    "ProjectV2ItemFieldSingleSelectValue": {
        "id": identified("ProjectValue"),
        "name": attribute("option"),
        "optionId": lambda item, _info: _option_id(item.option),
    },
}  # fmt: skip
