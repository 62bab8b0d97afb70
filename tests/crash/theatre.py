"""One night, played once and kept after each step: every kill begins from a copy of what it needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from demo.forge import Forge, RunningForge, running_forge
from demo.forge.world import World
from include.overnight.adapters.ledger import upgrade

from ..staging import FILES, REPOSITORY, TOKEN
from . import playing
from .picture import Picture, take

_SETTINGS = """\
home = "{home}/work"
github_url = "{url}"
[[repositories]]
name = "{repository}"
dry_run = false
[[repositories.model_rules]]
name = "a trial"
labels = ["try"]
tier = "gpt-4-turbo"
tag = "complex_reasoning"
"""
FILES_AND_LABELS = {**FILES, ".overnight.yml": f"{FILES['.overnight.yml']}labels: [nightly]\n"}


@dataclass
class Theatre:
    """A place on disk that is put back before each kill; paths and port stay, so that records hold.

    :param after: step → what stands when it and all before it are done, uninterrupted.
    """

    root: Path
    running: RunningForge
    after: dict[str, Picture] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def forge(self) -> Forge:
        return self.running.forge

    @property
    def ledger_url(self) -> str:
        return f"sqlite:///{self.home}/work/ledger.db"

    def prepare(self) -> None:
        """Play the night once, keeping what stands before and after each step."""
        (self.home / "work").mkdir()
        url = self.running.rest_url
        text = _SETTINGS.format(home=self.home, url=url, repository=REPOSITORY)
        (self.home / "overnight.toml").write_text(text)
        upgrade(self.ledger_url)
        for step in playing.STEPS:
            shutil.copytree(self.home, self.root / step, symlinks=True)
            code, _ = playing.play(self.home, [step])
            assert code == 0, self.log()
            self.after[step] = take(self.forge, self.ledger_url)

    def put_back(self, step: str) -> None:
        """Put everything back to the moment before a step."""
        old = self.forge.world
        old.store.close()
        shutil.rmtree(self.home)
        shutil.copytree(self.root / step, self.home, symlinks=True)
        world = World(old.root, lambda: datetime.now(UTC))
        world.base_url, world.tokens = old.base_url, old.tokens
        self.forge.world = world

    def log(self) -> str:
        """Return what the players said last."""
        return (self.home / "player.log").read_text()[-4000:]


@contextmanager
def open_theatre(root: Path) -> Iterator[Theatre]:
    """Serve a forge with one issue, and the stages of its night."""
    home = root / "home"
    tree = home / "tree"
    tree.mkdir(parents=True)
    for name, text in FILES_AND_LABELS.items():
        (tree / name).write_text(text)
    with Forge(home / "forge") as forge:
        forge.create_repository("acme", "box", tree=tree)
        forge.create_issue(
            REPOSITORY, "Add a colour", "", author="lead", author_association="OWNER", labels=["try"]
        )
        with running_forge(forge, {TOKEN: "overnight-bot:write"}) as running:
            theatre = Theatre(root, running)
            theatre.prepare()
            yield theatre
