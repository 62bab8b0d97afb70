"""An issue's status in a project: added once, moved with our words, and left alone where people moved it."""

from dataclasses import replace

import pytest

from include.overnight.adapters.github.errors import NoPermission
from include.overnight.domain.errors import NotFound
from include.overnight.domain.projects import ProjectField

OPTIONS = ("Todo", "In Progress", "In Review", "Done")
STATUS = ProjectField("acme", 0)


@pytest.fixture
def status(forge):
    number = forge.forge.world.store.next_id()
    forge.forge.add_project("acme", number, OPTIONS)
    return replace(STATUS, number=number)


@pytest.fixture
def issue(forge):
    return forge.forge.create_issue("acme/pantry", "Add jam", "", author="ann")


def said(forge, issue):
    return [item.option for item in forge.forge.in_projects(issue)]


def mutations(forge, name):
    return [entry for entry in forge.requests("POST") if name in str(entry.body)]


def test_an_issue_is_added_once_and_its_status_moves(forge, writer, pantry, issue, status):
    writer.put_project_status(pantry, issue.number, status, "In Progress", "night 1")
    assert said(forge, issue) == ["In Progress"]
    writer.put_project_status(pantry, issue.number, status, "in review", "night 1")
    writer.put_project_status(pantry, issue.number, status, "In Review", "night 2")
    assert said(forge, issue) == ["In Review"]
    assert len(mutations(forge, "addProjectV2ItemById")) == 1
    assert len(mutations(forge, "updateProjectV2ItemFieldValue")) == 2


def test_what_people_archived_stays_as_it_is(forge, writer, pantry, issue, status):
    writer.put_project_status(pantry, issue.number, status, "In Progress", "night 1")
    (item,) = forge.forge.in_projects(issue)
    forge.forge.world.store.project_items.put(replace(item, archived=True))
    writer.put_project_status(pantry, issue.number, status, "In Review", "night 1")
    assert said(forge, issue) == ["In Progress"]


@pytest.mark.parametrize(
    ("changed", "option", "words"),
    [
        ({}, "Blocked", "no option 'Blocked' in its field 'Status'"),
        ({"field": "Stage"}, "Todo", "no single-select field 'Stage'"),
        ({"number": 999}, "Todo", "project acme/999 is not there"),
        ({"owner": "nobody"}, "Todo", "project nobody/"),
    ],
)
def test_what_a_project_lacks_is_named_and_nothing_is_written(
    changed, option, words, forge, writer, pantry, issue, status
):
    with pytest.raises(NotFound, match=words):
        writer.put_project_status(pantry, issue.number, replace(status, **changed), option, "night 1")
    assert said(forge, issue) == []


def test_a_token_without_the_scope_is_told_which_one_it_lacks(forge, writer, pantry, issue):
    number = forge.forge.world.store.next_id()
    forge.forge.add_project("acme", number, OPTIONS, closed_to_tokens=True)
    with pytest.raises(NoPermission, match="read:project"):
        writer.put_project_status(pantry, issue.number, replace(STATUS, number=number), "Todo", "night 1")
