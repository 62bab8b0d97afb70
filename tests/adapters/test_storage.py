from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from include.overnight.adapters.storage import ObjectStorage
from include.overnight.domain.errors import DiskFull, NotFound, SettingsError


@pytest.fixture(autouse=True)
def _airflow_at_home_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))


def test_what_is_put_comes_back_from_its_uri(tmp_path):
    storage = ObjectStorage(str(tmp_path / "objects"))
    uri = storage.put("bundles/ab/x.bundle", b"\0content")
    assert uri == f"file://{tmp_path}/objects/bundles/ab/x.bundle"
    assert storage.get(uri) == b"\0content"
    assert ObjectStorage(f"file://{tmp_path}/objects/").get(uri) == b"\0content"
    storage.put("bundles/ab/x.bundle", b"other")
    assert storage.get(uri) == b"other"


@pytest.mark.parametrize("name", ["", "/abs", "../out", "a/../../b", "a//b", "./a", "a/", "a\0b"])
def test_a_name_cannot_lead_out_of_the_root(tmp_path, name):
    with pytest.raises(ValueError, match="not a relative name"):
        ObjectStorage(str(tmp_path / "objects")).put(name, b"x")


def test_what_is_not_there_or_not_ours_is_not_found(tmp_path):
    storage = ObjectStorage(str(tmp_path / "objects"))
    with pytest.raises(NotFound, match="nothing is stored"):
        storage.get(f"file://{tmp_path}/objects/none")
    (tmp_path / "secret").write_text("x")
    for uri in (f"file://{tmp_path}/secret", f"file://{tmp_path}/objects/../secret"):
        with pytest.raises((NotFound, ValueError)):
            storage.get(uri)


def test_a_reader_never_sees_half_an_object(tmp_path):
    storage = ObjectStorage(str(tmp_path / "objects"))
    uri = storage.put("x", b"a" * 500_000)
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            content = storage.get(uri)
            seen.add(content[:1] + str(len(content)).encode())

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(10):
        storage.put("x", (b"b" if turn % 2 else b"a") * 500_000)
    done.set()
    reader.join()
    assert seen <= {b"a500000", b"b500000"}
    assert [path.name for path in (tmp_path / "objects").iterdir()] == ["x"]


def test_a_full_disk_is_named_and_leaves_nothing_behind(tmp_path, monkeypatch):
    storage = ObjectStorage(str(tmp_path / "objects"))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="no space left"):
        storage.put("x", b"x")
    assert list((tmp_path / "objects").iterdir()) == []


def test_other_stores_are_reached_by_their_scheme():
    storage = ObjectStorage("memory://bucket/prefix")
    uri = storage.put("a/b", b"x")
    assert uri == "memory://bucket/prefix/a/b"
    assert storage.get(uri) == b"x"


def test_a_store_whose_library_is_missing_is_a_matter_of_settings():
    with pytest.raises(SettingsError, match="nosuch://"):
        ObjectStorage("nosuch://bucket").put("a", b"x")


def test_a_folder_with_odd_signs_works(tmp_path):
    folder = Path(tmp_path / "ö b#c?d%20e")
    storage = ObjectStorage(str(folder))
    assert storage.get(storage.put("x y", b"1")) == b"1"
