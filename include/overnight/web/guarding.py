"""Who asks, what they may do, and whether it is really they who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.exceptions import HTTPException

from .forging import TOKEN_HEADER, refuse_forged
from .house import House, house_of

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Right(StrEnum):
    """What a person may do; each includes the ones before it."""

    VIEW = "view"
    OPERATE = "operate"
    EDIT = "edit"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the guard knows.

    :param by_cookie: the browser sent the credential by itself, so another site may have made it.
    :param may: whether they have a right, on one repository (OWNER/NAME) or, for "", at all.
    :param also: what else `approvers` may know them by: `id:…` and `role:…`.
    """

    name: str
    by_cookie: bool
    may: Callable[[Right, str], bool]
    also: tuple[str, ...] = ()


class Guard(Protocol):
    """The outside that knows people."""

    @property
    def secret(self) -> bytes:
        """The key that form tokens are made with, the same in every process of the deployment."""

    async def person(self, request: Request) -> Person:
        """Return who asks; HTTPException 401 for nobody, 403 for a credential that is no good."""


async def _person(request: Request, house: Annotated[House, Depends(house_of)]) -> Person:
    person = await house.guard.person(request)
    if person.by_cookie and request.method not in _SAFE:
        await refuse_forged(request, person.name, house.guard.secret)
    return person


def needs(right: Right) -> Callable[..., Person]:
    """Return the dependency of routes that need a right; each handler checks it again on its repository."""

    async def allowed(person: Annotated[Person, Depends(_person)]) -> Person:
        if not person.may(right, ""):
            raise HTTPException(403, f"{person.name} may not {right} here")
        return person

    allowed.right = right  # type: ignore[attr-defined]  # the tests' matrix reads it off the routes
    return allowed  # type: ignore[return-value]


def check(person: Person, right: Right, full_name: str) -> None:
    """Raise 403 unless the person has the right on a repository."""
    if not person.may(right, full_name):
        raise HTTPException(403, f"{person.name} may not {right} on {full_name}")


Viewer = Annotated[Person, Depends(needs(Right.VIEW))]
Operator = Annotated[Person, Depends(needs(Right.OPERATE))]
Administrator = Annotated[Person, Depends(needs(Right.ADMINISTER))]

SCHEMES = [
    Depends(HTTPBearer(auto_error=False, description="Airflow's token, from `POST /auth/token`.")),
    Depends(
        APIKeyCookie(
            name="_token",
            auto_error=False,
            description=f"Airflow's session; writes need `{TOKEN_HEADER}` too, from `GET /session`.",
        )
    ),
]
"""For the description alone: what counts is what the guard says."""
