"""Checkouts that nobody thought of: whatever a developer and a colleague do, nothing of theirs is lost."""

from __future__ import annotations

import itertools
import shutil

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.syncing import Action
from tests.adapters.desktop.staging import FILES, copy_desk, files, fingerprint

PATHS = ("src/a.py", "src/b.py", "docs/old.md", "new.txt", "lib/deep/x.txt", "lib", "x.log")
LONG = FILES["src/a.py"]
TEXTS = ("", "one\n", LONG.replace("line 1\n", "top\n"), LONG.replace("line 20\n", "bottom\n"), None)
WRITES = st.tuples(st.sampled_from(PATHS), st.sampled_from(TEXTS))
DEVELOPER = st.lists(
    st.one_of(
        st.tuples(st.just("write"), WRITES),
        st.tuples(st.just("stage"), WRITES),
        st.tuples(st.just("commit"), WRITES),
        st.tuples(st.just("branch"), st.none()),
        st.tuples(st.just("detach"), st.none()),
    ),
    max_size=3,
)
COLLEAGUE = st.lists(st.lists(WRITES, min_size=1, max_size=2), max_size=2)
_numbers = itertools.count()


def _put(top, path, text):
    """Write or remove as far as the file system lets one; a person would not insist either."""
    try:
        (top / path).unlink(missing_ok=True)
        if text is not None:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
    except OSError:
        return


def _act(desk, deed, write):
    if deed == "branch":
        desk.git("checkout", "--quiet", "-B", "aside")
    elif deed == "detach":
        desk.git("checkout", "--quiet", "--detach")
    else:
        _put(desk.home, *write)
    if deed in ("stage", "commit"):
        desk.git("add", "--all", ":/src", ":/docs")
    if deed == "commit":
        desk.git("commit", "--quiet", "--allow-empty", "-m", "mine")


def _look_at(examples, derandomize=True):
    """Return the settings of a search; a still one, so that it finds the same today and tomorrow."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@_look_at(15)
@given(mine=DEVELOPER, theirs=COLLEAGUE, autostash=st.booleans())
def test_whatever_happens_nothing_of_the_developers_is_lost(template, tmp_path, mine, theirs, autostash):
    _sync_and_check(template, tmp_path, mine, theirs, autostash)


@pytest.mark.slow
@pytest.mark.timeout(600)
@_look_at(300, derandomize=False)
@given(mine=DEVELOPER, theirs=COLLEAGUE, autostash=st.booleans())
def test_whatever_happens_often_nothing_of_the_developers_is_lost(
    template, tmp_path, mine, theirs, autostash
):
    _sync_and_check(template, tmp_path, mine, theirs, autostash)


def _sync_and_check(template, tmp_path, mine, theirs, autostash):
    desk = copy_desk(template, tmp_path / str(next(_numbers))).having(autostash=autostash)
    for writes in theirs:
        for path, text in writes:
            _put(desk.colleague, path, text)
        desk.publish()
    for deed, write in mine:
        _act(desk, deed, write)
    head, status = desk.git("rev-parse", "HEAD"), desk.git("status", "--porcelain", "-z")
    before, former = fingerprint(desk.home), files(desk.home)  # after git itself has refreshed its index
    state, decision, moved = desk.sync()
    assert decision.reason
    assert decision.plan or decision.action is Action.NOTHING
    if moved is None:
        assert fingerprint(desk.home) == before
    else:
        _check_merged(desk, state, former, status, head)
    shutil.rmtree(desk.root)


def _check_merged(desk, state, former, status, head):
    for commit in (head, state.remote_sha):
        assert desk.git("merge-base", commit, "HEAD") == commit
    touched = {path for change in state.incoming for path in change.paths}
    now = files(desk.home)
    assert {path: now.get(path) for path in former if path not in touched} == {
        path: text for path, text in former.items() if path not in touched
    }
    if not state.stash:
        assert desk.git("status", "--porcelain", "-z") == status
    GitDesktop().undo(desk.checkout)
    assert files(desk.home) == former
    assert desk.git("rev-parse", "HEAD") == head
