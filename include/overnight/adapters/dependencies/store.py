"""Dependencies kept on this machine: made once in a clean tree, given to every tree that wants the same."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...ports import Ran, Tree
from ..git.failures import noticing_full_disk
from .commits import Commit
from .copies import holds_source
from .manifests import key_of, narrowed
from .placing import exclude, place
from .products import brought_along, covers, keep, made
from .shelf import Entry, Shelf

_log = logging.getLogger(__name__)
_GIB = 1024**3

Install = Callable[[Path], Ran]
"""Runs the setup command in a folder, confined."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is run, and with which plain environment."""

    setup: str
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """What a tree was given.

    :param ran: the setup's own result when it ran and failed, else exit code 0.
    :param products: paths in the tree that were filled.
    """

    ran: Ran
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DependencyStore:
    """The kept installations under one folder, for every process of this machine.

    What is shared was made from a commit that stands on GitHub, never from a change of ours: a change
    whose manifests differ, or whose source is part of what is installed, gets an entry of its own.

    :param cap_bytes: when all entries together are larger, those unused for longest go.
    :param wait_seconds: how long to wait for another process that installs the same.
    """

    home: Path
    cap_bytes: int = 20 * _GIB
    wait_seconds: float = 3600.0

    @classmethod
    def beside(cls, tree: Tree) -> DependencyStore:
        """Return the store of the home that a work tree belongs to."""
        return cls(tree.git_dir.parent.parent / "dependencies")

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.home)

    @noticing_full_disk()
    def bring(self, tree: Tree, recipe: Recipe, install: Install) -> Brought:
        """Put the dependencies of what is checked out into the tree, installing them when nobody has."""
        head, base = Commit.head(tree), Commit(tree, tree.base.sha)
        if planted := brought_along(head.sizes, base.sizes):
            return Brought(
                Ran(1, "", f"the change carries {planted}, which setup alone may make: remove it\n")
            )
        key = key_of(head.files, recipe.setup, recipe.environment)
        alone = narrowed(key, head.tree_sha)
        if key != key_of(base.files, recipe.setup, recipe.environment):
            return self._give(tree, alone, head, install)
        if tree.base.bundles and self._shelf.find(key) is None:  # the base is a change of ours as well
            return self._give(tree, narrowed(key, base.tree_sha), base, install, alone, head)
        return self._give(tree, key, base, install, alone, head)

    def _give(
        self,
        tree: Tree,
        key: str,
        origin: Commit,
        install: Install,
        alone: str = "",
        head: Commit | None = None,
    ) -> Brought:
        with self._shelf.held(key, self.wait_seconds):
            entry, ran = self._made(key, origin, install)
            fits = entry is not None and (head is None or _fits(entry, head))
            if entry is not None and fits:
                place(self._shelf.files(key), entry.products, tree.path)
                exclude(tree, entry.products)
        if entry is not None and not fits and head is not None:
            return self._give(tree, alone, head, install)
        return Brought(ran, entry.products if entry is not None else ())

    def _made(self, key: str, origin: Commit, install: Install) -> tuple[Entry | None, Ran]:
        entry = self._shelf.find(key)
        if entry is not None:
            self._shelf.touch(key)
            return entry, Ran(0, "", "")
        started = time.monotonic()
        entry, ran = self._make(key, origin, install)
        if entry is not None:
            _log.info(
                "installed %s, %d bytes, in %.1f s: kept as %s",
                ", ".join(entry.products) or "nothing",
                entry.bytes,
                time.monotonic() - started,
                key[:12],
            )
            self._shelf.evict(self.cap_bytes, keeping=key)
        return entry, ran

    def _make(self, key: str, origin: Commit, install: Install) -> tuple[Entry | None, Ran]:
        """Install in a clean tree of a commit and keep what that made."""
        with self._shelf.scratch() as scratch:
            folder, kept = scratch / "work", scratch / "kept"
            folder.mkdir()
            (kept / "tree").mkdir(parents=True)
            origin.lay_out(folder, scratch / "index")
            ran = install(folder)
            if ran.exit_code != 0 or ran.timed_out:
                return None, ran
            try:
                products = made(folder, origin.sizes)
                source = holds_source(folder, products, origin.sizes)
                entry = Entry(products, origin.tree_sha, source, keep(folder, products, kept / "tree"))
            except PermissionError as error:
                return None, Ran(1, "", f"setup leaves {Path(error.filename).name} closed to its owner\n")
            self._shelf.put(key, kept, entry)
        return entry, ran


def _fits(entry: Entry, head: Commit) -> bool:
    """Tell whether an entry made from another commit serves this one too."""
    if entry.tree_sha == head.tree_sha:
        return True
    return not entry.source and not covers(entry.products, head.sizes)
