"""Two developers' desks: clones of the same repository, one of them in the middle of something."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from .forge.bare import quiet_environment
from .forge.forge import Forge
from .spoons import FILES, REPOSITORY

LEVEL, BUSY = "anns-laptop", "bens-tower"
PUSHED = {"README.md": "# spoons\n\nHow much a spoon holds, in millilitres.\n"}
"""What a colleague changes upstream."""
UNFINISHED = FILES["README.md"] + "\nTODO: ben is still writing this.\n"


def open_desks(folder: Path, url: str, token: str) -> None:
    """Clone the repository twice, each with its developer's own way to sign in; leave one with open work."""
    helper = f'!f() {{ test "$1" = get && echo username=x-access-token && echo password={token}; }}; f'
    folder.mkdir()
    for name in (LEVEL, BUSY):
        _git("-c", f"credential.helper={helper}", "clone", "--quiet", url, str(folder / name))
        _git("-C", str(folder / name), "config", "credential.helper", helper)
    (folder / BUSY / "README.md").write_text(UNFINISHED, encoding="utf-8")


def push_upstream(forge: Forge) -> str:
    """Let a colleague change the README; return the new commit."""
    with forge.world.turn():
        repository = forge.world.repository(REPOSITORY)
        git, author = forge.bare(REPOSITORY), forge.world.author("carl")
        tip = git.branch(repository.default_branch) or ""
        sha = git.commit_files(tip, PUSHED, "Say which unit", author, datetime.now(UTC))
        git.update_branch(repository.default_branch, sha)
    return sha


def _git(*arguments: str) -> None:
    environment = {**quiet_environment({}), "PATH": os.environ.get("PATH", os.defpath)}
    subprocess.run(["git", *arguments], env=environment, check=True, capture_output=True)
