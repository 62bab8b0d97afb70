"""Search for a secret everywhere a night leaves something, in every disguise a program might give it."""

import base64
import gzip
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from demo.forge.bare import quiet_environment


def disguises(secret: str) -> set[bytes]:
    """Return the secret as it is, reversed, in hex, quoted, and in base64 at each of its three offsets."""
    plain = secret.encode()
    encoded = {base64.b64encode(b"x" * offset + plain)[4:-4] for offset in range(3)}
    return {plain, plain[::-1], plain.hex().encode(), quote(secret, safe="").encode(), *encoded}


def files_with(folder: Path, secret: str) -> list[Path]:
    """Return the files below a folder whose name or content holds the secret, archives opened."""
    wanted = disguises(secret)
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(_holds(content, wanted) for content in _contents(path))
    ]


def unpack(home: Path, into: Path) -> int:
    """Write all git objects below a folder, those in bundles too, where `files_with` can read them.

    A bundle holds only what its base lacks, so it is opened beside the repositories that have the base.
    Returns the number of bundles.
    """
    into.mkdir()
    repositories = _repositories(home)
    for number, repository in enumerate(repositories):
        (into / f"repository-{number}").write_bytes(_objects(repository))
    scratch = into / "scratch"
    _git("init", "--quiet", "--bare", str(scratch))
    beside = {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(str(git / "objects") for git in repositories)
    }
    waiting = [path for path in sorted(home.rglob("*")) if path.is_file() and _is_bundle(path)]
    found = len(waiting)
    while waiting:  # a bundle of a chain can be opened once the one before it is there
        left = [path for path in waiting if not _open_bundle(scratch, path, beside)]
        assert len(left) < len(waiting), f"nothing has the base of {left}"
        waiting = left
    (into / "bundles").write_bytes(_git("--git-dir", str(scratch), *ALL_OBJECTS))
    return found


ALL_OBJECTS = ("cat-file", "--batch", "--batch-all-objects")


def _holds(content: bytes, wanted: set[bytes]) -> bool:
    return any(secret in content for secret in wanted)


def _contents(path: Path) -> Iterator[bytes]:
    yield path.name.encode()
    content = path.read_bytes()
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _is_bundle(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16).startswith((b"# v2 git bundle", b"# v3 git bundle"))


def _open_bundle(scratch: Path, bundle: Path, beside: dict[str, str]) -> bool:
    """Index a bundle's pack into the scratch repository; False while its base is not there."""
    _, _, pack = bundle.read_bytes().partition(b"\n\n")
    command = ["git", "--git-dir", str(scratch), "index-pack", "--stdin", "--fix-thin"]
    done = subprocess.run(command, env=quiet_environment(beside), input=pack, capture_output=True)
    return done.returncode == 0


def _repositories(folder: Path) -> list[Path]:
    return [head.parent for head in sorted(folder.rglob("HEAD")) if (head.parent / "objects").is_dir()]


def _objects(git: Path) -> bytes:
    return _git("--git-dir", str(git), *ALL_OBJECTS)


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], env=quiet_environment({}), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
