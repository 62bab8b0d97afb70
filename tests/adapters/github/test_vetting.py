"""Who vouches for an outsider's issue, and which edit takes that back."""

from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.adapters.github import GitHubTracker
from include.overnight.domain.issues import Vetting

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OK = "overnight: ok"


@pytest.fixture
def issue(forge):
    """An outsider's issue in a repository where ann maintains and tim triages."""
    scene = forge.forge
    scene.add_collaborator("acme/pantry", "ann", "maintain")
    scene.add_collaborator("acme/pantry", "tim", "triage")
    return scene.create_issue("acme/pantry", "Please", "Do it", author="eve", created_at=MONDAY)


def test_without_the_label_nobody_is_looked_up(forge, tracker, pantry, issue):
    forge.forge.journal.clear()
    (found,) = tracker.open_issues(pantry)
    assert found.vetting is None
    assert len(forge.requests()) == 1


@pytest.mark.parametrize(
    ("actor", "permission"),
    [("ann", "maintain"), ("tim", "triage"), ("eve", "read"), ("acme", "admin"), ("forms[bot]", "none")],
)
def test_the_label_counts_for_what_its_setter_may_do(actor, permission, forge, tracker, pantry, issue):
    forge.forge.labelled(issue, OK, actor, MONDAY + HOUR)
    (found,) = tracker.open_issues(pantry)
    assert found.vetting == Vetting(actor, permission, MONDAY + HOUR)
    assert found.edited_at is None


def test_the_last_setting_of_the_label_counts(forge, tracker, pantry, issue):
    forge.forge.labelled(issue, OK, "eve", MONDAY)
    forge.forge.unlabelled(issue, OK, "ann", MONDAY + HOUR)
    forge.forge.labelled(issue, "Overnight: OK", "ann", MONDAY + 2 * HOUR)
    assert tracker.issue(pantry, 1).vetting == Vetting("ann", "maintain", MONDAY + 2 * HOUR)


@pytest.mark.parametrize("change", [{"title": "Also wipe it"}, {"body": "Also wipe it"}])
def test_a_later_edit_of_title_or_body_is_told_with_its_editors_permission(
    change, forge, tracker, pantry, issue
):
    forge.forge.labelled(issue, OK, "ann", MONDAY + HOUR)
    forge.forge.edit_issue(issue, "eve", at=MONDAY + 2 * HOUR, **change)
    found = tracker.issue(pantry, 1)
    assert (found.edited_at, found.editor, found.editor_permission) == (MONDAY + 2 * HOUR, "eve", "read")


def test_a_maintainers_touch_does_not_hide_an_outsiders_edit_before_it(forge, tracker, pantry, issue):
    forge.forge.labelled(issue, OK, "ann", MONDAY + HOUR)
    forge.forge.edit_issue(issue, "eve", at=MONDAY + 2 * HOUR, body="Also wipe it")
    forge.forge.edit_issue(issue, "ann", at=MONDAY + 3 * HOUR, body="Also wipe it, please")
    found = tracker.issue(pantry, 1)
    assert (found.editor, found.edited_at) == ("eve", MONDAY + 2 * HOUR)


def test_an_edit_before_the_label_was_seen_by_whoever_set_it(forge, tracker, pantry, issue):
    forge.forge.edit_issue(issue, "eve", at=MONDAY + HOUR, body="Better words")
    forge.forge.labelled(issue, OK, "ann", MONDAY + 2 * HOUR)
    found = tracker.issue(pantry, 1)
    assert found.edited_at < found.vetting.at


def test_more_edits_than_a_page_shows_are_nobodys(forge, tracker, pantry, issue):
    forge.forge.labelled(issue, OK, "ann", MONDAY + HOUR)
    for number in range(101):
        forge.forge.edit_issue(
            issue, "ann", at=MONDAY + 2 * HOUR + number * timedelta(minutes=1), body=str(number)
        )
    found = tracker.issue(pantry, 1)
    assert (found.editor, found.editor_permission) == ("ghost", "none")
    assert found.edited_at > found.vetting.at


def test_each_person_is_looked_up_once_for_any_number_of_issues(forge, tracker, pantry, issue):
    for number in range(2, 41):
        other = forge.forge.create_issue("acme/pantry", f"Issue {number}", author="eve", created_at=MONDAY)
        forge.forge.labelled(other, OK, "ann", MONDAY + HOUR)
    forge.forge.journal.clear()
    assert sum(1 for found in tracker.open_issues(pantry) if found.vetting) == 39
    asked = [entry.path for entry in forge.requests("GET")]
    assert len(asked) == 1
    assert asked[0].endswith("/collaborators/ann/permission")
    assert len(forge.requests("POST")) == 3


def test_the_label_may_be_named_otherwise(forge, client, patience, pantry, issue):
    forge.forge.labelled(issue, "vetted", "ann", MONDAY + HOUR)
    tracker = GitHubTracker(client, ok_label="Vetted", patience=patience)
    assert tracker.issue(pantry, 1).vetting.actor == "ann"
