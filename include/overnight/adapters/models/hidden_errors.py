"""Errors that arrive as a success: some servers and gateways answer 200 with an `error` in the body."""

from __future__ import annotations

import json
from typing import Any

import httpx2

_BAD_GATEWAY = 502
"""For an error that names no status: passing, unless its code says otherwise."""
_ANSWERS = ("choices", "output")


async def show_hidden_error(response: httpx2.Response) -> None:
    """Give a response whose body is an error the status it should have had (a response hook)."""
    if response.status_code >= 400 or "json" not in response.headers.get("content-type", ""):
        return
    await response.aread()
    try:
        body = json.loads(response.content)
    except ValueError:
        return
    status = hidden_status(body)
    if status is not None:
        response.status_code = status


def hidden_status(body: Any) -> int | None:
    """Return the status of the error that a body is, None when it is an answer."""
    if not isinstance(body, dict) or not body.get("error") or any(body.get(key) for key in _ANSWERS):
        return None
    error = body["error"]
    for told in (error.get("status"), error.get("code")) if isinstance(error, dict) else ():
        status = status_number(told)
        if status is not None:
            return status
    return _BAD_GATEWAY


def status_number(code: object) -> int | None:
    """Return the HTTP status that an error code is (429 or "429"), None when it is a word."""
    text = str(code)
    return int(text) if text.isascii() and text.isdigit() and 400 <= int(text[:9]) < 600 else None
