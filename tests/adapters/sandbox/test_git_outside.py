"""What a builder leaves for git is never run by us: hooks, configuration, filters, a tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import ChangeUnusable
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream

FILES = {"app.py": "x = 1\n", "notes.txt": "notes\n"}

HOSTILE = {
    "a repository of its own": (
        "git init -q . ; printf '#!/bin/sh\\ntouch {mark}\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/*;"
        " git config core.fsmonitor 'touch {mark}'; git config core.hooksPath .git/hooks"
    ),
    "a .git file that leads elsewhere": (
        "mkdir -p fake/hooks; printf '[core]\\n fsmonitor = touch {mark}\\n sshCommand = touch {mark}\\n'"
        " > fake/config; echo 'ref: refs/heads/main' > fake/HEAD; mkdir fake/objects fake/refs;"
        " echo 'gitdir: /work/fake' > .git"
    ),
    "filters and drivers by attributes": (
        "printf '* filter=evil diff=evil merge=evil textconv=evil\\n' > .gitattributes;"
        ' printf \'[filter "evil"]\\n clean = touch {mark}\\n smudge = touch {mark}\\n required = true\\n'
        '[diff "evil"]\\n command = touch {mark}\\n textconv = touch {mark}\\n\' > .gitconfig'
    ),
    "a home with a configuration": (
        "mkdir -p $HOME; printf '[core]\\n hooksPath = /work\\n pager = touch {mark}\\n' > $HOME/.gitconfig;"
        " printf '#!/bin/sh\\ntouch {mark}\\n' > pre-commit; chmod +x pre-commit; cp pre-commit post-commit"
    ),
    "a submodule that updates by command": (
        "printf '[submodule \"s\"]\\n path = s\\n url = https://e.example/s\\n update = !touch {mark}\\n'"
        " > .gitmodules"
    ),
}


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_of_a_hostile_tree_runs_outside(sandbox, tmp_path, script):
    upstream = Upstream.make(tmp_path / "github", dict(FILES))
    workspace = GitWorkspace(tmp_path / "home", MemoryStorage(), RemoteAccess())
    repository = upstream.repository()
    base = Base("main", workspace.refresh(repository))
    tree = workspace.open_tree(repository, base, "build")
    mark = tmp_path / "executed"
    sandbox.run(tree.path, script.format(mark=mark) + "; echo more >> app.py; true")
    try:
        workspace.commit(tree, "a change", ORDER)
    except ChangeUnusable:
        _is_untouched(mark, tree.git_dir)
        workspace.rollback(tree, base.sha)
        _is_untouched(mark, tree.git_dir)
        return
    change = workspace.pack(tree, 1, "overnight/1-x")
    workspace.diff(tree)
    head = workspace.open_change(repository, change, "head")
    workspace.diff(head)
    workspace.conflicts(repository, base.sha, base.sha)
    workspace.push(repository, change, None)
    workspace.close_tree(head)
    _is_untouched(mark, tree.git_dir)


def _is_untouched(mark: Path, git_dir: Path) -> None:
    assert not mark.exists()
    assert not list((git_dir / "hooks").glob("*")) if (git_dir / "hooks").exists() else True


def test_the_git_directory_of_a_tree_is_not_in_the_sandbox(sandbox, tmp_path):
    upstream = Upstream.make(tmp_path / "github", dict(FILES))
    workspace = GitWorkspace(tmp_path / "home", MemoryStorage(), RemoteAccess())
    repository = upstream.repository()
    tree = workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "build")
    ran = sandbox.run(tree.path, f"ls -a; ls {tree.git_dir}; git -C /work status")
    assert ".git" not in ran.stdout.split()
    assert ran.exit_code != 0
