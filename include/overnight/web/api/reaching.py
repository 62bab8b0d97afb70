"""What every route of the API reaches for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.params import Depends as Dependency

from ...assembly import Overnight
from ..guarding import SCHEMES, Person, Right, needs
from ..house import House, desk_of, house_of
from ..problems import documented
from ..sights import Sight
from ..tagging import TaggedRoute

HouseOf = Annotated[House, Depends(house_of)]
Desk = Annotated[Overnight, Depends(desk_of)]
NightId = Annotated[
    str, Path(min_length=1, max_length=255, examples=["2f1e0c9a-6f1d-5c1b-9a57-0c5b7c7f9b11"])
]
IssueNumber = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[42])]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many on a page.")]
CursorText = Annotated[str, Query(max_length=400, description="`next` of the page before this one.")]
RepositoryName = Annotated[
    str | None, Query(max_length=140, description="OWNER/NAME of a configured repository; all when left out.")
]

ALWAYS = (401, 403, 422, 502, 503)
"""Nobody, not allowed, not understood, refused by GitHub, not able to just now."""


def router(tag: str, *, more: Sequence[int] = ()) -> APIRouter:
    """Return a router whose routes describe their problems and carry entity tags.

    :param more: statuses of problems beside those that every route may answer with.
    """
    schemes: list[Dependency] = [*SCHEMES]
    return APIRouter(
        tags=[tag], route_class=TaggedRoute, responses=documented(*ALWAYS, *more), dependencies=schemes
    )


def _sight(desk: Desk, person: Annotated[Person, Depends(needs(Right.VIEW))]) -> Sight:
    return Sight(desk, person)


View = Annotated[Sight, Depends(_sight)]
