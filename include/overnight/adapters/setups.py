"""How a detected toolchain is set up: into the tree, from its lock file when it has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CACHE = ".overnight-cache"
"""Where toolchains that install into a home put things instead, in the tree."""

_LOCKED_NODE: tuple[tuple[str, str, str], ...] = (
    ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile"),
    ("bun.lock", "bun", "bun install --frozen-lockfile"),
    ("bun.lockb", "bun", "bun install --frozen-lockfile"),
    ("yarn.lock", "yarn", "yarn install --frozen-lockfile"),
    ("package-lock.json", "npm", "npm ci --no-audit --no-fund"),
    ("npm-shrinkwrap.json", "npm", "npm ci --no-audit --no-fund"),
)
"""(lock file, package manager, how it installs what is locked)"""


def package_manager(present: frozenset[str]) -> str:
    """Return npm, pnpm, yarn or bun, by the lock file."""
    return next((manager for lock, manager, _ in _LOCKED_NODE if lock in present), "npm")


def node_setup(present: frozenset[str], package: Mapping[str, Any]) -> tuple[str, str]:
    """Return (command, deciding file) for `node_modules`; ("", "") without dependencies."""
    for lock, manager, command in _LOCKED_NODE:
        if lock in present:
            modern = manager == "yarn" and ".yarnrc.yml" in present
            return ("yarn install --immutable" if modern else command), lock
    asks = any(package.get(key) for key in ("dependencies", "devDependencies", "workspaces"))
    return ("npm install --no-audit --no-fund --no-package-lock", "package.json") if asks else ("", "")


def go_setup(present: frozenset[str]) -> str:
    """Return the command that brings modules into `vendor`, unless the repository has them."""
    return "go mod vendor" if "go.sum" in present and "vendor/modules.txt" not in present else ""


def cargo_setup(present: frozenset[str]) -> str:
    """Return the command that fetches crates; with CARGO_HOME in the tree they stay there."""
    return "cargo fetch --quiet --locked" if "Cargo.lock" in present else "cargo fetch --quiet"


CARGO_HOME = (("CARGO_HOME", f"{CACHE}/cargo"),)
MAVEN_HOME = (("MAVEN_OPTS", f"-Dmaven.repo.local={CACHE}/maven"),)
GRADLE_HOME = (("GRADLE_USER_HOME", f"{CACHE}/gradle"),)
"""The variables that keep what these toolchains fetch inside the tree."""
