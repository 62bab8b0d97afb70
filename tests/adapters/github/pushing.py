"""Commits on branches of a forge, without a work tree."""

import subprocess

from demo.forge import RunningForge

_WHO = ["-c", "user.name=night-owl", "-c", "user.email=owl@example.org"]


def push(forge: RunningForge, branch: str, repository: str = "acme/pantry") -> str:
    """Put one more commit on a branch, made from main if new; return its sha."""
    path = forge.forge.bare(repository).path

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *_WHO, *arguments], cwd=path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    ref = f"refs/heads/{branch}"
    parent = git("for-each-ref", "--format=%(objectname)", ref) or git("rev-parse", "main")
    sha = git("commit-tree", f"{parent}^{{tree}}", "-p", parent, "-m", f"Work after {parent}")
    git("update-ref", ref, sha)
    return sha
