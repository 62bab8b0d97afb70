"""Git over HTTP: who may fetch and push, and what a protected branch says."""

from .conftest import HOME


def test_a_writer_clones_and_pushes_a_branch(running, clone):
    assert clone().push("work", "a.txt", "a\n").returncode == 0
    assert running.forge.bare(HOME).branch("work")


def test_a_reader_clones_but_may_not_push(running, clone):
    reader = clone("reader-token")
    assert (reader.folder / "README.md").exists()
    assert "403" in reader.push("work", "a.txt", "a\n").stderr
    assert running.forge.bare(HOME).branch("work") is None


def test_a_protected_branch_takes_no_push(running, clone):
    running.forge.protect(HOME, "main")
    before = running.forge.bare(HOME).branch("main")
    refused = clone().push("main", "a.txt", "a\n")
    assert "GH006: Protected branch update failed for refs/heads/main" in refused.stderr
    assert running.forge.bare(HOME).branch("main") == before


def test_a_private_repository_is_cloned_by_a_good_token_alone(running, clone):
    running.forge.change_repository(HOME, private=True)
    assert (clone().folder / "README.md").exists()
    stranger = clone("nobody")
    assert not (stranger.folder / "README.md").exists()


def test_a_push_of_a_merge_by_hand_marks_the_pull_request_merged(running, ask, clone):
    ours = clone()
    ours.push("work", "a.txt", "a\n")
    ask("POST", "pulls", {"title": "Work", "head": "work", "base": "main"})
    ours.git("checkout", "--quiet", "main")
    ours.git("merge", "--quiet", "--no-ff", "-m", "By hand", "work")
    assert ours.git("push", "--quiet", "origin", "main").returncode == 0
    assert ask("GET", "pulls/1").json()["merged"] is True


def test_the_first_commit_is_the_same_on_every_forge(running, tree):
    other = running.forge.create_repository("acme", "copy", tree=tree)
    assert running.forge.bare(other.full_name).branch("main") == running.forge.bare(HOME).branch("main")
