"""Examine an installation: each check says what is so, or the fix."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..domain.issues import split_full_name
from ..domain.models import LADDER
from ..ports import Desk


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `detail` names the fix when it is not in order."""

    name: str
    passed: bool
    detail: str


def examine(desk: Desk, repositories: Sequence[str]) -> tuple[Check, ...]:
    """Return every check, in the order in which a person would mend them; none of them raises."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("git", _git),
        ("ledger", lambda: _ledger(desk)),
        ("storage", lambda: _storage(desk)),
        ("sandbox", lambda: _sandbox(desk)),
        ("GitHub token", lambda: f"works as {desk.tracker.login()}"),
        *((f"repository {name}", _repository(desk, name)) for name in repositories),
        ("models", lambda: _models(desk)),
    ]
    return tuple(_run(name, check) for name, check in checks)


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except Exception as error:  # noqa: BLE001  a doctor that faints helps nobody
        return Check(name, False, str(error) or repr(error))


def _git() -> str:
    where = shutil.which("git")
    if where is None:
        raise LookupError("git is not on PATH: install it (Debian: apt install git)")
    return where


def _ledger(desk: Desk) -> str:
    broken = desk.ledger.verify()
    if broken:
        raise ValueError(f"the hash chain does not verify: {broken[0]}")
    return "schema is this version's, the chain verifies"


def _storage(desk: Desk) -> str:
    uri = desk.storage.put("doctor/probe", b"probe")
    if desk.storage.get(uri) != b"probe":
        raise ValueError(f"{uri} does not hold what was written to it")
    return uri.removesuffix("/doctor/probe")


def _sandbox(desk: Desk) -> str:
    desk.sandbox.self_test()
    return "confines what it runs"


def _repository(desk: Desk, full_name: str) -> Callable[[], str]:
    def check() -> str:
        repository = desk.tracker.repository(*split_full_name(full_name))
        if repository.head_sha is None:
            raise ValueError("the repository is empty: push a first commit")
        state = "archived: nothing can be published" if repository.archived else repository.default_branch
        return f"default branch {state}"

    return check


def _models(desk: Desk) -> str:
    tiers = desk.available_tiers()
    if not any(tiers.get(tier) == "" for tier in LADDER) and tiers.get("local-builder") != "":
        raise ValueError("; ".join(f"{tier}: {why}" for tier, why in tiers.items()))
    return "; ".join(f"{tier}: {why or 'ready'}" for tier, why in tiers.items())
