"""What a repository is called now, and what guards its default branch."""

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import NotFound

from .answering import Asked, Say, answering


def test_a_repository_is_known_by_node_id_branch_and_head(forge, tracker):
    found = tracker.repository("ACME", "Pantry")
    assert found.full_name == "acme/pantry"
    assert found.default_branch == "main"
    assert found.head_sha == forge.forge.bare("acme/pantry").branch("main")
    assert found.node_id
    assert found.clone_url.endswith("/acme/pantry.git")
    assert not found.archived
    assert not found.protected


def test_a_renamed_repository_is_found_under_its_new_name(forge, tracker):
    before = tracker.repository("acme", "pantry")
    forge.forge.rename_repository("acme/pantry", "larder")
    after = tracker.repository("acme", "pantry")
    assert (after.full_name, after.node_id) == ("acme/larder", before.node_id)


def test_a_repository_that_is_not_there_is_not_found(tracker):
    with pytest.raises(NotFound, match=r"/repos/acme/nowhere.*token may not see it"):
        tracker.repository("acme", "nowhere")


def test_an_archived_repository_says_so(forge, tracker):
    forge.forge.change_repository("acme/pantry", archived=True)
    assert tracker.repository("acme", "pantry").archived


@pytest.mark.parametrize(
    ("protection", "expected"),
    [({"contexts": ["ci"]}, True), ({"approvals": 1}, True), ({}, False)],
)
def test_required_checks_or_reviews_protect_a_branch_and_nothing_else_does(
    protection, expected, forge, tracker
):
    forge.forge.add_collaborator("acme/pantry", "night-owl", "admin")
    forge.forge.allow("ghp_test0000000000000000000000000000000000", "night-owl", "admin")
    forge.forge.protect("acme/pantry", "main", **protection)
    assert tracker.repository("acme", "pantry").protected is expected


def test_an_empty_repository_has_no_head(forge, tracker):
    forge.order(Fault("/branches/main", status=404, body={"message": "Branch not found"}))
    assert tracker.repository("acme", "pantry").head_sha is None


def test_a_ruleset_protects_where_the_settings_are_hidden(client_for, patience):
    from include.overnight.adapters.github.repositories import read_repository
    from include.overnight.adapters.github.wire import Wire

    def answer(asked: Asked) -> Say:
        if asked.path.endswith("/protection"):
            return Say({"message": "Resource not accessible by integration"}, 403)
        if "/rules/" in asked.path:
            return Say([{"type": "deletion"}, {"type": "pull_request"}])
        if "/branches/" in asked.path:
            return Say({"commit": {"sha": "a" * 40}, "protected": True, "protection": {"enabled": False}})
        return Say({"full_name": "acme/pantry", "node_id": "R_1", "default_branch": "release/1"})

    with answering(answer) as server:
        assert read_repository(Wire(client_for(server.url), patience), "acme", "pantry").protected
    assert any("/branches/release%2F1" in asked.path for asked in server.asked)
