"""A bare git repository: the forge's only door to git."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .errors import Refusal

_FIRST_COMMIT = "2026-01-05T09:00:00+00:00"
_UPDATE_HOOK = """#!/bin/sh
# Refuse what a guarded branch refuses; the forge lists kind|code|pattern in FORGE_RULES.
set -f
none=0000000000000000000000000000000000000000
for rule in $FORGE_RULES; do
  kind=${rule%%|*}; rest=${rule#*|}; code=${rest%%|*}; pattern=${rest#*|}
  case "$1" in refs/heads/$pattern) ;; *) continue ;; esac
  case "$kind" in
    queue) why="Changes must be made through the merge queue" ;;
    force)
      if [ "$2" = $none ] || [ "$3" = $none ] || git merge-base --is-ancestor "$2" "$3"; then continue; fi
      why="Cannot force-push to this branch" ;;
    keep) [ "$3" = $none ] || continue; why="Cannot delete this branch" ;;
    *) why="Changes must be made through a pull request." ;;
  esac
  case "$code" in
    GH006) echo "error: GH006: Protected branch update failed for $1." >&2; echo "error: $why" >&2 ;;
    *) echo "error: $code: Repository rule violations found for $1." >&2; echo "- $why" >&2 ;;
  esac
  exit 1
done
"""


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Author
    authored_at: str
    committer: Author
    committed_at: str
    message: str


@dataclass(frozen=True, slots=True)
class FileChange:
    path: str
    status: str
    additions: int
    deletions: int
    blob: str


class BareRepository:
    """Git plumbing on one bare repository, with no configuration but its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self,
        *arguments: str,
        check: bool = True,
        environment: Mapping[str, str] | None = None,
        feed: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run git; a failure that `check` does not allow is a 500 of the forge."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=quiet_environment(environment or {}),
            capture_output=True,
            text=True,
            errors="replace",
            input=feed,
        )
        if check and done.returncode:
            raise Refusal(500, f"git {arguments[0]}: {done.stderr.strip()}")
        return done

    def _line(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        return self.git(*arguments, environment=environment).stdout.strip()

    @classmethod
    def create(cls, path: Path, branch: str, tree: Path | None, author: Author) -> "BareRepository":
        """Make a repository whose first commit, of a fixed date, holds `tree` or nothing."""
        path.mkdir(parents=True)
        repository = cls(path)
        repository.git("init", "--quiet", "--bare", f"--initial-branch={branch}", ".")
        for key, value in {
            "http.receivepack": "true",
            "gc.auto": "0",
            "core.logAllRefUpdates": "false",
        }.items():
            repository.git("config", key, value)
        hook = path / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_UPDATE_HOOK)
        hook.chmod(0o755)
        sha = repository._commit(repository._write_tree(tree), (), "Initial commit", author, _FIRST_COMMIT)
        repository.update_branch(branch, sha)
        return repository

    def _write_tree(self, tree: Path | None) -> str:
        with tempfile.TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": f"{scratch}/index"}
            if tree is not None:
                inside = {"GIT_DIR": str(self.path), "GIT_WORK_TREE": str(tree.resolve())}
                self.git(
                    "-C", str(tree.resolve()), "add", "--all", "--force", ".", environment=index | inside
                )
            return self._line("write-tree", environment=index)

    def _commit(self, tree: str, parents: tuple[str, ...], message: str, author: Author, at: str) -> str:
        arguments = [word for parent in parents for word in ("-p", parent)]
        return self._line("commit-tree", tree, *arguments, "-m", message, environment=_identity(author, at))

    # Reading -------------------------------------------------------------------------------------------

    def resolve(self, revision: str) -> str | None:
        """Return the commit a branch, tag or sha names, or None."""
        if revision.startswith("-"):
            return None
        done = self.git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", check=False)
        return done.stdout.strip() or None

    def branch(self, name: str) -> str | None:
        return self.refs(f"refs/heads/{name}").get(f"refs/heads/{name}")

    def refs(self, *prefixes: str) -> dict[str, str]:
        """Return full ref name → sha, for all refs under the prefixes."""
        listed = self.git("for-each-ref", "--format=%(refname) %(objectname)", *prefixes).stdout
        return dict(line.split(" ", 1) for line in listed.splitlines())

    def commits(self, *revisions: str, limit: int = 250) -> list[Commit]:
        """Return commits newest first, as `git log` does."""
        layout = "%x1f".join(("%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B")) + "%x1e"
        log = self.git("log", f"--max-count={limit}", f"--format={layout}", *revisions, "--").stdout
        return [_commit(entry.lstrip("\n")) for entry in log.split("\x1e") if entry.strip()]

    def changes(self, base: str, head: str) -> list[FileChange]:
        """Return the files that differ between the merge base and the head."""
        start = self.merge_base(base, head) or base
        raw = self.git("diff", "--raw", "--no-renames", "--abbrev=40", start, head).stdout.splitlines()
        counted = self.git("diff", "--numstat", "--no-renames", start, head).stdout.splitlines()
        counts = {line.split("\t")[2]: line.split("\t")[:2] for line in counted}
        return [_change(line, counts) for line in raw]

    def show(self, revision: str, path: str) -> tuple[str, str] | None:
        """Return (kind, sha) of what lies at a path, or None."""
        if not path:
            return "tree", self._line("rev-parse", f"{revision}^{{tree}}")
        listed = self.git("ls-tree", "-z", revision, "--", path, check=False).stdout.rstrip("\0")
        if not listed:
            return None
        _mode, kind, sha = listed.split("\t")[0].split(" ")
        return kind, sha

    def children(self, tree: str) -> list[tuple[str, str, str]]:
        """Return (kind, sha, name) of a tree's entries."""
        listed = self.git("ls-tree", "-z", tree).stdout
        rows = [entry.split("\t", 1) for entry in listed.split("\0") if entry]
        return [(head.split(" ")[1], head.split(" ")[2], name) for head, name in rows]

    def blob(self, sha: str) -> bytes:
        done = subprocess.run(
            ["git", "cat-file", "blob", sha],
            cwd=self.path,
            env=quiet_environment({}),
            capture_output=True,
            check=True,
        )
        return done.stdout

    def merge_base(self, one: str, other: str) -> str | None:
        return self.git("merge-base", one, other, check=False).stdout.strip() or None

    def contains(self, descendant: str, ancestor: str) -> bool:
        return self.git("merge-base", "--is-ancestor", ancestor, descendant, check=False).returncode == 0

    # Writing -------------------------------------------------------------------------------------------

    def update_branch(self, name: str, sha: str) -> None:
        self.git("update-ref", f"refs/heads/{name}", sha)

    def update_ref(self, ref: str, sha: str) -> None:
        self.git("update-ref", ref, sha)

    def delete_ref(self, ref: str) -> None:
        self.git("update-ref", "-d", ref)

    def commit_files(
        self, parent: str, files: Mapping[str, str | None], message: str, author: Author, at: datetime
    ) -> str:
        """Write a commit that sets files to texts, or deletes those of None. Moves no branch."""
        with tempfile.TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": f"{scratch}/index"}
            self.git("read-tree", parent, environment=index)
            rows = [self._index_row(path, text) for path, text in files.items()]
            self.git("update-index", "--index-info", environment=index, feed="\n".join(rows))
            tree = self._line("write-tree", environment=index)
        return self._commit(tree, (parent,), message, author, at.isoformat())

    def _index_row(self, path: str, text: str | None) -> str:
        if text is None:
            return f"0 {'0' * 40}\t{path}"
        blob = self.git("hash-object", "-w", "--stdin", feed=text).stdout.strip()
        return f"100644 {blob}\t{path}"

    def merged_tree(self, base: str, head: str) -> str | None:
        """Return the tree of merging head into base, or None on a conflict."""
        done = self.git("merge-tree", "--write-tree", base, head, check=False)
        return done.stdout.split("\n", 1)[0].strip() if done.returncode == 0 else None

    def merge(
        self, method: str, base: str, head: str, message: str, author: Author, at: datetime
    ) -> str | None:
        """Write the commit that a merge of `head` onto `base` gives; None on a conflict. Moves no branch."""
        if method == "rebase":
            return self._rebase(base, head, author, at)
        tree = self.merged_tree(base, head)
        if tree is None:
            return None
        parents = (base,) if method == "squash" else (base, head)
        return self._commit(tree, parents, message, author, at.isoformat())

    def undo(
        self, merged: str, before: str, tip: str, message: str, author: Author, at: datetime
    ) -> str | None:
        """Write a commit on `tip` that takes the way from `before` to `merged` back; None on a conflict."""
        # A child of `merged` that looks like `before`: merging it undoes what lies between, and nothing else.
        undone = self._commit(f"{before}^{{tree}}", (merged,), message, author, at.isoformat())
        tree = self.merged_tree(tip, undone)
        return tree and self._commit(tree, (tip,), message, author, at.isoformat())

    def _rebase(self, base: str, head: str, author: Author, at: datetime) -> str | None:
        with tempfile.TemporaryDirectory() as scratch:
            tree = str(Path(scratch) / "tree")
            self.git("worktree", "add", "--quiet", "--detach", tree, head)
            try:
                identity = _identity(author, at.isoformat())
                del identity["GIT_AUTHOR_NAME"], identity["GIT_AUTHOR_EMAIL"], identity["GIT_AUTHOR_DATE"]
                worktree = BareRepository(Path(tree))
                done = worktree.git(
                    "rebase", "--quiet", "--force-rebase", base, check=False, environment=identity
                )
                return worktree._line("rev-parse", "HEAD") if done.returncode == 0 else None
            finally:
                self.git("worktree", "remove", "--force", tree)


def quiet_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git reads no configuration of the machine and asks nobody."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        # The tests may run as root on directories of another user.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        **extra,
    }


def _identity(author: Author, at: str) -> dict[str, str]:
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", author.name), ("EMAIL", author.email), ("DATE", at))
    }


def _commit(entry: str) -> Commit:
    sha, tree, parents, an, ae, ad, cn, ce, cd, message = entry.split("\x1f", 9)
    return Commit(
        sha, tree, tuple(parents.split()), Author(an, ae), ad, Author(cn, ce), cd, message.rstrip("\n")
    )


def _change(line: str, counts: Mapping[str, list[str]]) -> FileChange:
    head, path = line.split("\t", 1)
    _old_mode, _new_mode, old, new, letter = head.split(" ")
    added, deleted = (int(count) if count.isdigit() else 0 for count in counts.get(path, ["0", "0"]))
    status = {"A": "added", "D": "removed"}.get(letter[0], "modified")
    return FileChange(path, status, added, deleted, old if letter[0] == "D" else new)
