"""Many states of a checkout on real git: safe ones merge, unsafe ones stay as they are to the byte."""

import os
import shutil

import pytest

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.syncing import Action
from tests.adapters.desktop.staging import FILES, files, fingerprint
from tests.adapters.git.remotes import git

LONG = FILES["src/a.py"]
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
INCOMING = {"src/b.py": "B = 2\n", "new.txt": "new\n"}


def _colleague(desk, *words, text=""):
    return git(desk.colleague, *words, text=text)


def _submodule(desk, *, filled):
    other = desk.root / "other"
    git(desk.root, "init", "--quiet", str(other))
    git(other, "commit", "--quiet", "--allow-empty", "-m", "one")
    entry = ["update-index", "--add", "--cacheinfo"]
    _colleague(desk, *entry, f"160000,{git(other, 'rev-parse', 'HEAD')},sub")
    _colleague(desk, "commit", "--quiet", "-m", "submodule")
    _colleague(desk, "push", "--quiet", "origin", "HEAD:main")
    assert desk.sync()[2] is not None
    if filled:
        desk.write("sub/file", "checked out\n")
    git(other, "commit", "--quiet", "--allow-empty", "-m", "two")
    _colleague(desk, *entry, f"160000,{git(other, 'rev-parse', 'HEAD')},sub")
    _colleague(desk, "commit", "--quiet", "-m", "submodule moves")
    _colleague(desk, "push", "--quiet", "origin", "HEAD:main")


def _start_rebase(desk):
    desk.commit("src/b.py", "B = 3\n")
    desk.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    desk.commit("src/b.py", "B = 4\n")
    with pytest.raises(AssertionError):
        desk.git("rebase", "main")


def _start_merge(desk, command="merge"):
    desk.git("checkout", "--quiet", "-b", "side")
    desk.commit("src/b.py", "B = 4\n")
    desk.git("checkout", "--quiet", "main")
    desk.commit("src/b.py", "B = 3\n")
    with pytest.raises(AssertionError):
        desk.git(command, "side")


def _start_revert(desk):
    desk.commit("src/b.py", "B = 3\n")
    desk.commit("src/b.py", "B = 4\n")
    with pytest.raises(AssertionError):
        desk.git("revert", "--no-edit", "HEAD~1")


def _bisect(desk):
    desk.git("bisect", "start")


def _shallow(desk, depth="1"):
    shutil.rmtree(desk.home)
    git(desk.root, "clone", "--quiet", "--depth", depth, f"file://{desk.remote}", "home")


def _force_push(desk):
    _colleague(desk, "commit", "--quiet", "--amend", "-m", "rewritten")
    desk.push({"new.txt": "new\n"}, "main", "--force")


def _lock(desk, name="index.lock", seconds=0):
    file = desk.home / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    moment = file.stat().st_mtime - seconds
    os.utime(file, (moment, moment))


def _chmod(desk):
    (desk.colleague / "README.md").chmod(0o755)
    desk.publish()


def _link(desk, path, target):
    link = desk.colleague / path
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    desk.publish()


def _replace_folder_by_file(desk):
    shutil.rmtree(desk.colleague / "docs")
    desk.push({"docs": "a file now\n"})


