"""Names and texts as every document writes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

AN_EVENT = "019a9d2e-7b3c-7c51-8d6e-0a1b2c3d4e5f"
A_NIGHT = "2f1e0c9a-6f1d-5c1b-9a57-0c5b7c7f9b11"
A_RUN = "manual__2026-11-22T02:00:00+00:00"

GitHubNumber = Annotated[int, Field(ge=1, le=2_147_483_647)]

FullName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$", examples=["acme/pantry"]),
]
Why = Annotated[
    str, Field(min_length=1, max_length=300, pattern=r"\S", examples=["the release waits for it"])
]
