"""What a credential may do at GitHub, found out without writing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..domain.projects import ProjectField


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Requests left until a moment."""

    left: int
    limit: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """What GitHub tells of a credential.

    :param scopes: of a classic token; None for a fine-grained one, an App's or that of Actions.
    :param server_time: GitHub's clock at about `asked_at`; None when it was not told.
    :param limits: "core", "graphql" → requests left; empty on a server that does not limit.
    """

    scopes: tuple[str, ...] | None
    asked_at: datetime
    server_time: datetime | None = None
    limits: Mapping[str, RateLimit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """One right on a repository: whether the credential has it, and how that was found out or refused.

    :param granted: None when only a write could tell.
    """

    right: str
    granted: bool | None
    detail: str = ""


class Examiner(Protocol):
    """Looks at a credential."""

    def account(self) -> Account:
        """Return what GitHub tells of the credential."""

    def access(self, owner: str, name: str) -> tuple[Access, ...]:
        """Return each right that a night needs on a repository (NotFound when it may not be seen)."""

    def lacking_options(self, status: ProjectField) -> tuple[str, ...]:
        """Return the options that a project's field has not (NotFound when there is no such field)."""
