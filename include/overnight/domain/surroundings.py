"""Secrets that lie about in a process's environment, for the redactor: by a variable's name and its shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

_NAMES = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY"
    r"|FERNET_?KEY|CREDENTIALS?|COOKIE|CANARY|PAT|AUTH)(?:_|$)",
    re.IGNORECASE,
)
_PLACES = ("_FILE", "_PATH", "_DIR", "_NAME", "_URL")
_CONNECTION = re.compile(r"^AIRFLOW_CONN_|_CONN$|_URL$|_URI$|_DSN$|_BACKEND$", re.IGNORECASE)
_FIELDS = ("password", "extra", "private_key", "token", "api_key", "secret")
_LONG, _SHORT = 12, 8


def secrets_of(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the values of an environment that nobody may read in a log.

    A short value that could be a word (`overnight` as the password of a test database) is left out: taking
    it out of every text would harm more than it hides.
    """
    found = {secret for name, value in environ.items() for secret in _secrets(name, value.strip())}
    return frozenset(filter(_is_no_word, found))


def _secrets(name: str, value: str) -> Iterator[str]:
    if _CONNECTION.search(name):
        yield from _of_connection(value)
    elif _NAMES.search(name) and not name.upper().endswith(_PLACES) and not value.startswith(("/", "~")):
        yield value


def _of_connection(value: str) -> Iterator[str]:
    """Yield what a URL or a JSON connection hides: its password, and secrets among its extras."""
    if value.startswith("{"):
        yield from _of_json(value)
        return
    try:
        password = urlsplit(value).password or ""
    except ValueError:
        return
    yield from (password, unquote(password))


def _of_json(text: str) -> Iterator[str]:
    try:
        fields: Any = json.loads(text)
    except ValueError:
        return
    for name in _FIELDS:
        inner = fields.get(name) if isinstance(fields, dict) else None
        if isinstance(inner, dict):
            yield from _of_json(json.dumps(inner))
        elif isinstance(inner, str):
            yield from _of_json(inner) if inner.startswith("{") else (inner,)


def _is_no_word(value: str) -> bool:
    mixed = any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
    return len(value) >= _LONG or (len(value) >= _SHORT and mixed)
