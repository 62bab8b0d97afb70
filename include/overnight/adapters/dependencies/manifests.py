"""Which files of a commit say what is installed, and the key they give."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from .machine import machine

_FORMAT = "2"
"""Raise it when what is kept, or how, changes: older entries are then never read again."""

MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "python": (
        r"pyproject\.toml",
        r"setup\.(py|cfg)",
        r"MANIFEST\.in",
        r"(requirements|constraints)[\w.-]*\.(txt|in)",
        r"(uv|poetry|pdm|pylock[\w.-]*)\.(lock|toml)",
        r"Pipfile(\.lock)?",
        r"environment\.ya?ml",
        r"tox\.ini",
        r"\.python-version",
    ),
    "javascript": (
        r"package(-lock)?\.json",
        r"npm-shrinkwrap\.json",
        r"pnpm-(lock|workspace)\.yaml",
        r"yarn\.lock",
        r"\.(yarn|npm|pnpm)rc(\.yml)?",
        r"bun\.lockb?",
        r"\.(nvmrc|node-version)",
    ),
    "go": (r"go\.(mod|sum|work|work\.sum)",),
    "rust": (r"Cargo\.(toml|lock)", r"rust-toolchain(\.toml)?"),
    "java": (
        r"pom\.xml",
        r"[\w.-]+\.gradle(\.kts)?",
        r"gradle\.properties",
        r"gradle\.lockfile",
        r"gradle-wrapper\.(properties|jar)",
        r"libs\.versions\.toml",
    ),
    "make": (r"GNUmakefile", r"[Mm]akefile", r"[\w.-]+\.mk"),
    "others": (r"Gemfile(\.lock)?", r"composer\.(json|lock)", r"mix\.(exs|lock)", r"\.tool-versions"),
}
"""Toolchain → names of the files that key what its setup installs, in whatever folder they lie."""

_NAME = re.compile("|".join(name for names in MANIFESTS.values() for name in names))
_FOLDER = re.compile(r"(requirements|constraints)/[^/]+\.(txt|in)|\.yarn/(releases|patches|plugins)/.+")


def manifests(files: Mapping[str, str], setup: str) -> Iterator[tuple[str, str]]:
    """Yield (path, blob) of what keys an installation: manifests, lock files and scripts setup names."""
    named = _words(setup)
    for path, blob in sorted(files.items()):
        plain = PurePosixPath(path)
        if _NAME.fullmatch(plain.name) or _FOLDER.search(path) or path in named:
            yield path, blob


def key_of(files: Mapping[str, str], setup: str, environment: tuple[tuple[str, str], ...]) -> str:
    """Return the key of what `setup` installs for a commit.

    :param files: path → blob of every file of the commit.
    """
    facts = (_FORMAT, setup, repr(sorted(environment)), *machine(), repr([*manifests(files, setup)]))
    return hashlib.sha256("\0".join(facts).encode(errors="surrogateescape")).hexdigest()


def narrowed(key: str, tree_sha: str) -> str:
    """Return the key for one tree alone."""
    return hashlib.sha256(f"{key}\0{tree_sha}".encode()).hexdigest()


def _words(setup: str) -> frozenset[str]:
    try:
        words = shlex.split(setup, comments=True)
    except ValueError:
        words = setup.split()
    return frozenset(word.removeprefix("./").rstrip(";") for word in words)