SAFE = {
    "one commit behind": lambda d: d.push(INCOMING),
    "many commits behind": lambda d: [d.push({f"n{i}": f"{i}\n"}) for i in range(3)],
    "an empty commit": lambda d: d.push({}),
    "a deleted file": lambda d: d.push({"docs/old.md": None}),
    "a renamed file": lambda d: d.push({"docs/old.md": None, "docs/new.md": FILES["docs/old.md"]}),
    "a file made executable": _chmod,
    "a symbolic link": lambda d: _link(d, "link", "/etc/passwd"),
    "a file that becomes a link": lambda d: _link(d, "src/b.py", "a.py"),
    "a file that becomes a folder": lambda d: d.push({"src/b.py": None, "src/b.py/c.py": "C\n"}),
    "a folder that becomes a file": _replace_folder_by_file,
    "names with spaces, quotes, newlines and umlauts": lambda d: d.push(
        {'a "b" c': "1\n", "n\nl": "2\n", "zürich.txt": "3\n", "-dash": "4\n", "*": "5\n"}
    ),
    "a name that is not UTF-8": lambda d: d.push({os.fsdecode(b"caf\xe9.txt"): "x\n"}),
    "a binary file": lambda d: d.push({"blob": bytes(range(256))}),
    "an empty file": lambda d: d.push({"empty": ""}),
    "an ignored file committed on purpose": lambda d: d.push({"x.log": "kept\n"}),
    "a deep folder": lambda d: d.push({"a/b/c/d/e/f.txt": "deep\n"}),
    "uncommitted work elsewhere": lambda d: (d.push(INCOMING), d.write("README.md", "mine\n")),
    "staged work elsewhere": lambda d: (
        d.push(INCOMING),
        d.write("mine.txt", "x\n"),
        d.git("add", "mine.txt"),
    ),
    "a file deleted elsewhere": lambda d: (d.push(INCOMING), d.write("docs/old.md", None)),
    "an intention to add": lambda d: (d.push(INCOMING), d.write("m.txt", "x\n"), d.git("add", "-N", "m.txt")),
    "untracked files elsewhere": lambda d: (d.push(INCOMING), d.write("scratch/notes.txt", "mine\n")),
    "an unpushed commit elsewhere": lambda d: (d.push(INCOMING), d.commit("mine.txt", "mine\n")),
    "both sides with the same new folder": lambda d: (d.push({"lib/x": "x\n"}), d.commit("lib/y", "y\n")),
    "a shallow clone that sees enough": lambda d: (_shallow(d), d.push(INCOMING)),
    "a submodule that is not checked out": lambda d: _submodule(d, filled=False),
    "an LFS pointer": lambda d: d.push({"big.bin": POINTER}),
    "line endings by attribute": lambda d: d.push({".gitattributes": "*.txt eol=crlf\n", "w.txt": "a\nb\n"}),
    "a stale journal-like folder": lambda d: (d.push(INCOMING), d.write(".git/overnight/old/x", "x")),
    "an index in version 4": lambda d: (d.git("update-index", "--index-version", "4"), d.push(INCOMING)),
    "packed references": lambda d: (d.git("pack-refs", "--all"), d.push(INCOMING)),
    "names that differ by case where that is no matter": lambda d: d.push({"readme.md": "small\n"}),
}
UNSAFE = {
    "a detached head": ("detached", lambda d: (d.git("checkout", "--quiet", "--detach"), d.push(INCOMING))),
    "another branch": ("other branch", lambda d: (d.git("checkout", "-q", "-b", "mine"), d.push(INCOMING))),
    "a rebase": ("operation", lambda d: (_start_rebase(d), d.push(INCOMING))),
    "a merge": ("operation", lambda d: (_start_merge(d), d.push(INCOMING))),
    "a cherry-pick": ("operation", lambda d: (_start_merge(d, "cherry-pick"), d.push(INCOMING))),
    "a revert": ("operation", lambda d: (_start_revert(d), d.push(INCOMING))),
    "a bisection": ("operation", lambda d: (_bisect(d), d.push(INCOMING))),
    "a fresh index lock": ("lock", lambda d: (d.push(INCOMING), _lock(d))),
    "a stale index lock": ("lock", lambda d: (d.push(INCOMING), _lock(d, seconds=7200))),
    "a locked branch": ("lock", lambda d: (d.push(INCOMING), _lock(d, "refs/heads/main.lock"))),
    "a locked configuration": ("lock", lambda d: (d.push(INCOMING), _lock(d, "config.lock"))),
    "edits in an incoming file": ("uncommitted", lambda d: (d.push(INCOMING), d.write("src/b.py", "mine\n"))),
    "staged edits in an incoming file": (
        "uncommitted",
        lambda d: (d.push(INCOMING), d.write("src/b.py", "mine\n"), d.git("add", "src/b.py")),
    ),
    "an edit of the same size": ("uncommitted", lambda d: (d.push(INCOMING), d.write("src/b.py", "B = 9\n"))),
    "an incoming file deleted here": ("uncommitted", lambda d: (d.push(INCOMING), d.write("src/b.py", None))),
    "an incoming file made executable here": (
        "uncommitted",
        lambda d: (d.push(INCOMING), (d.home / "src/b.py").chmod(0o755)),
    ),
    "edits in a file that is renamed": (
        "uncommitted",
        lambda d: (
            d.push({"docs/old.md": None, "docs/new.md": FILES["docs/old.md"]}),
            d.write("docs/old.md", "mine\n"),
        ),
    ),
    "a staged new file that also comes in": (
        "uncommitted",
        lambda d: (d.push(INCOMING), d.write("new.txt", "mine\n"), d.git("add", "new.txt")),
    ),
    "an untracked file in the way": (
        "overwritten",
        lambda d: (d.push(INCOMING), d.write("new.txt", "mine\n")),
    ),
    "an untracked file with the same content": (
        "overwritten",
        lambda d: (d.push(INCOMING), d.write("new.txt", "new\n")),
    ),
    "an ignored file in the way": (
        "overwritten",
        lambda d: (d.push({"x.log": "theirs\n"}), d.write("x.log", "mine\n")),
    ),
    "an untracked file where a folder comes": (
        "overwritten",
        lambda d: (d.push({"lib/x": "x\n"}), d.write("lib", "mine\n")),
    ),
    "an untracked folder where a file comes": (
        "overwritten",
        lambda d: (d.push({"lib": "x\n"}), d.write("lib/mine", "mine\n")),
    ),
    "an untracked link in the way": (
        "overwritten",
        lambda d: (d.push(INCOMING), (d.home / "new.txt").symlink_to("/nowhere")),
    ),
    "a linked folder above an incoming file": (
        "overwritten",
        lambda d: (d.push({"lib/x": "x\n"}), (d.home / "lib").symlink_to(d.root)),
    ),
    "untracked files in a folder that becomes a file": (
        "overwritten",
        lambda d: (_replace_folder_by_file(d), d.write("docs/mine.txt", "mine\n")),
    ),
    "commits that conflict": (
        "conflict",
        lambda d: (d.push({"src/b.py": "B = 2\n"}), d.commit("src/b.py", "B = 3\n")),
    ),
    "a file changed here and deleted there": (
        "conflict",
        lambda d: (d.push({"src/b.py": None}), d.commit("src/b.py", "B = 3\n")),
    ),
    "the same file added twice": (
        "conflict",
        lambda d: (d.push({"x": "theirs\n"}), d.commit("x", "mine\n")),
    ),
    "commits that touch the same file apart": (
        "unpushed",
        lambda d: (
            d.push({"src/a.py": LONG.replace("line 1\n", "first\n")}),
            d.commit("src/a.py", LONG.replace("line 20\n", "last\n")),
        ),
    ),
    "a force-pushed remote": ("rewritten", _force_push),
    "a remote that was set back": (
        "rewritten",
        lambda d: (
            d.push(INCOMING),
            d.sync(),
            _colleague(d, "reset", "--quiet", "--hard", "HEAD~1"),
            _colleague(d, "push", "--quiet", "--force", "origin", "HEAD:main"),
        ),
    ),
    "a history with nothing in common": (
        "no base",
        lambda d: (
            d.git("checkout", "--quiet", "--orphan", "fresh"),
            d.git("commit", "--quiet", "-m", "alone"),
            d.git("branch", "--quiet", "--force", "main", "fresh"),
            d.git("checkout", "--quiet", "main"),
            d.push(INCOMING),
        ),
    ),
    "a submodule that is checked out": ("submodule", lambda d: _submodule(d, filled=True)),
    "an assume-unchanged file": (
        "hidden",
        lambda d: (d.push(INCOMING), d.git("update-index", "--assume-unchanged", "src/b.py")),
    ),
    "a sparse checkout": (
        "hidden",
        lambda d: (d.push(INCOMING), d.git("update-index", "--skip-worktree", "src/b.py")),
    ),
    "names a file system cannot tell apart": (
        "case",
        lambda d: (d.git("config", "core.ignoreCase", "true"), d.push({"readme.md": "small\n"})),
    ),
    "a remote that is gone": ("unreachable", lambda d: shutil.rmtree(d.remote)),
    "a branch that is gone": (
        "no branch",
        lambda d: (d.push(INCOMING, "other"), git(d.remote, "symbolic-ref", "HEAD", "refs/heads/none")),
    ),
    "no remote": ("problem", lambda d: d.git("remote", "remove", "origin")),
    "a folder that is no repository": ("problem", lambda d: (d.home / ".git").rename(d.root / "away")),
    "an empty repository": (
        "unborn",
        lambda d: (
            d.git("update-ref", "-d", "HEAD"),
            shutil.rmtree(d.home / ".git" / "logs"),
        ),
    ),
}


