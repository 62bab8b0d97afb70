"""An issue's status in a GitHub project (v2): looked up first, written where it differs."""

from __future__ import annotations

from typing import Any

from ...domain.errors import NotFound
from ...domain.issues import Repository
from ...domain.projects import ProjectField
from .graphql import Answer, GraphQL

_FIELD = """
  repositoryOwner(login: $owner) {
    ... on ProjectV2Owner {
      projectV2(number: $project) {
        id
        field(name: $field) { ... on ProjectV2SingleSelectField { id options { id name } } }
      }
    }
  }
"""
PROJECT = f"query($owner: String!, $project: Int!, $field: String!) {{ {_FIELD} }}"
ITEM = f"""
query($owner: String!, $project: Int!, $field: String!, $repository: ID!, $issue: Int!) {{
  {_FIELD}
  node(id: $repository) {{
    ... on Repository {{
      issue(number: $issue) {{
        id
        projectItems(first: 50, includeArchived: true) {{
          nodes {{
            id
            isArchived
            project {{ id }}
            fieldValueByName(name: $field) {{ ... on ProjectV2ItemFieldSingleSelectValue {{ optionId }} }}
          }}
        }}
      }}
    }}
  }}
}}
"""
ADD_ITEM = """
mutation($project: ID!, $issue: ID!) {
  addProjectV2ItemById(input: {projectId: $project, contentId: $issue}) { item { id } }
}
"""
SET_OPTION = """
mutation($project: ID!, $item: ID!, $field: ID!, $option: String!) {
  updateProjectV2ItemFieldValue(
    input: {projectId: $project, itemId: $item, fieldId: $field, value: {singleSelectOptionId: $option}}
  ) { projectV2Item { id } }
}
"""


def put_project_status(
    graphql: GraphQL, repository: Repository, number: int, status: ProjectField, option: str
) -> None:
    """Put an issue into the project if it is not there, and its field on the option.

    What stands so already costs no write, and what people archived stays so.

    :raises NotFound: there is no such project, field, option or issue, or the token may not see it.
    """
    asked = {"repository": repository.node_id, "issue": number}
    answer = graphql.ask_once(lambda _lacking: ITEM, {**_asked(status), **asked})
    project = _project(answer, status)
    chosen = _options(project, status).get(option.lower())
    if chosen is None:
        raise NotFound(f"project {status.place} has no option {option!r} in its field {status.field!r}")
    issue = (answer.get("node") or {}).get("issue")
    if issue is None:
        raise NotFound(f"#{number} is no issue of {repository.full_name}, or the token may not see it")
    item = _item(issue, project["id"])
    if item is None:
        made = graphql.mutate(ADD_ITEM, {"project": project["id"], "issue": issue["id"]})
        item = made["addProjectV2ItemById"]["item"]
    elif item["isArchived"] or (item["fieldValueByName"] or {}).get("optionId") == chosen:
        return
    field = project["field"]["id"]
    graphql.mutate(
        SET_OPTION, {"project": project["id"], "item": item["id"], "field": field, "option": chosen}
    )


def lacking_options(graphql: GraphQL, status: ProjectField) -> tuple[str, ...]:
    """Return the options that we would set and the project has not; NotFound as above."""
    project = _project(graphql.ask(lambda _lacking: PROJECT, _asked(status)), status)
    known = _options(project, status)
    return tuple(option for option in status.options if option.lower() not in known)


def _asked(status: ProjectField) -> dict[str, Any]:
    return {"owner": status.owner, "project": status.number, "field": status.field}


def _project(answer: Answer, status: ProjectField) -> dict[str, Any]:
    found = (answer.get("repositoryOwner") or {}).get("projectV2")
    if not found:
        raise NotFound(f"project {status.place} is not there, or the token may not see it")
    return dict(found)


def _options(project: dict[str, Any], status: ProjectField) -> dict[str, str]:
    """Return option in lower case → its id."""
    field = project["field"]
    if not field:
        raise NotFound(f"project {status.place} has no single-select field {status.field!r}")
    return {str(option["name"]).lower(): str(option["id"]) for option in field["options"]}


def _item(issue: dict[str, Any], project: str) -> dict[str, Any] | None:
    items = issue["projectItems"]["nodes"] or ()
    return next((item for item in items if item and item["project"]["id"] == project), None)
