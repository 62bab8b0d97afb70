"""Examine an installation: each check says what is so, or the fix."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable

from ..domain.issues import split_full_name
from ..ports import Desk
from .appraising import Asked, Check, fitting_tiers, known_prices, looks, usable_tiers, used_quota

More = tuple[str, Callable[[], Iterable[Check]]]
"""A further subject and its checks, of a part of the house that services do not reach."""


def examine(desk: Desk, asked: Asked, *more: More) -> tuple[Check, ...]:
    """Return every check, in the order in which a person would mend them; none of them raises."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("git", _git),
        ("ledger", lambda: _ledger(desk)),
        ("storage", lambda: _storage(desk)),
        ("sandbox", lambda: _sandbox(desk)),
        ("GitHub token", lambda: f"works as {desk.tracker.login()}"),
        *((f"repository {name}", _repository(desk, name)) for name in asked.repositories),
        ("models", lambda: usable_tiers(desk)),
        ("base tier", lambda: fitting_tiers(desk, asked)),
        ("prices", lambda: known_prices(desk, asked)),
        ("quota", lambda: used_quota(desk, asked.limits)),
    ]
    first = tuple(_run(name, check) for name, check in checks)
    return (*first, *(check for one in more for check in _run_all(*one)), *looks(desk, asked))


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except Exception as error:  # noqa: BLE001  a doctor that faints helps nobody
        return Check(name, False, str(error) or repr(error))


def _run_all(name: str, checks: Callable[[], Iterable[Check]]) -> tuple[Check, ...]:
    try:
        return tuple(checks())
    except Exception as error:  # noqa: BLE001  as above
        return (Check(name, False, str(error) or repr(error)),)


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
