"""Labels: created when missing, changed only where needed."""

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import Forbidden


@pytest.fixture
def issue(forge):
    return forge.forge.create_issue("acme/pantry", "An issue", labels=["Build", "overnight: blocked"])


def labels(forge, issue):
    return set(forge.forge.fresh(issue).labels)


def defined(forge):
    return forge.forge.world.store.labels.where("repository", forge.forge.repository("acme/pantry").id)


def writes(forge):
    return [(entry.method, entry.path) for entry in forge.requests() if entry.method in ("POST", "DELETE")]


def test_labels_are_added_and_removed(forge, writer, pantry, issue):
    writer.put_labels(pantry, 1, ["overnight: failed"], ["overnight: blocked"])
    assert labels(forge, issue) == {"Build", "overnight: failed"}


def test_what_is_so_already_costs_no_write(forge, writer, pantry, issue):
    forge.forge.journal.clear()
    writer.put_labels(pantry, 1, ["build"], ["never there"])
    writer.put_labels(pantry, 1, [], [])
    assert writes(forge) == []


def test_a_name_may_hold_anything(forge, writer, pantry, issue):
    name = "überraschung/50% ?#&"
    writer.put_labels(pantry, 1, [name], [])
    assert name in labels(forge, issue)
    writer.put_labels(pantry, 1, [], [name])
    assert name not in labels(forge, issue)


def test_a_label_that_github_does_not_know_is_created_first(forge, writer, pantry, issue):
    forge.order(
        Fault("/issues/1/labels$", method="POST", status=422, body={"message": "Label does not exist"})
    )
    writer.put_labels(pantry, 1, ["overnight: failed"], [])
    assert "overnight: failed" in labels(forge, issue)


def test_another_reason_for_a_422_is_told(forge, writer, pantry, issue):
    fault = Fault("/issues/1/labels$", method="POST", status=422, times=9, body={"message": "No"})
    forge.order(fault)
    with pytest.raises(Forbidden, match="422"):
        writer.put_labels(pantry, 1, ["build", "overnight: blocked", "x"], [])


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_lost_answer_is_no_harm(method, forge, writer, pantry, issue):
    forge.order(Fault("/issues/1/labels", method=method, when="after", reset=True))
    writer.put_labels(pantry, 1, ["overnight: failed"], ["overnight: blocked"])
    assert labels(forge, issue) == {"Build", "overnight: failed"}


def test_a_label_somebody_else_removed_meanwhile_is_removed(forge, writer, pantry, issue):
    fault = Fault("/labels/", method="DELETE", status=404, body={"message": "Label does not exist"})
    forge.order(fault)
    writer.put_labels(pantry, 1, [], ["overnight: blocked"])


def test_missing_definitions_are_created_and_counted(forge, writer, pantry):
    forge.forge.create_label("acme/pantry", "Overnight: OK", "ffffff")
    wanted = {
        "overnight: ok": ("00ff00", "a"),
        "overnight: skip": ("#5319e7", "b" * 200),
        "overnight: stop": ("", ""),
    }
    assert writer.put_label_definitions(pantry, wanted) == 2
    made = {label.name: label for label in defined(forge)}
    assert made["Overnight: OK"].color == "ffffff"
    assert (made["overnight: skip"].color, made["overnight: skip"].description) == ("5319e7", "b" * 100)
    assert writer.put_label_definitions(pantry, wanted) == 0


def test_a_definition_whose_answer_was_lost_is_not_made_twice(forge, writer, pantry):
    forge.order(Fault("/labels$", method="POST", when="after", status=502))
    writer.put_label_definitions(pantry, {"overnight: ok": ("00ff00", "")})
    assert [label.name for label in defined(forge)].count("overnight: ok") == 1


def test_a_definition_that_somebody_made_meanwhile_is_fine_and_any_other_422_is_not(forge, writer, pantry):
    exists = {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
    forge.order(Fault("/labels$", method="POST", when="after", status=422, body=exists))
    assert writer.put_label_definitions(pantry, {"overnight: ok": ("00ff00", "")}) == 1
    forge.order(Fault("/labels$", method="POST", status=422, body={"message": "color is invalid"}))
    with pytest.raises(Forbidden, match="color is invalid"):
        writer.put_label_definitions(pantry, {"overnight: odd": ("zzz", "")})
