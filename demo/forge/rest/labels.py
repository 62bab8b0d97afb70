"""Labels of a repository and of an issue, and milestones."""

import re
from dataclasses import replace

from ..errors import Refusal, invalid, not_found
from ..issues import add_labels, label_named, remove_label
from ..records import Issue, Label, Milestone
from ..reporting import open_milestone
from ..shapes.issues import label_shape, labels_of, milestone_shape
from .call import Call, Reply, Route, moment, strings


def list_labels(call: Call) -> Reply:
    rows = call.world.store.labels.where("repository", call.repository.id)
    return call.page(rows, lambda label: label_shape(call.world, label))


def get_label(call: Call) -> Reply:
    return Reply(label_shape(call.world, _label(call)))


def create_label(call: Call) -> Reply:
    name = call.text("name", "Label")
    if (call.repository.id, name.lower()) in call.world.store.labels:
        raise invalid("Label", "name", "already_exists")
    color = _color(call, "ededed")
    label = replace(
        label_named(call.world, call.repository.id, name),
        color=color,
        description=call.body.get("description"),
    )
    return Reply(label_shape(call.world, call.world.store.labels.put(label)), 201)


def edit_label(call: Call) -> Reply:
    """Change colour, description or name; a new name follows onto every issue."""
    old = _label(call)
    name = str(call.body.get("new_name", old.name))
    description = call.body.get("description", old.description)
    label = replace(old, name=name, color=_color(call, old.color), description=description)
    store = call.world.store
    if name.lower() != old.name.lower():
        if (old.repository, name.lower()) in store.labels:
            raise invalid("Label", "name", "already_exists")
        store.labels.remove((old.repository, old.name.lower()))
    store.labels.put(label)
    for issue in _wearing(call, old):
        store.issues.put(
            replace(issue, labels=tuple(name if worn == old.name else worn for worn in issue.labels))
        )
    return Reply(label_shape(call.world, label))


def delete_label(call: Call) -> Reply:
    label = _label(call)
    for issue in _wearing(call, label):
        remove_label(call.world, issue, call.actor, label.name)
    call.world.store.labels.remove((label.repository, label.name.lower()))
    return Reply(status=204)


def _label(call: Call) -> Label:
    found = call.world.store.labels.get((call.repository.id, call.params["name"].lower()))
    if found is None:
        raise not_found()
    return found


def _color(call: Call, default: str) -> str:
    color = str(call.body.get("color", default))
    if not re.fullmatch("[0-9a-fA-F]{6}", color):
        raise invalid("Label", "color")
    return color


def _wearing(call: Call, label: Label) -> list[Issue]:
    return [
        i for i in call.world.store.issues.where("repository", label.repository) if label.name in i.labels
    ]


def list_issue_labels(call: Call) -> Reply:
    return call.page(labels_of(call.world, call.issue), lambda shape: shape)


def add_issue_labels(call: Call) -> Reply:
    add_labels(call.world, call.issue, call.actor, _names(call))
    return Reply(labels_of(call.world, call.issue))


def set_issue_labels(call: Call) -> Reply:
    wanted = _names(call)
    for name in call.issue.labels:
        if name not in wanted:
            remove_label(call.world, call.issue, call.actor, name)
    return add_issue_labels(call)


def remove_issue_label(call: Call) -> Reply:
    worn = {name.lower(): name for name in call.issue.labels}
    name = worn.get(call.params["name"].lower())
    if name is None:
        raise Refusal(404, "Label does not exist")
    return Reply(labels_of(call.world, remove_label(call.world, call.issue, call.actor, name)))


def remove_issue_labels(call: Call) -> Reply:
    for name in call.issue.labels:
        remove_label(call.world, call.issue, call.actor, name)
    return Reply(status=204)


def _names(call: Call) -> tuple[str, ...]:
    return strings(call.body.get("labels", []), "Label", "name")


def list_milestones(call: Call) -> Reply:
    state = call.query.get("state", "open")
    rows = [
        m
        for m in call.world.store.milestones.where("repository", call.repository.id)
        if state in ("all", m.state)
    ]
    return call.page(rows, lambda milestone: milestone_shape(call.world, milestone))


def get_milestone(call: Call) -> Reply:
    return Reply(milestone_shape(call.world, _milestone(call)))


def create_milestone(call: Call) -> Reply:
    milestone = open_milestone(
        call.world,
        call.repository,
        call.text("title", "Milestone"),
        creator=call.actor,
        description=call.body.get("description"),
        due_on=moment(call.body.get("due_on"), "Milestone", "due_on"),
        state=call.text("state", "Milestone", "open"),
    )
    return Reply(milestone_shape(call.world, milestone), 201)


def edit_milestone(call: Call) -> Reply:
    fields = {name: call.body[name] for name in ("title", "state", "description") if name in call.body}
    milestone = replace(_milestone(call), **fields, updated_at=call.world.now())
    if "due_on" in call.body:
        milestone = replace(milestone, due_on=moment(call.body["due_on"], "Milestone", "due_on"))
    return Reply(milestone_shape(call.world, call.world.store.milestones.put(milestone)))


def _milestone(call: Call) -> Milestone:
    number = call.params["milestone"]
    found = call.world.store.milestones.get((call.repository.id, int(number) if number.isdigit() else 0))
    if found is None:
        raise not_found()
    return found


_REPO = "/repos/{owner}/{repo}"
_WORN = f"{_REPO}/issues/{{number}}/labels"
ROUTES = (
    Route("GET", f"{_REPO}/labels", list_labels),
    Route("POST", f"{_REPO}/labels", create_label, "write"),
    Route("GET", f"{_REPO}/labels/{{name}}", get_label),
    Route("PATCH", f"{_REPO}/labels/{{name}}", edit_label, "write"),
    Route("DELETE", f"{_REPO}/labels/{{name}}", delete_label, "write"),
    Route("GET", _WORN, list_issue_labels),
    Route("POST", _WORN, add_issue_labels, "triage"),
    Route("PUT", _WORN, set_issue_labels, "triage"),
    Route("DELETE", _WORN, remove_issue_labels, "triage"),
    Route("DELETE", f"{_WORN}/{{name}}", remove_issue_label, "triage"),
    Route("GET", f"{_REPO}/milestones", list_milestones),
    Route("POST", f"{_REPO}/milestones", create_milestone, "write"),
    Route("GET", f"{_REPO}/milestones/{{milestone}}", get_milestone),
    Route("PATCH", f"{_REPO}/milestones/{{milestone}}", edit_milestone, "write"),
)
