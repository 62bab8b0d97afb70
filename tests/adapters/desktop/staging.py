"""A developer's checkout, a remote and a colleague who pushes to it: all real, copied from one template."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.checkouts import Checkout
from include.overnight.domain.drift import CheckoutState
from include.overnight.domain.syncing import Decision, decide
from include.overnight.ports.desktop import Moved
from tests.adapters.git.remotes import git

FILES = {
    "README.md": "# Pantry\n",
    "src/a.py": "".join(f"line {number}\n" for number in range(1, 21)),
    "src/b.py": "B = 1\n",
    "docs/old.md": "an old page\n" * 5,
    "tool.sh": "#!/bin/sh\n",
    ".gitignore": "*.log\nbuild/\n",
}


@dataclass(frozen=True)
class Desk:
    """A developer's desk: `home` is their checkout, `colleague` another clone of the same remote."""

    root: Path
    checkout: Checkout

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def remote(self) -> Path:
        return self.root / "remote.git"

    @property
    def colleague(self) -> Path:
        return self.root / "colleague"

    def having(self, **settings: object) -> Desk:
        """Return the desk with other settings of the checkout."""
        return replace(self, checkout=replace(self.checkout, **settings))

    def git(self, *arguments: str, text: str = "") -> str:
        """Run git as the developer."""
        return git(self.home, *arguments, text=text)

    def write(self, path: str, text: str | bytes | None) -> None:
        """Write or remove a file in the developer's checkout."""
        put(self.home, path, text)

    def commit(self, path: str, text: str | None) -> str:
        """Commit as the developer, without a push."""
        self.write(path, text)
        self.git("add", "--all", "--", path)
        self.git("commit", "--quiet", "-m", f"change {path}")
        return self.git("rev-parse", "HEAD")

    def push(self, files: dict[str, str | bytes | None], branch: str = "main", *options: str) -> str:
        """Commit and push as the colleague."""
        for path, text in files.items():
            put(self.colleague, path, text)
        return self.publish(branch, *options)

    def publish(self, branch: str = "main", *options: str) -> str:
        """Commit whatever lies in the colleague's clone, and push it."""
        git(self.colleague, "add", "--all", "--force")
        git(self.colleague, "commit", "--quiet", "--allow-empty", "-m", "a colleague's work")
        git(self.colleague, "push", "--quiet", *options, "origin", f"HEAD:refs/heads/{branch}")
        return git(self.colleague, "rev-parse", "HEAD")

    def sync(self, desktop: GitDesktop | None = None) -> tuple[CheckoutState, Decision, Moved | None]:
        """Look, decide, and merge when it is safe."""
        desktop = desktop or GitDesktop()
        with desktop.hold(self.checkout):
            desktop.settle(self.checkout)
            state = desktop.look(self.checkout)
            decision = decide(state)
            return state, decision, desktop.merge(state) if decision.safe else None


def put(top: Path, path: str, text: str | bytes | None) -> None:
    """Write a file, or remove it."""
    file = top / path
    if text is None:
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def make_template(root: Path) -> Path:
    """Make remote, home and colleague once."""
    root.mkdir()
    git(root, "init", "--quiet", "--bare", "remote.git")
    git(root, "clone", "--quiet", str(root / "remote.git"), "colleague")
    desk = Desk(root, Checkout("pantry", str(root / "home")))
    (root / "colleague" / "tool.sh").write_text("#!/bin/sh\n")
    (root / "colleague" / "tool.sh").chmod(0o755)
    git(root / "colleague", "checkout", "--quiet", "-b", "main")
    desk.push({**FILES})
    git(root / "remote.git", "symbolic-ref", "HEAD", "refs/heads/main")
    git(root, "clone", "--quiet", str(root / "remote.git"), "home")
    for name in ("home", "colleague"):
        shutil.rmtree(root / name / ".git" / "hooks")
    return root


def copy_desk(template: Path, root: Path) -> Desk:
    """Copy the template; every clone then has the copied remote."""
    shutil.copytree(template, root, symlinks=True)
    for name in ("home", "colleague"):
        config = root / name / ".git" / "config"
        config.write_text(config.read_text().replace(str(template), str(root)))
    return Desk(root, Checkout("pantry", str(root / "home")))


def fingerprint(top: Path) -> str:
    """Return a hash of all that is the developer's: files, index, head, refs, configuration, stash."""
    hashed = hashlib.sha256()
    for root, folders, files in os.walk(top):
        folders.sort()
        here = Path(root)
        if here == top / ".git":
            folders[:] = [name for name in folders if name not in ("objects", "overnight")]
        if here == top / ".git" / "refs":
            folders[:] = [name for name in folders if name != "overnight"]
        for name in sorted([*files, *(one for one in folders if (here / one).is_symlink())]):
            path = here / name
            found = path.lstat()
            content = str(path.readlink()).encode() if stat.S_ISLNK(found.st_mode) else path.read_bytes()
            hashed.update(repr((str(path.relative_to(top)), found.st_mode, content)).encode())
    return hashed.hexdigest()


def files(top: Path) -> dict[str, bytes]:
    """Return every file of a work tree with its content, links as their target."""
    found = {}
    for root, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = Path(root) / name
            content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            found[str(path.relative_to(top))] = content
    return found
