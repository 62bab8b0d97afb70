"""The folder of kept installations: one entry per key, one maker at a time, the oldest removed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ...domain.errors import Contended
from ..git.locks import locked
from ..git.trees import empty

_RECORD = "entry.json"
_STALE_SECONDS = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept installation.

    :param products: paths in the tree that it fills.
    :param tree_sha: the git tree it was made from.
    :param source: whether it holds something of the source, and so fits that very tree alone.
    :param bytes: its size.
    """

    products: tuple[str, ...]
    tree_sha: str
    source: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Entries under one folder, for every process of this machine."""

    home: Path

    def find(self, key: str) -> Entry | None:
        """Return an entry, None when there is none or it is torn."""
        try:
            told = json.loads((self.home / key / _RECORD).read_text())
            return Entry(**{**told, "products": tuple(told["products"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def touch(self, key: str) -> None:
        """Note that an entry was used now."""
        os.utime(self.home / key / _RECORD)

    def files(self, key: str) -> Path:
        """Return the folder with an entry's products."""
        return self.home / key / "tree"

    def put(self, key: str, kept: Path, entry: Entry) -> None:
        """Make a folder, with its products under `tree`, the entry of a key."""
        (kept / _RECORD).write_text(json.dumps(asdict(entry)))
        _remove(self.home / key)
        kept.rename(self.home / key)

    @contextmanager
    def held(self, key: str, seconds: float) -> Iterator[None]:
        """Hold a key: one maker, and those who want the same wait and then find it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.home / f"{key}.lock", seconds):
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield an empty folder on the same disk, removed afterwards."""
        making = self.home / "making"
        making.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=making))
        try:
            yield folder
        finally:
            _remove(folder)

    def evict(self, cap_bytes: int, keeping: str) -> None:
        """Remove what was unused for longest until the rest fits; what is in use stays."""
        self._clear_leftovers()
        sizes = {key: entry.bytes for key in self._by_age() if (entry := self.find(key))}
        total = sum(sizes.values())
        for key, size in sizes.items():
            if total <= cap_bytes:
                return
            if key == keeping:
                continue
            with suppress(Contended), self.held(key, 0.0):
                _remove(self.home / key)
                total -= size

    def _by_age(self) -> list[str]:
        ages: list[tuple[float, str]] = []
        for record in self.home.glob(f"*/{_RECORD}"):
            with suppress(FileNotFoundError):  # another process removed it just now
                ages.append((record.stat().st_mtime, record.parent.name))
        return [key for _, key in sorted(ages)]

    def _clear_leftovers(self) -> None:
        for leftover in (self.home / "making").glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - leftover.lstat().st_mtime > _STALE_SECONDS:
                    _remove(leftover)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        empty(folder)
        shutil.rmtree(folder, ignore_errors=True)
