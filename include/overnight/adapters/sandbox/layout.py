"""What is where inside the sandbox: the bubblewrap arguments for its file system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .limits import SandboxLimits
from .skeleton import Moved, Skeleton

TREE = Path("/work")
HOME = "/tmp/home"  # noqa: S108
PROGRAMS = Path("/run/overnight")
_USR = Path("/usr")
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = (
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "os-release",
    "pki/ca-trust",
    "pki/tls/openssl.cnf",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
    "timezone",
)

Args = Iterator[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Host directories that are seen read-only, and those that are covered wherever they would show."""

    toolbox: tuple[Path, ...]
    hidden: tuple[Path, ...]
    moved: tuple[Moved, ...] = ()
    search_path: tuple[str, ...] = field(default=())

    def arguments(self, skeleton: Skeleton, limits: SandboxLimits) -> list[str]:
        """Return the arguments that build everything except the tree."""
        return [
            *_system(),
            *_etc(skeleton),
            *_pseudo(limits),
            *self._tools(),
            *self._moved_tools(skeleton),
        ]

    def _tools(self) -> Args:
        """Parents first, so that a cover never hides a toolbox that lies inside what it covers."""
        seen = (_USR, *self.toolbox)
        covers = {path for path in self.hidden if path not in seen and _inside(path, seen)}
        binds = {
            path for path in self.toolbox if not path.is_relative_to(_USR) or _inside(path, tuple(covers))
        }
        for path in sorted(covers | binds, key=lambda path: (len(path.parts), path)):
            yield from ("--tmpfs", str(path)) if path in covers else bind(path, path)

    def _moved_tools(self, skeleton: Skeleton) -> Args:
        for number, tool in enumerate(self.moved):
            for entry in sorted(tool.source.iterdir()):
                place = ".programs" if entry.name == "bin" else entry.name
                yield from bind(entry, tool.target / place)
            yield from bind(skeleton.path / f"bin{number}", tool.target / "bin")


def bind(source: Path, target: Path, *, writable: bool = False) -> Args:
    """Show a host path at `target`; the way to it is made first, since bwrap would make it for root alone."""
    for parent in reversed(target.parents[:-1]):
        yield from ("--dir", str(parent))
    yield from ("--bind" if writable else "--ro-bind", str(source), str(target))


def make_layout(toolbox: Sequence[Path]) -> Layout:
    """Return the layout that shows the toolbox and the running interpreter, and hides Overnight's homes.

    A toolbox that lies where the tree is mounted is shown under /opt/overnight instead.
    """
    tools = _reachable((*toolbox, Path(sys.base_prefix)))
    in_the_way = [path for path in tools if path.is_relative_to(TREE)]
    moved = tuple(Moved(path, Path(f"/opt/overnight/{n}")) for n, path in enumerate(in_the_way))
    shown = {tool.source: tool.target for tool in moved}
    folders = [shown.get(path, path) / ("bin" if (path / "bin").is_dir() else "") for path in tools]
    usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    return Layout(
        toolbox=tuple(path for path in tools if path not in shown),
        hidden=_homes(),
        moved=moved,
        search_path=tuple(dict.fromkeys([str(folder) for folder in folders] + usual)),
    )


def _reachable(paths: Sequence[Path]) -> list[Path]:
    absolute = dict.fromkeys(path.absolute() for path in paths)
    return [path for path in absolute if os.access(path, os.R_OK | os.X_OK) and path.is_dir()]


def _homes() -> tuple[Path, ...]:
    """Directories that may hold settings, ledgers or credentials; the Astro image has its own in /usr."""
    project = Path(__file__).absolute().parents[4]
    named = [Path(os.environ[name]) for name in ("AIRFLOW_HOME", "OVERNIGHT_HOME") if os.environ.get(name)]
    places = {path.absolute() for path in (Path.home(), project, *named)}
    return tuple(sorted(path for path in places if path.is_dir() and path != Path("/")))


def _inside(path: Path, roots: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _system() -> Args:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        path = Path("/") / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _etc(skeleton: Skeleton) -> Args:
    for folder in ("/etc", *dict.fromkeys(str(Path("/etc", name).parent) for name in _ETC)):
        yield from ("--dir", folder)
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for file in sorted((skeleton.path / "etc").iterdir()):
        yield from ("--ro-bind", str(file), f"/etc/{file.name}")


def _pseudo(limits: SandboxLimits) -> Args:
    scratch = ("--perms", "1777", "--size", str(limits.scratch_bytes), "--tmpfs")
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from (*scratch, "/dev/shm", "--remount-ro", "/dev")  # noqa: S108
    yield from (*scratch, "/tmp", "--perms", "0777", "--dir", HOME)  # noqa: S108
    yield from ("--dir", "/var", "--symlink", "/tmp", "/var/tmp")  # noqa: S108
