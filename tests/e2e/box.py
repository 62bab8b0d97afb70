"""A repository of a few lines whose backlog ends in every way a night knows; its suite costs no time."""

from pathlib import Path

from demo.forge import Forge

from .house import tree_of
from .scripts import put_script, run, write

REPOSITORY = "acme/box"
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
    "CHANGELOG.md": "# Changes\n",
    ".overnight.yml": "test: python -m unittest -q\n",
}
CHAIN, HEALED, NEVER, BEHIND_NEVER, ONE_OF_CYCLE, OTHER_OF_CYCLE, STRANGER, LEFT, BEHIND_LEFT, DESIGN = (
    (201, 202), 203, 204, 205, 206, 207, 208, 209, 210, 211,
)  # fmt: skip

_VOLUME = 'def volume(a, b, c):\n    """Return what fits into a box."""\n    return a * b * c\n'
_WEIGHT = """\
from volume import volume


def weight(a, density):
    '''Return the weight of a full cube.'''
    return volume(a, a, a) * density
"""
_BROKEN = "def size(a, b):\n    return a + b\n"
_NAMED = 'def size(a, b):\n    """Return the area of the floor."""\n    return a * b\n'


def plant(forge: Forge, folder: Path, repository: str = REPOSITORY) -> None:
    """Create the repository with its first commit and nothing else."""
    owner, name = repository.split("/")
    forge.create_repository(owner, name, tree_of(folder, FILES))


def seed_box(forge: Forge, folder: Path, scripts: Path) -> None:
    """Create `acme/box` with its backlog, and what the model says to each issue."""
    plant(forge, folder)
    _script(scripts)
    for number, title, body, more in (
        (CHAIN[0], "Add a volume", "A box has three sides.", {}),
        (CHAIN[1], "Add a weight", f"Depends on #{CHAIN[0]}", {}),
        (HEALED, "Say what size means", "One docstring.", {}),
        (NEVER, "Make every box one larger", "Without touching a test.", {}),
        (BEHIND_NEVER, "Sell the larger boxes", f"Blocked by #{NEVER}", {}),
        (ONE_OF_CYCLE, "The chicken", f"Depends on #{OTHER_OF_CYCLE}", {}),
        (OTHER_OF_CYCLE, "The egg", f"Depends on #{ONE_OF_CYCLE}", {}),
        (STRANGER, "Rewrite it all", "", {"author": "passer-by", "author_association": "NONE"}),
        (LEFT, "Choose a colour", "", {"labels": ("overnight: skip",)}),
        (BEHIND_LEFT, "Paint the boxes", f"Depends on #{LEFT}", {}),
        (DESIGN, "Put boxes behind a protocol", "", {"labels": ("architecture",)}),
    ):
        by = {"author": "lead", "author_association": "OWNER"}
        forge.create_issue(REPOSITORY, title, body, number=number, **{**by, **more})


def _script(scripts: Path) -> None:
    test = "from volume import volume\n\n\ndef test_volume():\n    assert volume(1, 2, 3) == 6\n"
    put_script(scripts, CHAIN[0], [run("ls"), write("volume.py", _VOLUME), write("test_volume.py", test)])
    put_script(scripts, CHAIN[1], [write("weight.py", _WEIGHT)])
    put_script(scripts, HEALED, [write("box.py", _BROKEN)], [write("box.py", _NAMED)])
    put_script(scripts, NEVER, [write("box.py", "def size(a, b):\n    return a * b + 1\n")])
    put_script(scripts, BEHIND_NEVER, [write("shop.py", "PRICE = 3\n")])
    protocol = (
        "from typing import Protocol\n\n\n"
        'class Box(Protocol):\n    """What every box can tell."""\n\n    def size(self): ...\n'
    )
    put_script(scripts, DESIGN, [write("protocol.py", protocol)])
