"""Pull requests of our branches: opened once, updated, and never against a person's decision."""

import pytest

from demo.forge import Fault
from include.overnight.adapters.github.pull_requests import MARK
from include.overnight.domain.errors import Forbidden, NotAuthorized

from .pushing import push

HEAD = "overnight/1-add-x"


@pytest.fixture
def sha(forge):
    return push(forge, HEAD)


def put(writer, pantry, **changes):
    wanted = {"head": HEAD, "base": "main", "title": "Add x", "body": "Closes #1", "draft": False, **changes}
    return writer.put_pull_request(pantry, **wanted)


def posts(forge):
    return [entry for entry in forge.requests("POST") if entry.path.endswith("/pulls")]


def test_a_pull_request_is_opened_with_everything_it_needs(forge, writer, pantry, sha):
    pull = put(writer, pantry, body="hunter2", draft=True)
    assert (pull.number, pull.state, pull.draft, pull.head_sha) == (1, "open", True, sha)
    assert (pull.head_ref, pull.base_ref, pull.author) == (HEAD, "main", "night-owl")
    assert pull.url.endswith("/acme/pantry/pull/1")
    assert pull.node_id
    assert forge.forge.issue("acme/pantry", 1).body == f"{MARK}\n[redacted]"


def test_the_open_one_is_updated_and_its_title_and_draft_state_are_left_to_people(forge, writer, pantry, sha):
    push(forge, "overnight/0-base")
    first = put(writer, pantry, draft=True)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", 1), "ann", title="Add x, better")
    again = put(writer, pantry, body="More", base="overnight/0-base", draft=False)
    assert (again.number, again.base_ref, again.draft) == (first.number, "overnight/0-base", True)
    shown = forge.forge.issue("acme/pantry", 1)
    assert (shown.title, shown.body) == ("Add x, better", f"{MARK}\nMore")


def test_the_same_again_is_no_write(forge, writer, pantry, sha):
    put(writer, pantry)
    forge.forge.journal.clear()
    put(writer, pantry)
    assert {entry.method for entry in forge.requests()} == {"GET"}


@pytest.mark.parametrize("loss", [{"status": 502}, {"reset": True}])
def test_an_answer_lost_after_the_create_opens_no_second_one(loss, forge, writer, pantry, sha):
    forge.order(Fault("/pulls$", method="POST", when="after", **loss))
    assert put(writer, pantry).number == 1
    assert len(forge.forge.pull_requests("acme/pantry")) == 1
    assert len(posts(forge)) == 1


def test_one_that_is_there_although_the_look_missed_it_is_taken(forge, writer, pantry, sha):
    put(writer, pantry)
    forge.order(Fault(r"/pulls\?", method="GET", status=200, body=[]))
    assert put(writer, pantry).number == 1
    assert len(forge.forge.pull_requests("acme/pantry")) == 1


def test_one_that_a_person_closed_is_named_and_not_opened_again(forge, writer, pantry, sha):
    put(writer, pantry)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", 1), "ann", state="closed")
    with pytest.raises(Forbidden, match=r"#1 from overnight/1-add-x was closed by ann"):
        put(writer, pantry)
    assert len(posts(forge)) == 1
    assert put(writer, pantry, anew=True).number == 2


def test_a_persons_token_cannot_tell_its_owners_closing_from_ours(forge, writer, pantry, sha):
    put(writer, pantry)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", 1), "night-owl", state="closed")
    with pytest.raises(Forbidden, match="closed by night-owl"):
        put(writer, pantry)


def test_an_app_may_follow_what_it_closed_itself(forge, client_for, pantry, patience, sha):
    from include.overnight.adapters.github import GitHubWriter, Pace, Pacer

    token = "ghs_12_installation"
    forge.forge.allow(token, "overnight[bot]", "write")
    app = GitHubWriter(
        client_for(forge.url, token), clean=str, pacer=Pacer(Pace.unhurried()), patience=patience
    )
    put(app, pantry)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", 1), "overnight[bot]", state="closed")
    assert put(app, pantry).number == 2


def test_one_that_somebody_else_opened_from_our_branch_is_left_alone(forge, writer, pantry, sha):
    forge.forge.create_pull_request("acme/pantry", "ann", title="Mine", head=HEAD, body="By hand")
    with pytest.raises(Forbidden, match=r"#1 .* is ann's"):
        put(writer, pantry)
    assert forge.forge.issue("acme/pantry", 1).body == "By hand"


def test_one_that_an_earlier_token_of_ours_opened_is_ours(forge, writer, pantry, sha):
    forge.forge.create_pull_request("acme/pantry", "old-owl", title="Ours", head=HEAD, body=f"{MARK}\nText")
    assert put(writer, pantry).number == 1


def test_a_merged_one_is_returned_until_there_is_more_on_the_branch(forge, writer, pantry, sha):
    put(writer, pantry)
    forge.forge.merge(forge.forge.pull_request("acme/pantry", 1), "ann")
    merged = put(writer, pantry)
    assert (merged.number, merged.merged, merged.state) == (1, True, "closed")
    push(forge, HEAD)
    assert put(writer, pantry).number == 2


def test_a_branch_without_commits_is_refused_with_githubs_reason(forge, writer, pantry):
    bare = forge.forge.bare("acme/pantry")
    bare.update_branch(HEAD, bare.branch("main"))
    with pytest.raises(Forbidden, match=r"422.*No commits between"):
        put(writer, pantry)


def test_where_drafts_are_not_to_be_had_a_normal_one_is_opened(forge, writer, pantry, sha):
    body = {"message": "Draft pull requests are not supported in this repository."}
    forge.order(Fault("/pulls$", method="POST", status=422, body=body))
    assert put(writer, pantry, draft=True).draft is False


def test_a_missing_permission_names_the_permissions(forge, writer, pantry, sha):
    body = {"message": "Resource not accessible by personal access token"}
    forge.order(Fault("/pulls$", method="POST", status=403, body=body))
    with pytest.raises(NotAuthorized, match="contents, issues and pull requests"):
        put(writer, pantry)


def test_an_archived_repository_takes_no_pull_request(forge, writer, pantry, sha):
    forge.forge.change_repository("acme/pantry", archived=True)
    with pytest.raises(Forbidden, match="archived"):
        put(writer, pantry)
