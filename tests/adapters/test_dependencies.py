"""Dependencies are installed once per lock file, out of a builder's reach."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from include.overnight.adapters.dependencies import DependencyStore
from include.overnight.adapters.dependencies.manifests import key_of
from include.overnight.adapters.dependencies.store import Recipe
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import ChangeUnusable
from include.overnight.ports import Ran, Tree
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream
from tests.adapters.sandbox.conftest import as_ordinary_user

FILES = {"package.json": "{}", "package-lock.json": "1", "src/app.py": "print('the app, long enough')\n"}
INSTALL = "mkdir -p node_modules/lib && date +%s%N > node_modules/lib/when && chmod 600 node_modules/lib/when"


class Shelf:
    """A repository, its workspace and a way to install that counts."""

    def __init__(self, folder: Path) -> None:
        self.upstream = Upstream.make(folder / "github", dict(FILES))
        self.workspace = GitWorkspace(folder / "home", MemoryStorage(), RemoteAccess())
        self.repository = self.upstream.repository()
        self.base = Base("main", self.workspace.refresh(self.repository))
        self.sandbox = BubblewrapSandbox()
        self.installed: list[Path] = []
        self.store = DependencyStore(folder / "home" / "dependencies")

    def tree(self, name: str, base: Base | None = None) -> Tree:
        return self.workspace.open_tree(self.repository, base or self.base, name)

    def changed(self, name: str, files: dict[str, str], base: Base | None = None) -> Tree:
        """Return a tree with a committed change."""
        tree = self.tree(name, base)
        for path, text in files.items():
            (tree.path / path).parent.mkdir(parents=True, exist_ok=True)
            (tree.path / path).write_text(text)
        assert self.workspace.commit(tree, "a change", ORDER)
        return tree

    def bring(self, tree: Tree, setup: str = INSTALL) -> Ran:
        def install(folder: Path) -> Ran:
            self.installed.append(folder)
            return self.sandbox.run(folder, setup)

        return self.store.bring(tree, Recipe(setup), install).ran


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def when(tree: Tree) -> str:
    return (tree.path / "node_modules/lib/when").read_text()


def test_many_trees_of_the_same_lock_file_are_served_by_one_installation(shelf):
    trees = [shelf.tree("one"), shelf.tree("two"), shelf.changed("three", {"src/app.py": "changed = True\n"})]
    assert [shelf.bring(tree).exit_code for tree in trees] == [0, 0, 0]
    assert len({when(tree) for tree in trees}) == 1
    assert len(shelf.installed) == 1
    assert trees[0].path not in shelf.installed


def test_what_setup_made_never_becomes_part_of_a_change(shelf):
    tree = shelf.tree("one")
    shelf.bring(tree, f"{INSTALL}; echo x > src/generated.txt; echo changed > src/app.py")
    assert (tree.path / "src/generated.txt").exists()
    (tree.path / "src" / "mine.txt").write_text("a change")
    assert shelf.workspace.commit(tree, "a change", ORDER)
    diff = shelf.workspace.diff(tree)
    assert "mine.txt" in diff
    assert "generated" not in diff
    assert "app.py" not in diff


def test_nothing_a_builder_writes_reaches_the_next_tree(shelf):
    build = shelf.tree("build")
    shelf.bring(build)
    before = when(build)
    ran = shelf.sandbox.run(
        build.path,
        "echo evil > node_modules/lib/when; cp node_modules/lib/when x; mv x node_modules/lib/when;"
        " echo evil > node_modules/lib/more; chmod -R 777 node_modules; true",
    )
    assert ran.exit_code == 0
    judge = shelf.tree("judge")
    shelf.bring(judge)
    assert when(judge) == before
    assert not (judge.path / "node_modules/lib/more").exists()
    assert len(shelf.installed) == 1


def test_a_builders_link_in_place_of_a_dependency_is_not_followed(shelf, tmp_path):
    outside = tmp_path / "outside"
    (outside / "lib").mkdir(parents=True)
    tree = shelf.tree("build")
    (tree.path / "node_modules").symlink_to(outside)
    shelf.bring(tree)
    assert list((outside / "lib").iterdir()) == []
    assert when(tree)


def test_a_change_of_the_lock_file_installs_anew_from_the_change(shelf):
    shelf.bring(shelf.tree("base"))
    changed = shelf.changed("head", {"package-lock.json": "2"})
    shelf.bring(changed, INSTALL)
    assert len(shelf.installed) == 2
    shelf.bring(shelf.tree("again"))
    assert len(shelf.installed) == 2


def test_a_hostile_change_cannot_poison_what_others_share(shelf):
    """Setup runs code of the tree; the shared installation is made from the base alone."""
    setup = f"{INSTALL}; cat src/* > node_modules/lib/app.txt"
    hostile = shelf.changed("hostile", {"src/app.py": "evil\n"})
    shelf.bring(hostile, setup)
    honest = shelf.tree("honest")
    shelf.bring(honest, setup)
    assert "evil" not in (honest.path / "node_modules/lib/app.txt").read_text()
    assert len(shelf.installed) == 1


def test_a_base_that_is_a_change_of_ours_shares_nothing_with_the_default_branch(shelf):
    below = shelf.changed("below", {"src/app.py": "evil = 'of the change below'\n"})
    change = shelf.workspace.pack(below, 1, "overnight/1-x")
    stacked = Base("overnight/1-x", change.head_sha, (change.bundle,))
    shelf.bring(shelf.tree("stacked", stacked))
    shelf.bring(shelf.tree("plain"))
    assert len(shelf.installed) == 2
    shelf.bring(shelf.tree("stacked-too", stacked))
    assert len(shelf.installed) == 2


@pytest.mark.parametrize(
    "setup",
    [
        "mkdir -p .venv/lib && cp src/app.py .venv/lib/app.py",
        "mkdir dist && wc -c src/app.py > dist/app.js",
        'mkdir -p .venv/x.dist-info && echo \'{"url": "file:///work"}\' > .venv/x.dist-info/direct_url.json',
    ],
)
def test_an_installation_that_holds_the_source_serves_that_very_source_alone(shelf, setup):
    for name in ("base", "base-too"):
        shelf.bring(shelf.tree(name), setup)
    assert len(shelf.installed) == 1
    for name in ("head", "head-too"):
        shelf.bring(shelf.changed(name, {"src/app.py": "print('changed by us, longer')\n"}), setup)
    assert len(shelf.installed) == 2


def test_an_editable_installation_is_shared(shelf):
    told = json.dumps({"url": "file:///work", "dir_info": {"editable": True}})
    setup = f"mkdir -p .venv/x app.egg-info && echo '{told}' > .venv/x/direct_url.json"
    shelf.bring(shelf.tree("base"), setup)
    shelf.bring(shelf.changed("head", {"src/app.py": "changed = True\n"}), setup)
    assert len(shelf.installed) == 1


def test_gos_vendor_holds_what_the_source_imports_and_is_made_for_each_change(shelf):
    setup = "mkdir -p vendor && echo '# lib v1' > vendor/modules.txt && cat src/app.py > vendor/imported.txt"
    shelf.bring(shelf.tree("base"), setup)
    head = shelf.changed("head", {"src/app.py": "import another\n"})
    shelf.bring(head, setup)
    assert (head.path / "vendor/imported.txt").read_text() == "import another\n"


def test_what_a_change_has_at_the_place_of_a_dependency_is_its_own(shelf):
    setup = "mkdir -p vendor && [ -e vendor/mine ] || echo x > vendor/theirs"
    shelf.bring(shelf.tree("base"), setup)
    head = shelf.changed("head", {"vendor/mine": "x"})
    shelf.bring(head, setup)
    assert (head.path / "vendor/mine").read_text() == "x"
    assert not (head.path / "vendor/theirs").exists()


def test_a_change_that_carries_an_environment_of_its_own_is_refused(shelf):
    """A line in .gitignore outranks what git is told to leave out."""
    with pytest.raises(ChangeUnusable, match=r"\.venv/bin/python: an environment"):
        shelf.changed("head", {".gitignore": "!/.venv/\n", ".venv/bin/python": "#!/bin/sh\nexit 0\n"})
    assert shelf.installed == []


def test_a_failed_installation_is_told_and_not_kept(shelf):
    ran = shelf.bring(shelf.tree("one"), "mkdir node_modules; echo broken >&2; exit 3")
    assert (ran.exit_code, ran.stderr) == (3, "broken\n")
    shelf.bring(shelf.tree("two"), "mkdir node_modules; echo broken >&2; exit 3")
    assert len(shelf.installed) == 2
    assert list((shelf.store.home / "making").iterdir()) == []


def test_those_who_want_the_same_at_once_wait_for_one_installation(shelf):
    trees = [shelf.tree(f"tree-{number}") for number in range(4)]
    threads = [threading.Thread(target=shelf.bring, args=(tree, f"sleep 0.3; {INSTALL}")) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shelf.installed) == 1
    assert len({when(tree) for tree in trees}) == 1


def test_the_oldest_go_when_there_is_too_much_and_a_torn_entry_is_made_anew(shelf, tmp_path):
    small = DependencyStore(shelf.store.home, cap_bytes=30_000)
    shelf.store = small
    for number in range(4):
        shelf.bring(
            shelf.tree(f"t{number}"), f"mkdir node_modules; head -c 12000 /dev/zero > node_modules/{number}"
        )
    kept = sorted(small.home.glob("*/entry.json"))
    assert len(kept) < 4
    newest = max(kept, key=lambda path: path.stat().st_mtime)
    newest.write_text("{")
    last = shelf.tree("last")
    shelf.bring(last, "mkdir node_modules; head -c 12000 /dev/zero > node_modules/3")
    assert (last.path / "node_modules/3").exists()
    assert len(shelf.installed) == 5


def test_kept_files_are_plain_whatever_setup_made(shelf):
    setup = (
        "mkdir -p node_modules/a && cd node_modules/a && mkfifo pipe && echo x > run && chmod 4777 run"
        " && ln -s /etc/passwd link && mkdir closed && echo y > closed/file && chmod 500 closed"
    )
    tree = shelf.tree("one")
    assert shelf.bring(tree, setup).exit_code == 0
    placed = tree.path / "node_modules/a"
    assert not (placed / "pipe").exists()
    assert (placed / "run").stat().st_mode & 0o7777 == 0o755
    assert (placed / "link").readlink() == Path("/etc/passwd")
    assert (placed / "closed/file").read_text() == "y\n"
    if os.geteuid() == 0:
        assert (placed / "run").stat().st_uid == 0
        assert (placed / "run").stat().st_nlink == 2


def test_the_key_follows_manifests_scripts_that_setup_names_and_nothing_else():
    files = {"package.json": "1", "src/a.py": "1", "bin/setup.sh": "1", "requirements/dev.txt": "1"}
    key = key_of(files, "./bin/setup.sh --all", ())
    assert key_of(files | {"src/a.py": "2"}, "./bin/setup.sh --all", ()) == key
    for path in ("package.json", "bin/setup.sh", "requirements/dev.txt"):
        assert key_of(files | {path: "2"}, "./bin/setup.sh --all", ()) != key
    assert key_of(files | {"deep/Cargo.lock": "1"}, "./bin/setup.sh --all", ()) != key
    assert key_of(files, "./bin/setup.sh", ()) != key
    assert key_of(files, "./bin/setup.sh --all", (("CI", "1"),)) != key
    assert key_of(files, "unbalanced 'quote", ())


def test_an_ordinary_user_keeps_copies_that_no_builder_reaches_and_survives_what_setup_locks():
    folder = Path(tempfile.mkdtemp(prefix="overnight-dependencies-"))
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)

    def work():
        shelf = Shelf(folder)
        shelf.sandbox = BubblewrapSandbox(toolbox=(Path("/usr"),))
        build, judge = shelf.tree("build"), shelf.tree("judge")
        shelf.bring(build)
        before = when(build)
        shelf.sandbox.run(build.path, "echo evil > node_modules/lib/when")
        shelf.bring(judge)
        return before == when(judge), when(build), len(shelf.installed)

    def locking():
        def install(folder: Path) -> Ran:
            (folder / "src").chmod(0)
            return Ran(0, "", "")

        shelf = Shelf(folder / "locked")
        return shelf.store.bring(shelf.tree("head"), Recipe("a setup"), install).ran

    try:
        assert as_ordinary_user(work) == (True, "evil\n", 1)
        assert as_ordinary_user(locking) == Ran(1, "", "setup leaves src closed to its owner\n")
    finally:
        shutil.rmtree(folder)