def test_the_matrix_has_sixty_states_and_more():
    assert len(SAFE) + len(UNSAFE) >= 60


@pytest.mark.parametrize("name", SAFE)
def test_a_safe_checkout_is_merged_and_can_be_taken_back(desk, name):
    SAFE[name](desk)
    former, mine = files(desk.home), desk.git("status", "--porcelain", "-z")
    state, decision, moved = desk.sync()
    assert decision.safe, decision.reason
    assert decision.reason
    assert decision.plan
    assert moved is not None
    head = desk.git("rev-parse", "HEAD")
    assert head == moved.after
    assert head == state.remote_sha or decision.action is Action.MERGE
    assert desk.git("status", "--porcelain", "-z") == mine  # all of the merge is there, and work of one's own
    assert desk.git("rev-parse", moved.backup) == state.head
    assert not list((desk.home / ".git" / "overnight").glob("move-*"))
    GitDesktop().undo(desk.checkout)
    assert desk.git("rev-parse", "HEAD") == state.head
    assert desk.git("status", "--porcelain", "-z") == mine
    assert files(desk.home) == former


@pytest.mark.slow
@pytest.mark.parametrize("name", SAFE)
def test_a_merge_of_ours_is_what_git_itself_would_have_made(desk, name):
    SAFE[name](desk)
    twin = desk.root / "twin"
    shutil.copytree(desk.home, twin, symlinks=True)
    assert desk.sync()[2]
    git(twin, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    for words in (["rev-parse", "HEAD^{tree}"], ["diff", "--binary"], ["status", "--porcelain", "-z"]):
        assert desk.git(*words) == git(twin, *words)
    assert files(desk.home) == files(twin)
    desk.git("fsck", "--strict", "--no-dangling")


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_checkout_is_untouched_to_the_byte_and_the_reason_is_told(desk, name):
    rule, arrange = UNSAFE[name]
    arrange(desk)
    before = fingerprint(desk.home)
    _, decision, moved = desk.sync()
    assert (decision.action, decision.rule) == (Action.REFUSE, rule), decision.reason
    assert moved is None
    assert decision.reason
    assert decision.plan
    assert fingerprint(desk.home) == before
