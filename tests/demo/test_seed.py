"""The scene that the demo and the end-to-end tests play in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.forge.forge import Forge
from demo.seed import PULL, REPOSITORY, SCRIPTS, TREE, read_issues, seed

ISSUES = {issue.number: issue for issue in read_issues()}
ALLOWED = {"OWNER", "MEMBER", "COLLABORATOR"}
SKIP = "overnight: skip"


@pytest.fixture
def forge(tmp_path: Path):
    with Forge(tmp_path / "forge") as forge:
        seed(forge)
        yield forge


def test_the_repository_holds_the_sample_tree(forge):
    bare = forge.bare(REPOSITORY)
    stored = set(bare.git("ls-tree", "-r", "--name-only", "main").stdout.splitlines())
    files = {path.relative_to(TREE).as_posix() for path in TREE.rglob("*") if path.is_file()}
    assert {path for path in stored if "__pycache__" not in path} == {
        path for path in files if "__pycache__" not in path
    }
    assert {".overnight.yml", ".github/workflows/ci.yml", "AGENTS.md"} <= stored


def test_every_issue_is_there_as_its_file_tells_it(forge):
    for number, told in ISSUES.items():
        issue = forge.issue(REPOSITORY, number)
        assert (issue.title, issue.body, issue.author) == (told.title, told.body, told.author)
        assert (issue.association, issue.created_at) == (told.association, told.created)
        assert set(issue.labels) == set(told.labels)
        assert issue.state == "open"
    assert len(forge.issues(REPOSITORY)) == len(ISSUES) + 1


def test_a_persons_pull_request_covers_one_issue(forge):
    pull = forge.pull_request(REPOSITORY, PULL.number)
    assert (pull.head, pull.base, pull.draft) == (PULL.branch, "main", False)
    assert "Closes #20" in forge.fresh(pull).body
    (change,) = forge.bare(REPOSITORY).changes("main", PULL.branch)
    assert (change.path, change.additions, change.deletions) == (PULL.path, 1, 1)


def test_the_default_branch_and_the_pull_requests_commit_are_the_same_each_time(tmp_path):
    heads = []
    for name in ("one", "two"):
        with Forge(tmp_path / name) as forge:
            seed(forge)
            heads.append((forge.bare(REPOSITORY).branch("main"), forge.bare(REPOSITORY).branch(PULL.branch)))
    assert heads[0] == heads[1]


def test_seeding_again_changes_nothing_even_after_a_restart(tmp_path):
    with Forge(tmp_path / "forge") as forge:
        seed(forge)
        forge.edit_issue(forge.issue(REPOSITORY, 8), "acme-mara", state="closed")
        before = len(forge.issues(REPOSITORY))
    with Forge(tmp_path / "forge") as forge:
        seed(forge)
        assert len(forge.issues(REPOSITORY)) == before
        assert forge.issue(REPOSITORY, 8).state == "closed"


def test_people_have_the_permissions_their_association_says(forge):
    members = forge.repository(REPOSITORY).collaborators
    trusted = {issue.author for issue in ISSUES.values() if issue.association in ALLOWED}
    assert trusted == set(members)


def test_every_issue_that_may_be_built_has_a_script_and_no_other_needs_one():
    outside = {5, 6, 8, 19, 20}
    assert {number for number in ISSUES if not (SCRIPTS / f"{number:03d}.toml").exists()} == outside
    assert SKIP in ISSUES[8].labels
    assert ISSUES[19].association not in ALLOWED


def test_the_chain_is_told_once_in_text_and_once_natively():
    assert "Depends on #2" in ISSUES[3].body
    assert ISSUES[4].blocked_by == (3,)
    assert ISSUES[1].sub_issues == (2, 3, 4)


def test_two_issues_wait_for_each_other_and_one_for_an_issue_outside_the_plan():
    assert "Blocked by #6" in ISSUES[5].body
    assert "Blocked by #5" in ISSUES[6].body
    assert "Depends on #8" in ISSUES[7].body


def test_every_sequence_type_has_an_issue_by_label_or_by_words():
    labels = {label for issue in ISSUES.values() for label in issue.labels}
    assert {"architecture", "memory", "governance", "build", "self-evolution"} <= labels
    assert not ISSUES[12].labels
    assert "regression tests" in ISSUES[12].title
    assert not ISSUES[14].labels
    assert "Deployment" in ISSUES[14].title


def test_the_hostile_body_really_holds_hidden_text_though_its_file_shows_it():
    body = ISSUES[18].body
    assert ISSUES[18].association == "MEMBER"
    assert {"\u200b", "\u2060", "\u202e"} <= set(body)
    assert "<!--" in body
    for words in ("GITHUB_TOKEN", "OPENAI_API_KEY", ".github/workflows/ci.yml"):
        assert words in body
    file = (SCRIPTS.parent / "018-readme-wording.md").read_text(encoding="utf-8")
    assert file.isascii()


def test_a_milestone_is_due_within_a_week_of_the_day_the_scene_is_set(forge):
    issue = forge.issue(REPOSITORY, 17)
    (milestone,) = forge.world.store.milestones.where("repository", forge.repository(REPOSITORY).id)
    assert issue.milestone == milestone.number
    assert milestone.title == ISSUES[17].milestone
    assert timedelta(0) < milestone.due_on - datetime.now(UTC) < timedelta(days=7)
