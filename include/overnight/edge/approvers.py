"""Who may answer in Airflow's own form: the approvers that settings name, as Airflow assigns them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk.execution_time.hitl import HITLUser

_ROLE, _ID, _GITHUB = "role:", "id:", "github:"


def assigned_users(approvers: Collection[str]) -> list[HITLUser]:
    """Return the users of Airflow that approvers stand for, each once; roles only where they can be told.

    A question can be assigned to users alone. The simple auth manager names its users and their roles in the
    configuration; with any other, people of a role answer in Overnight's dashboard or API.
    """
    users = dict.fromkeys(name for entry in approvers for name in _users(entry))
    return [{"id": name, "name": name} for name in users]


def _users(entry: str) -> Iterator[str]:
    if entry.startswith(_ROLE):
        role = entry.removeprefix(_ROLE).casefold()
        yield from (name for name, its in _simple_users() if its.casefold() == role)
    elif entry.startswith(_ID):
        yield entry.removeprefix(_ID)
    elif not entry.startswith(_GITHUB):
        yield entry


def _simple_users() -> Iterator[tuple[str, str]]:
    """Yield the simple auth manager's users with their roles, as Airflow's configuration lists them."""
    from airflow.sdk.configuration import conf

    if not conf.get("core", "auth_manager", fallback="").endswith(".SimpleAuthManager"):
        return
    for pair in conf.get("core", "simple_auth_manager_users", fallback="").split(","):
        name, colon, role = pair.strip().partition(":")
        if colon:
            yield name, role
