"""A stage for nights in one process: real forge, real git, real ledger, real sandbox; a scripted builder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.forge import Forge, RunningForge, running_forge
from include.overnight.adapters.ledger import upgrade, uuid7
from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.domain.nights import Night, NightIssue
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.settings import load_settings

from .fakes import Deed, ScriptedBuilder, StagedDesk

REPOSITORY = "acme/box"
TOKEN = "stage-token-4711"
SUITE = """\
import unittest
from box import size


class BoxTest(unittest.TestCase):
    def test_a_box_has_a_size(self):
        self.assertEqual(size(2, 3), 6)
"""
FILES = {
    "box.py": "def size(a, b):\n    return a * b\n",
    "test_box.py": SUITE,
    "README.md": "# box\n",
    ".overnight.yml": "test: python -m unittest -q\n",
}


@dataclass
class Stage:
    """A forge with one small repository, and desks to work on it."""

    home: Path
    forge: Forge
    running: RunningForge

    def desk(
        self, scripts: Mapping[int, Sequence[Deed]] | None = None, settings: str = "", **more: Any
    ) -> StagedDesk:
        """Return a desk whose builder plays the scripts; `settings` are further lines of the repository."""
        path = self.home / "overnight.toml"
        path.write_text(
            f'home = "{self.home / "work"}"\ngithub_url = "{self.running.rest_url}"\n'
            f'[[repositories]]\nname = "{REPOSITORY}"\ndry_run = false\n{settings}\n'
        )
        loaded = load_settings(path, {})
        loaded.home.mkdir(exist_ok=True)
        credentials = from_environment({"GITHUB_TOKEN": TOKEN}, frozenset())
        desk = StagedDesk(loaded, credentials, scripted=ScriptedBuilder(scripts or {}), **more)
        upgrade(desk.ledger_url)
        return desk

    def issue(self, title: str, body: str = "", **more: Any) -> int:
        """Open an issue by the repository's owner; return its number."""
        return self.forge.create_issue(
            REPOSITORY, title, body, author="lead", author_association="OWNER", **more
        ).number

    def night(self, desk: StagedDesk, **params: Any) -> Night:
        """Run a whole night in this process."""
        night, admission = begin_night(
            desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params=params
        )
        assert admission.admitted, admission.reason
        return run_night(desk, open_night(desk, night))


def of(night: Night, number: int) -> NightIssue:
    """Return an issue of a night that must be in its plan."""
    issue = night.issue(number)
    assert issue is not None, f"#{number} is not in the plan; left out: {night.exclusions}"
    return issue


@contextmanager
def open_stage(home: Path, files: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Serve a forge with the repository until the block ends."""
    tree = home / "tree"
    tree.mkdir()
    for name, text in (FILES if files is None else files).items():
        (tree / name).write_text(text)
    with Forge(home / "forge") as forge:
        forge.create_repository("acme", "box", tree=tree)
        with running_forge(forge, {TOKEN: "overnight-bot:write"}) as running:
            yield Stage(home, forge, running)
