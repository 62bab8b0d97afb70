"""A canary anywhere in any text leaves the redactor without it; honest text leaves it as it came."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from include.overnight.domain.redaction import Redactor

from .test_redaction import SECRET_PART, SHAPES

KNOWN = "plain.canary-of-the-environment.0815"
REDACTOR = Redactor({KNOWN})
TEXT = st.text(st.characters(codec="utf-8"), max_size=80)
GLUE = st.sampled_from(["", " ", "x", "=", "/", '"', "\\n", "\n", "\x1b[31m", "\x1b[0m", "\t", ":", "é"])


def random_word(seed: int, length: int = 40) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))


def coloured(secret: str) -> str:
    middle = len(secret) // 2
    return f"\x1b[1;31m{secret[:middle]}\x1b[0m\x1b[31m{secret[middle:]}\x1b[m"


DISGUISES = {
    "as it is": lambda secret: secret,
    "JSON": lambda secret: json.dumps({"log": f"\n{secret}\n"}),
    "JSON in JSON": lambda secret: json.dumps({"log": json.dumps(f"\n{secret}")}),
    "repr": lambda secret: repr(f"\n{secret}\t"),
    "coloured": coloured,
    "quoted for a URL": lambda secret: quote(secret, safe=""),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 inside": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "wrapped": lambda secret: f"{secret[:17]}\n    {secret[17:]}",
    "wrapped as mail": lambda secret: f"{secret[:9]}\n> {secret[9:]}",
    "hex": lambda secret: secret.encode().hex(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@settings(max_examples=60, deadline=None)
@given(before=TEXT, glue=GLUE, after=TEXT)
@example(before="", glue="x", after="")
def test_a_known_secret_goes_in_every_disguise_glued_to_anything(disguise, before, glue, after):
    hidden = DISGUISES[disguise](KNOWN)
    cleaned = REDACTOR.clean(before + glue + hidden + glue + after)
    assert KNOWN not in cleaned
    assert hidden not in cleaned
    assert KNOWN not in cleaned.replace("\n", "").replace(" ", "")


DISTINCT = [
    name
    for name in SHAPES
    if name not in {"twilio", "aws_key_id", "bearer", "basic", "openai", "jwt", "google_oauth", "sendgrid"}
    and name not in {"databricks", "vault", "environment", "telegram"}
]
"""Shapes that are known even in the middle of a word; of the others a word's begin is a part."""


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(
    "frame", ['"log":"\\n{}\\n"', "\x1b[31m{}\x1b[0m", "\x1b[1m\n{}\n", "> {}\n", "`{}`"]
)
def test_a_shape_is_seen_behind_escapes_and_colours(name, frame):
    secret = SECRET_PART.get(name, SHAPES[name])
    assert secret not in Redactor().clean(frame.format(SHAPES[name]))


@pytest.mark.parametrize("name", DISTINCT)
def test_a_distinct_shape_is_seen_in_the_middle_of_a_word(name):
    secret = SECRET_PART.get(name, SHAPES[name])
    assert secret not in Redactor().clean(f"prefix{SHAPES[name]}")


@pytest.mark.parametrize("seed", range(40))
def test_a_random_word_of_mixed_case_and_digits_goes(seed):
    word = random_word(seed)
    assert word not in Redactor().clean(f"the value was {word}, keep it")


SHA = hashlib.sha256(b"honest").hexdigest()
PICTURE = base64.b64encode(bytes(range(256)) * 3).decode()
HONEST = {
    "a commit": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "a uuid": "night 0192a6f0-7c1b-7b7e-8f3a-5b1f0c2d3e4f ended",
    "poetry and uv": f'hash = "sha256:{SHA}"',
    "pip": f"--hash=sha256:{SHA}",
    "npm": '"integrity": "sha512-' + base64.b64encode(hashlib.sha512(b"x").digest()).decode() + '"',
    "yarn": "integrity sha512-" + base64.b64encode(hashlib.sha512(b"y").digest()).decode(),
    "go.sum": "rsc.io/quote v1.5.2 h1:" + base64.b64encode(hashlib.sha256(b"go").digest()).decode(),
    "cargo": f'checksum = "{SHA}"',
    "a picture": f"![dot](data:image/png;base64,{PICTURE})",
    "GitHub's new ids": "R_kgDOGGhBVw PR_kwDOMT5cIs52XLz8aBcDeFgHiJkLmNoP",
    "GitHub's old ids": base64.b64encode(b"011:PullRequest1234567890123").decode(),
    "names": "AbstractSingletonProxyFactoryBeanTest2 test_that_2_things_are_3_times_4_and_not_5",
    "a path": "include/overnight/adapters/ledger/migrations/versions/0004_archive_roots.py",
    "a temporary path": "/tmp/pytest-of-root/pytest-825/test_a_secret_in_the_same_chan0/work/objects",
    "an Airflow run": "scheduled__2026-03-01T02:00:00+00:00_dag_overnight_execution.acme.box",
    "a long number": "1234567890123456789012345678901234567890",
    "code": "def test_password_is_checked(): assert check_password(password=user.password)",
    "code that reads": 'token = os.environ["GITHUB_TOKEN"]; password: str = Field(min_length=12)',
    "words": "set api_key: your key; the password is wrong; client_secret = None",
    "a diff": "@@ -1,7 +1,7 @@ index 83db48f84ec878fbfb30b46d16630e944e34f205..e69de29",
    "HTML ids": '<div id="main-navigation-2-collapsed-menu-item-14">',
    "a wheel": "pydantic_core-2.41.5-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "an address": "https://github.com/acme/pantry/compare/main...overnight/42-add-a-colour?expand=1",
    "a cron": "0 2 * * 1-5 and 30 1 * * 6",
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_text_survives(kind):
    assert Redactor({KNOWN}).clean(HONEST[kind]) == HONEST[kind]


def test_code_and_a_long_lock_file_survive():
    root = Path(__file__).parents[2]
    code = [
        path for folder in ("domain", "services") for path in root.glob(f"include/overnight/{folder}/*.py")
    ]
    files = [*code, root / "requirements.txt", root / "CHANGELOG.md"]
    assert len(files) > 100
    changed = [file.name for file in files if REDACTOR.clean(text := file.read_text()) != text]
    assert changed == []
