"""Trees on their way to a sandbox elsewhere and back; what comes back was packed by hostile code."""

from __future__ import annotations

import os
import shlex
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ...domain.errors import SandboxUnavailable
from ..git.trees import empty
from .limits import SandboxLimits

Mount = tuple[Path, str, bool]
_MAX_ENTRIES = 500_000
_USUAL = {"LANG": "C.UTF-8", "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": "1"}
_KEPT = ("PATH", "HOME", "TMPDIR")
"""What a sandbox's own image says about itself; everything else of its environment is dropped."""


@contextmanager
def pack(source: Path, most: int) -> Iterator[bytes]:
    """Yield a folder (or one file) as a tar; links stay links, owners are forgotten."""
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(source, arcname=".", filter=_plain)
        if file.tell() > most:
            raise SandboxUnavailable(f"{source} is larger than {most} bytes: too much to send to a sandbox")
        file.seek(0)
        yield file.read()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o777 if member.isdir() or member.mode & 0o100 else 0o666
    return member


@contextmanager
def unpack(target: Path) -> Iterator[BinaryIO]:
    """Yield a file to write a tar to; at the end it replaces what the folder holds.

    Only files, folders and links are made, the links last, so that nothing is written through one.
    """
    with tempfile.TemporaryFile() as file:
        yield file
        file.seek(0)
        empty(target)
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                _write(archive, target)
        except tarfile.TarError as error:
            raise SandboxUnavailable(f"what a sandbox sent back cannot be read: {error}") from error


def _write(archive: tarfile.TarFile, target: Path) -> None:
    later: list[tuple[Path, tarfile.TarInfo]] = []
    for number, member in enumerate(archive):
        parts = [part for part in PurePosixPath(member.name).parts if part != "."]
        if number > _MAX_ENTRIES or ".." in parts or member.name.startswith("/"):
            raise SandboxUnavailable(f"what a sandbox sent back leads out of the tree: {member.name[:200]!r}")
        path = target.joinpath(*parts)
        if member.isdir():
            path.mkdir(parents=True, exist_ok=True)
        elif member.issym():
            later.append((path, member))
        elif member.isfile() or member.islnk():
            _write_file(archive, member, path)
    for path, member in later:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(path):
            path.symlink_to(member.linkname)


def _write_file(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = archive.extractfile(member)
    if content is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)


def wrap(
    parcel: str,
    environment: Mapping[str, str],
    mounts: Sequence[Mount],
    limits: SandboxLimits,
    mark: str,
) -> str:
    """Return the script that runs the parcel's command: mounts in place, limits set, a clean environment.

    :param mark: written to stderr as the last word, by which the end is told from a kill.
    """
    kept = [f'{name}="${{{name}:-/tmp}}"' for name in _KEPT]
    given = [shlex.quote(f"{name}={value}") for name, value in {**_USUAL, **environment}.items()]
    lines = [f"cd {PurePosixPath(parcel).parent} || exit 125"]
    for number, (_, inside, writable) in enumerate(mounts):
        place = shlex.quote(inside)
        lines.append(
            f"mkdir -p {place} && tar -xf {parcel}/mount{number}.tar -C {place} || exit 125"
            f"; rm -f {parcel}/mount{number}.tar"
        )
        if not writable:
            lines.append(f"chmod -R a-w {place}")
    script = f'"${{TMPDIR:-/tmp}}/{mark}"'
    lines.append(f"mv {parcel}/command {script} && rm -rf {parcel} || exit 125")
    limited = shlex.quote(f'{limits.as_shell()} || exit 125; exec /bin/bash "$0"')
    lines.append(f"env -i {' '.join([*kept, *given])} /bin/bash -c {limited} {script} </dev/null")
    lines.append("code=$?")
    for number, (_, inside, writable) in enumerate(mounts):
        if writable:
            out = f"{parcel}/out{number}"
            lines.append(f"mkdir -p {out} && cp -a {shlex.quote(inside)}/. {out}/ || code=125")
    lines.append(f"printf '\\n%s' {mark} >&2; exit $code")
    return f"/bin/bash -c {shlex.quote(chr(10).join(lines))}"
