"""The usual ways from a record to a field of the schema."""

from collections.abc import Callable
from typing import Any

from ..nodes import node_id
from . import subjects as s
from .connections import Info

Resolver = Callable[..., Any]


def identified(kind: str) -> Resolver:
    return lambda source, _info: node_id(kind, source.id)


def upper(attribute: str) -> Resolver:
    def resolve(source: Any, _info: Info) -> str | None:
        value = getattr(source, attribute)
        return value.upper() if value else None

    return resolve


def attribute(name: str) -> Resolver:
    return lambda source, _info, **_: getattr(source, name)


def account_of(attribute: str) -> Resolver:
    return lambda source, info: s.account(info, getattr(source, attribute))


def of_issue(attribute: str, change: Callable[[Any], Any] = lambda value: value) -> Resolver:
    """Read a pull request's field from its issue half."""
    return lambda pull, info: change(getattr(s.issue_half(pull, info), attribute))


EVENT: dict[str, Resolver] = {"id": identified("Event"), "actor": account_of("actor")}
