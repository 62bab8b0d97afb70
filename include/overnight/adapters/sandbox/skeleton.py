"""The few files of our own that the sandbox sees: a small /etc, and tools that had to move."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ETC = {
    "passwd": "root:x:0:0::/:/usr/sbin/nologin\nsandbox:x:65534:65534:Sandbox:/tmp/home:/bin/bash\n",
    "group": "root:x:0:\nsandbox:x:65534:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A toolbox that cannot lie at its own path inside, and where it is seen instead."""

    source: Path
    target: Path


class Skeleton:
    """A small directory on the host that is mounted, read-only, into every sandbox."""

    def __init__(self, moved: Sequence[Moved] = ()) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="overnight-sandbox-"))
        self.path.chmod(0o755)
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        (self.path / "etc").mkdir()
        for name, text in _ETC.items():
            (self.path / "etc" / name).write_text(text, encoding="utf-8")
        for number, tool in enumerate(moved):
            _write_programs(tool, self.path / f"bin{number}")

    def remove(self) -> None:
        """Delete it now rather than when the process ends."""
        self._finalizer()


def _write_programs(tool: Moved, folder: Path) -> None:
    """Write the toolbox's programs anew with the path it has inside; binaries become links."""
    folder.mkdir()
    old, new = str(tool.source).encode(), str(tool.target).encode()
    for program in sorted((tool.source / "bin").iterdir()):
        copy = folder / program.name
        if program.is_symlink():
            copy.symlink_to(program.readlink())
        elif program.is_file() and _is_script(program):
            copy.write_bytes(program.read_bytes().replace(old, new))
            copy.chmod(0o755)
        elif program.is_file():
            copy.symlink_to(tool.target / ".programs" / program.name)


def _is_script(program: Path) -> bool:
    with program.open("rb") as file:
        return file.read(2) == b"#!"
