from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base, Change
from include.overnight.domain.errors import Forbidden, NotAuthorized, NotFound, Unreachable
from include.overnight.domain.issues import Repository
from tests.adapters.git.remotes import ORDER, GitServer, Upstream, git

BRANCH = "overnight/1-x"


def build(workspace: GitWorkspace, repository: Repository, text: str) -> Change:
    tree = workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "issue-1")
    (tree.path / "README.md").write_text(text)
    workspace.commit(tree, "change", ORDER)
    return workspace.pack(tree, 1, BRANCH)


@pytest.fixture
def online(workspace: GitWorkspace, server: GitServer) -> GitWorkspace:
    return replace(workspace, remote=RemoteAccess(server.token))


def test_a_change_is_pushed_over_http_with_the_token(online, server, upstream):
    repository = upstream.repository(server.url)
    change = build(online, repository, "one\n")
    assert online.remote_sha(repository, BRANCH) is None
    online.push(repository, change, None)
    assert online.remote_sha(repository, BRANCH) == change.head_sha
    online.push(repository, change, None)
    better = build(online, repository, "two\n")
    online.push(repository, better, change.head_sha)
    assert git(upstream.bare, "rev-parse", BRANCH) == better.head_sha


def test_another_machine_can_push_from_the_bundle(workspace, repository, tmp_path):
    change = build(workspace, repository, "one\n")
    elsewhere = GitWorkspace(tmp_path / "elsewhere", workspace.storage, RemoteAccess())
    elsewhere.push(repository, change, None)
    assert workspace.remote_sha(repository, BRANCH) == change.head_sha


def test_a_persons_commit_on_our_branch_is_never_overwritten(workspace, repository, upstream: Upstream):
    change = build(workspace, repository, "one\n")
    workspace.push(repository, change, None)
    git(upstream.checkout, "fetch", "--quiet", "origin", BRANCH)
    git(upstream.checkout, "checkout", "--quiet", "-B", "mine", "FETCH_HEAD")
    theirs = upstream.commit({"README.md": "by hand\n"}, branch=BRANCH)
    with pytest.raises(Forbidden, match="somebody else"):
        workspace.push(repository, build(workspace, repository, "two\n"), change.head_sha)
    assert workspace.remote_sha(repository, BRANCH) == theirs


def test_a_branch_that_exists_already_is_not_taken(workspace, repository, upstream):
    theirs = upstream.commit({"a": "b"}, branch=BRANCH)
    with pytest.raises(Forbidden, match="not ours"):
        workspace.push(repository, build(workspace, repository, "one\n"), None)
    assert workspace.remote_sha(repository, BRANCH) == theirs


def test_a_branch_somebody_deleted_does_not_come_back(workspace, repository, upstream):
    change = build(workspace, repository, "one\n")
    workspace.push(repository, change, None)
    git(upstream.bare, "update-ref", "-d", f"refs/heads/{BRANCH}")
    with pytest.raises(Forbidden, match="deleted by somebody"):
        workspace.push(repository, build(workspace, repository, "two\n"), change.head_sha)


def test_the_default_branch_is_never_pushed_to(workspace, repository):
    change = replace(build(workspace, repository, "one\n"), branch="main")
    with pytest.raises(Forbidden, match="default branch"):
        workspace.push(repository, change, change.base.sha)


def test_what_the_remote_says_about_a_protected_branch_is_told(workspace, repository, upstream):
    hook = upstream.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Forbidden, match="GH006: Protected branch"):
        workspace.push(repository, build(workspace, repository, "one\n"), None)


@pytest.mark.parametrize("branch", ["-evil", "a..b", "a b", "x.lock"])
def test_a_branch_name_git_would_not_take_is_refused(workspace, repository, branch):
    with pytest.raises(ValueError, match="not a name for a branch"):
        workspace.remote_sha(repository, branch)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_named_and_never_shown(online, server, upstream, status):
    repository = upstream.repository(server.url)
    change = build(online, repository, "one\n")
    server.answer = status
    for call in (lambda: online.refresh(repository), lambda: online.push(repository, change, None)):
        with pytest.raises(NotAuthorized, match="contents: read and write") as raised:
            call()
        for secret in online.remote.secrets:
            assert secret not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_missing_token_is_named(workspace, server, upstream):
    with pytest.raises(NotAuthorized, match="GITHUB_TOKEN"):
        workspace.refresh(upstream.repository(server.url))


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (500, Unreachable), (503, Unreachable)])
def test_an_answer_that_is_no_repository_is_named(online, server, upstream, status, error):
    server.answer = status
    with pytest.raises(error):
        online.refresh(upstream.repository(server.url))


def test_a_dead_endpoint_is_unreachable(workspace, upstream):
    with pytest.raises(Unreachable):
        workspace.refresh(upstream.repository("http://127.0.0.1:9/octo/pantry.git"))


def test_credentials_in_a_clone_url_are_dropped(online, server, upstream, tmp_path):
    url = server.url.replace("http://", "http://user:hunter2@")
    repository = upstream.repository(url)
    online.refresh(repository)
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in written)
    assert b"hunter2" not in content
    assert server.token.encode() not in content


def test_the_token_goes_to_no_other_host(server):
    access = RemoteAccess(server.token)
    (key,) = access.configuration("https://github.com/octo/pantry.git")
    assert key == "http.https://github.com/.extraHeader"
    assert access.configuration("file:///srv/pantry.git") == {}
    assert server.token not in repr(access)
