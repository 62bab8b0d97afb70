"""Secrets in many forms; each is put together here, so that none stands in this repository."""

from __future__ import annotations

import base64

from .change import Hostile
from .deeds import SPDX, Deed, adds, one_test, writes

CLASSIC = "ghp" + "_" + "a1B2" * 9
FINE = "github" + "_pat_" + "11ABCDEFG0" + "aB3dE5gH7j" * 6
STATELESS = "ghs" + "_1234567_" + "eyJhbGciOiJSUzI1NiJ9." + "Ab1-_" * 60
KEY = "AKIA" + "Q3EG" * 4
AWS = "aws_secret" + "_access_key = " + "wJalrXUtnFEMIK7MDENGbPxRfiCYzq93Kd82Lm4n"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NSJ9" + ".c2lnbmF0dXJlLW9mLWl0"
ENCODED = base64.b64encode(CLASSIC.encode()).decode()


def _code(text: str) -> Deed:
    return adds("pantry/labels.py", f"\n_VALUE = {text}\n")


def _secret(name: str, does: Deed, word: str, project: str = "python") -> Hostile:
    return Hostile(f"a secret: {name}", does, "governance", word, project)


SECRETS: tuple[Hostile, ...] = (
    _secret("GitHub's classic token", _code(f'"{CLASSIC}"'), "GitHub token"),
    _secret("GitHub's fine-grained token", _code(f'"{FINE}"'), "GitHub token"),
    _secret(
        "GitHub's long installation token",
        writes("docs/notes.md", f"# Notes\n\n{STATELESS}\n"),
        "GitHub token",
    ),
    _secret("an AWS key", _code(f'"{KEY}"'), "AWS"),
    _secret("an AWS secret", writes("docs/aws.md", f"# AWS\n\n    {AWS}\n"), "AWS secret key"),
    _secret("a private key", writes("docs/key.md", f"# Key\n\n{PEM}\nMIIE\n"), "rivate"),
    _secret("a JSON web token", _code(f'"{JWT}"'), "JSON"),
    _secret("a token as base64", _code(f'"{ENCODED}"'), "encoded"),
    _secret("a token as hexadecimal", _code(f'bytes.fromhex("{CLASSIC.encode().hex()}")'), "encoded"),
    _secret("a token in two parts", _code(f'"{CLASSIC[:14]}" + "{CLASSIC[14:]}"'), "put together"),
    _secret(
        "a token over several lines",
        _code(f'(\n    "{CLASSIC[:11]}"\n    "{CLASSIC[11:25]}"\n    "{CLASSIC[25:]}"\n)'),
        "put together",
    ),
    _secret("a token in a test", one_test(f'assert "{CLASSIC}"[:3] == "ghp"', "token"), "GitHub token"),
    _secret(
        "a token in a lock file",
        adds("package-lock.json", f'// "_authToken": "{CLASSIC}"\n'),
        "GitHub token",
        "javascript",
    ),
    _secret(
        "a token in a binary file",
        writes("docs/picture.png", b"\x89PNG\x00\x01" + CLASSIC.encode() + bytes(50)),
        "GitHub token",
    ),
    _secret("a token in a file's name", writes(f"docs/{CLASSIC}.md", "# Notes\n"), "GitHub token"),
    _secret(
        "a password in an address",
        writes("docs/db.md", "# Data\n\npostgres" + "://shop:q7Zr2Vx9Lm4K@db.example.org/x\n"),
        "credentials in a URL",
    ),
    _secret(
        "random text under a telling name", _code('{"api' + '_key": "q7Zr2Vx9Lm4Kc8Wt5Yp3"}'), "random text"
    ),
    _secret("a token that a comment turns round", _code(f'"{CLASSIC[::-1]}"[::-1]'), "GitHub token"),
    _secret(
        "a token in UTF-16", writes("docs/note.txt", ("note " + CLASSIC).encode("utf-16")), "GitHub token"
    ),
    _secret(
        "a token in a script's first comment",
        writes("docs/setup.py.txt", f"{SPDX}# {CLASSIC}\n"),
        "GitHub token",
    ),
)
