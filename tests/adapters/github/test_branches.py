"""A branch of ours that nobody needs any more is deleted; one that moved on or is needed is not."""

from demo.forge import Fault

from .pushing import push

JOINT = "overnight/base-of-3"


def branches(forge):
    return {name.removeprefix("refs/heads/") for name in forge.forge.bare("acme/pantry").refs()}


def test_it_is_deleted_once_also_when_the_answer_is_lost(forge, writer, pantry):
    sha = push(forge, JOINT)
    forge.order(Fault("/git/refs/", "DELETE", when="after", status=502))
    for _ in range(2):
        writer.delete_branch(pantry, JOINT, sha)
    assert JOINT not in branches(forge)
    assert len(forge.requests("DELETE")) == 1


def test_one_that_moved_on_stays(forge, writer, pantry):
    sha = push(forge, JOINT)
    push(forge, JOINT)
    writer.delete_branch(pantry, JOINT, sha)
    assert JOINT in branches(forge)


def test_one_that_a_pull_request_goes_into_stays(forge, writer, pantry):
    sha = push(forge, JOINT)
    for _ in range(2):  # the first is the very commit that the branch holds
        push(forge, "feature")
    forge.forge.create_pull_request("acme/pantry", "ann", title="Mine", head="feature", base=JOINT)
    writer.delete_branch(pantry, JOINT, sha)
    assert JOINT in branches(forge)


def test_the_default_branch_is_never_deleted(forge, writer, pantry):
    writer.delete_branch(pantry, "main", forge.forge.bare("acme/pantry").branch("main"))
    assert forge.requests("DELETE") == []
