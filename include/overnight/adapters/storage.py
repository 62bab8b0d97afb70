"""Objects that travel between tasks, in Airflow object storage (file://, s3://, gs:// and more by fsspec)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from uuid import uuid4

from ..domain.errors import DiskFull, NotAuthorized, NotFound, SettingsError, Unreachable

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class ObjectStorage:
    """The Storage port under one root.

    :param root: a folder's path, or a URL such as "file:///var/lib/overnight" or "s3://conn@bucket/prefix".
    """

    root: str

    def put(self, name: str, content: bytes) -> str:
        """Store under a relative name, whole or not at all, and return the URI.

        Errors: ValueError (name), DiskFull, NotAuthorized, Unreachable, SettingsError.
        """
        uri = f"{self._url}/{_checked(name)}"
        with _speaking_ours(uri):
            if self._url.startswith("file://"):
                _replace(Path(uri.removeprefix("file://")), content)
            else:
                _at(uri).write_bytes(content)
        return uri

    def get(self, uri: str) -> bytes:
        """Return what is stored at a URI; NotFound when nothing is there or it lies outside the root."""
        if not uri.startswith(f"{self._url}/"):
            raise NotFound(f"{uri} is not in this object storage ({self._url}): was the root changed?")
        _checked(uri.removeprefix(f"{self._url}/"))
        with _speaking_ours(uri):
            return bytes(_at(uri).read_bytes())

    def folders(self, folder: str) -> tuple[str, ...]:
        """Return the names of the folders in a folder, none where it is not there."""
        uri = f"{self._url}/{_checked(folder)}"
        with _speaking_ours(uri):
            at = _at(uri)
            return tuple(sorted(one.name for one in at.iterdir() if one.is_dir())) if at.is_dir() else ()

    def remove_below(self, folder: str) -> int:
        """Delete every object below a folder, and the folder; return how many objects, 0 for none."""
        uri = f"{self._url}/{_checked(folder)}"
        with _speaking_ours(uri):
            at = _at(uri)
            if not at.is_dir():
                return 0
            count = sum(1 for one in at.rglob("*") if one.is_file())
            at.rmdir(recursive=True)
            return count

    @property
    def _url(self) -> str:
        root = self.root.rstrip("/")
        return root if "://" in root else f"file://{Path(root).resolve()}"


def _at(uri: str) -> ObjectStoragePath:
    from airflow.sdk import ObjectStoragePath  # a second of imports, paid by who stores

    return ObjectStoragePath(uri)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the place and move there: a reader sees the old object or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _checked(name: str) -> str:
    parts = PurePosixPath(name).parts
    if (
        not parts
        or name != "/".join(parts)
        or name.startswith("/")
        or {"..", "."} & set(parts)
        or "\0" in name
    ):
        raise ValueError(f"{name!r} is not a relative name for an object")
    return name


@contextmanager
def _speaking_ours(uri: str) -> Iterator[None]:
    """Re-raise what file systems and object stores raise as our errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"nothing is stored at {uri}") from error
    except PermissionError as error:
        raise NotAuthorized(f"no access to {uri}: {error.strerror or error}") from error
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(f"no space left for {uri}: free some or move the object storage") from error
        raise Unreachable(f"object storage does not answer for {uri}: {error}") from error
    except (ImportError, ValueError) as error:
        raise SettingsError(f"object storage {uri.split(':')[0]}:// is not to be had: {error}") from error
