"""A remote over git's own HTTP backend that fails, hangs, asks for credentials, or is force-pushed."""

import socket
import time
from pathlib import Path

import pytest

from include.overnight.domain.syncing import Action
from tests.adapters.desktop.staging import fingerprint
from tests.adapters.git.remotes import GitServer, git

TOKEN = "ghs_17_verysecrettokenverysecrettoken"
HELPER = f'!f() {{ test "$1" = get && echo username=x-access-token && echo password={TOKEN}; }}; f'


@pytest.fixture
def server(desk):
    (desk.root / "upstream.git").symlink_to(desk.remote)
    server = GitServer(desk.root, TOKEN)
    desk.git("remote", "set-url", "origin", server.url)
    yield server
    server.close()


@pytest.fixture
def silent_server():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/upstream.git"


def refused(desk, words, seconds=10):
    """Sync, and return the reason of a refusal that touched nothing and took no longer than this."""
    before, began = fingerprint(desk.home), time.monotonic()
    state, decision, moved = desk.sync()
    assert (decision.action, moved) == (Action.REFUSE, None)
    assert time.monotonic() - began < seconds
    assert fingerprint(desk.home) == before
    assert words in decision.reason
    assert TOKEN not in repr((state, decision))
    return decision


def test_a_remote_that_asks_for_credentials_is_refused_at_once_and_nobody_is_prompted(desk, server):
    desk.push({"new.txt": "new\n"})
    decision = refused(desk, "credential helper or an SSH key")
    assert decision.rule == "unreachable"


def test_the_developers_own_credential_helper_signs_in(desk, server):
    desk.git("config", "credential.helper", HELPER)
    desk.push({"new.txt": "new\n"})
    state, decision, moved = desk.sync()
    assert decision.action is Action.FAST_FORWARD, decision.reason
    assert moved is not None
    assert TOKEN not in repr((state, decision))


def test_a_credential_helper_that_hangs_is_given_up(desk, server):
    desk.git("config", "credential.helper", "!sleep 60 #")
    refused(desk.having(fetch_seconds=0.5), "did not end within 0.5 seconds")


def test_credentials_in_the_remotes_url_are_never_told(desk, server):
    url = server.url.replace("http://", f"http://x-access-token:{TOKEN}@")
    desk.git("remote", "set-url", "origin", url)
    server.answer = 500
    refused(desk, "500")


@pytest.mark.parametrize("status", [500, 503, 429, 404, 403])
def test_a_remote_that_fails_is_named_with_its_status(desk, server, status):
    server.answer = status
    refused(desk, "not found" if status == 404 else str(status))


def test_a_remote_that_hangs_is_given_up_and_leaves_no_process(desk, silent_server):
    desk.git("remote", "set-url", "origin", silent_server)
    refused(desk.having(fetch_seconds=0.5), "did not end within 0.5 seconds")
    time.sleep(0.2)
    port = silent_server.rpartition(":")[2].partition("/")[0]
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)]
    assert not [line for line in running if b"git" in line and port.encode() in line]


def _readable(path):
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def test_a_remote_that_nobody_serves_is_unreachable(desk):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    desk.git("remote", "set-url", "origin", f"http://127.0.0.1:{port}/upstream.git")
    refused(desk, "does not answer")


def test_a_force_push_is_seen_also_by_the_runs_that_follow_until_a_person_has_looked(desk, server):
    desk.git("config", "credential.helper", HELPER)
    desk.push({"new.txt": "new\n"})
    assert desk.sync()[2]
    git(desk.colleague, "reset", "--quiet", "--hard", "HEAD~1")
    desk.push({"other.txt": "other\n"}, "main", "--force")
    for _ in range(2):
        assert refused(desk, "was rewritten").rule == "rewritten"
    desk.git("fetch", "--quiet")
    desk.git("reset", "--quiet", "--hard", "origin/main")
    assert desk.sync()[1].action is Action.NOTHING
    desk.push({"again.txt": "again\n"})
    assert desk.sync()[1].action is Action.FAST_FORWARD


def test_an_ext_transport_runs_nothing(desk, tmp_path):
    desk.git("remote", "set-url", "origin", f"ext::touch {tmp_path / 'ran'}")
    refused(desk, "ext")
    assert not (tmp_path / "ran").exists()
