from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from include.overnight.domain.redaction import Redactor
from include.overnight.domain.secret_patterns import PATTERNS, REDACTED

PLAIN = Redactor()
KEY_BODY = "MIIEpAIBAAKCAQEA7\nq83vEjRWeJCrze8SNFZ4kKs=\n"

# Every example is put together here, so that no scanner takes this file for a leak.
SHAPES = {
    "private_key": (
        "-----BEGIN RSA " + "PRIVATE KEY-----\n" + KEY_BODY + "-----END RSA " + "PRIVATE KEY-----"
    ),
    "github_token": "ghp_" + "A1b2C3d4" * 5,
    "github_pat": "github_pat_" + "A1b2C3d4" * 5 + "_" + "x" * 20,
    "openai": "sk-" + "proj-" + "A1b2C3d4" * 5,
    "stripe": "sk_live_" + "A1b2C3d4" * 3,
    "aws_key_id": "AKIA" + "Q7Z3" * 4,
    "aws_secret": "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYAB" + "12345678",
    "slack": "xoxb-" + "123456789012-abcdefghijkl",
    "slack_hook": "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXX",
    "gitlab": "glpat-" + "A1b2C3d4" * 3,
    "google": "AIza" + "A1b2C3d4" * 5,
    "npm": "npm_" + "A1b2C3d4" * 5,
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" * 3,
    "hugging_face": "hf_" + "A1b2C3d4" * 5,
    "google_oauth": "ya29." + "a0AfB_byC4d5" * 3,
    "sendgrid": "SG." + "aB3dE5gH7" * 2 + "." + "zY9xW7vU5" * 4,
    "twilio": "SK" + "0123456789abcdef" * 2,
    "digital_ocean": "dop_v1_" + "0a1b2c3d" * 8,
    "databricks": "dapi" + "0a1b2c3d" * 4,
    "docker_hub": "dckr_pat_" + "A1b2C3d4" * 3,
    "shopify": "shpat_" + "0a1b2c3d" * 4,
    "vault": "hvs." + "CAESIA1b2C3d4" * 3,
    "atlassian": "ATATT3" + "xFfGF0A1b2C3d4" * 3,
    "linear": "lin_api_" + "A1b2C3d4" * 5,
    "grafana": "glsa_" + "A1b2C3d4" * 4 + "_0a1b2c3d",
    "age_key": "AGE-SECRET-KEY-1" + "QPZRY9X8" * 8,
    "telegram": "123456789:AA" + "Hd8fj2kL0" * 4,
    "chat_hook": "https://discord.com/api/webhooks/" + "1234567890/AbCdEfGh12345678",
    "azure_key": "AccountKey=" + "Ab1+" * 21 + "Ag==",
    "jwt": "eyJhbGciOiJIUzI1NiJ9" + "." + "eyJzdWIiOiIxMjM0In0" + "." + "c2lnbmF0dXJlLWhlcmU",
    "authorization": "Authorization: token " + "abcdef123456",
    "key_header": "X-Api-Key: " + "abcdef123456",
    "bearer": "bearer " + "abcdefgh12345678",
    "basic": "Basic " + base64.b64encode(b"someone:password1").decode(),
    "cookie": "Set-Cookie: session=" + "hunter2hunter2; Path=/",
    "option": "--password " + "hunter2hunter2",
    "user_option": "curl -u airflow:" + "hunter2hunter2",
    "url_password": "postgresql://airflow:" + "hunter2hunter2" + "@db:5432/x",
    "url_token": "https://" + "A1b2C3d4A1b2C3d4A1b2" + "@github.com/octo/pantry.git",
    "url_parameter": "https://example.org/x?page=2&access_token=" + "abcdef123456",
    "environment": "GITHUB_TOKEN=" + "abcdef123456",
    "named_key": "FERNET_KEY=" + "abcdef123456abcdef",
    "assignment": "the password is " + "hunter2hunter2",
}
SECRET_PART = {
    "chat_hook": "AbCdEfGh12345678",
    "azure_key": "Ab1+Ab1+",
    "assignment": "hunter2hunter2",
    "aws_secret": "wJalrXUtnFEMI",
    "slack_hook": "T00000000",
    "authorization": "abcdef123456",
    "key_header": "abcdef123456",
    "bearer": "abcdefgh12345678",
    "basic": base64.b64encode(b"someone:password1").decode(),
    "cookie": "hunter2",
    "option": "hunter2",
    "user_option": "hunter2",
    "named_key": "abcdef123456",
    "url_password": "hunter2",
    "url_token": "A1b2C3d4",
    "url_parameter": "abcdef123456",
    "environment": "abcdef123456",
    "private_key": "MIIE",
}


def test_every_shape_has_its_example() -> None:
    assert list(SHAPES) == [pattern.name for pattern in PATTERNS]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("frame", ["{}", 'log: "{}", next', "a\n{}\nb", "({})"])
def test_each_shape_is_recognized_wherever_it_stands(name: str, frame: str) -> None:
    cleaned = PLAIN.clean(frame.format(SHAPES[name]))
    assert REDACTED in cleaned
    assert SECRET_PART.get(name, SHAPES[name]) not in cleaned
    assert PLAIN.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "said",
    [
        "postgres://u:hun/ter2@h/x",
        "postgres://u:hun@ter2@h/x",
        "DB_PASS=hunter2",
        "MYSQL_PWD=hunter2",
        "_authToken=hunter2hunter2",
        "ApiKey: hunter2hunter2",
    ],
)
def test_a_password_is_found_in_its_less_common_places(said: str) -> None:
    assert "ter2" not in PLAIN.clean(said)


@pytest.mark.parametrize("before", ["x=", "secret: ", "SIGNING_KEY=", "key "])
@pytest.mark.parametrize("seed", range(4))
def test_thirty_two_random_bytes_are_found_behind_a_name(before: str, seed: int) -> None:
    random = base64.b64encode(hashlib.sha256(f"seed {seed}".encode()).digest()).decode()
    assert random not in PLAIN.clean(before + random)
    assert random[:-8] not in PLAIN.clean(before + random)


def test_an_address_with_a_port_is_no_password() -> None:
    said = "https://registry.example:4873/@acme/pantry"
    assert PLAIN.clean(said) == said


@pytest.mark.parametrize("name", SHAPES)
def test_each_row_finds_its_own_example(name: str) -> None:
    pattern = next(pattern for pattern in PATTERNS if pattern.name == name)
    assert pattern.shape.search(SHAPES[name])


@pytest.mark.parametrize("kind", "pousr")
def test_every_prefix_of_github_is_known_whatever_its_length(kind: str) -> None:
    short = f"gh{kind}_" + "a1" * 8
    stateless = f"gh{kind}_123456_" + SHAPES["jwt"]
    assert PLAIN.clean(f"{short} and {stateless}.") == f"{REDACTED} and {REDACTED}"


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication needs a bearer token",
        "the token is missing: GITHUB_TOKEN not set",
        "export GITHUB_TOKEN=$TOKEN",
        "https://github.com/octo/pantry/pull/7",
        "git@github.com:octo/pantry.git and ssh://git@github.com/octo/pantry",
        "http://localhost:8080/path mail someone@example.org",
        "max_tokens: 4096, tokens=12",
        "ask-me-anything-about-this-thing",
        "def bearer(self): ...",
        "5d41402abc4b2a76b9719d911017c592aaf4c61d",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert PLAIN.clean(text) == text


def test_what_surrounds_a_secret_stays_readable() -> None:
    assert PLAIN.clean(SHAPES["url_password"]) == "postgresql://[redacted]@db:5432/x"
    assert PLAIN.clean(SHAPES["environment"]) == "GITHUB_TOKEN=[redacted]"


SECRET = 'p4ss/w+rd é&"zq=='
SECRET_LOWER = re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), quote(SECRET, safe=""))


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        SECRET_LOWER,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        base64.b64encode(b"x-access-token:" + SECRET.encode()).decode()[20:],
        base64.b64encode(b"a:" + SECRET.encode() + b"tail").decode(),
        SECRET.encode().hex(),
    ],
)
def test_a_known_secret_goes_in_every_usual_spelling(spelling: str) -> None:
    cleaned = Redactor(frozenset({SECRET})).clean(f"before {spelling} after")
    assert spelling not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_the_lines_of_a_long_secret_go_one_by_one() -> None:
    key = "first line of twenty characters\nsecond line of twenty characters\nshort"
    cleaned = Redactor({key}).clean("log: second line of twenty characters; short")
    assert cleaned == f"log: {REDACTED}; short"


def test_short_values_are_not_looked_for() -> None:
    assert Redactor({"", "main", "  x  ", "1234567"}).clean("main 1234567") == "main 1234567"


def test_the_longer_of_two_overlapping_secrets_goes_whole() -> None:
    assert Redactor({"abcdefgh", "abcdefgh-ijklmnop"}).clean("abcdefgh-ijklmnop") == REDACTED


def test_a_secret_that_looks_like_the_mark_does_no_harm() -> None:
    assert Redactor({"redacted", REDACTED}).clean(f"{REDACTED} redacted") == f"{REDACTED} redacted"


def test_a_json_value_is_cleaned_in_keys_and_values() -> None:
    cleaned = Redactor({"s3cr3t-value"}).clean_value(
        {
            "a s3cr3t-value": ["s3cr3t-value", 1, None, True, 2.5, ("s3cr3t-value",)],
            "password": "abc",
            "tokens": 12,
            "input_tokens": "12",
            "openai_api_key": "abc",
            "at": datetime(2026, 3, 1, tzinfo=UTC),
            "usd": Decimal("0.31"),
        }
    )
    assert cleaned == {
        f"a {REDACTED}": [REDACTED, 1, None, True, 2.5, [REDACTED]],
        "password": REDACTED,
        "tokens": 12,
        "input_tokens": "12",
        "openai_api_key": REDACTED,
        "at": "2026-03-01 00:00:00+00:00",
        "usd": "0.31",
    }
    json.dumps(cleaned)


def test_a_bottomless_value_ends() -> None:
    value: list[object] = []
    value.append(value)
    assert REDACTED in json.dumps(PLAIN.clean_value(value))


def test_a_broken_object_does_not_stop_it() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    assert PLAIN.clean_value({"x": Broken()}) == {"x": "<Broken>"}


def test_a_redactor_does_not_show_what_it_knows() -> None:
    assert "s3cr3t" not in repr(Redactor({"s3cr3t-value"}))


@pytest.mark.parametrize(
    "unit",
    ["-----BEGIN PRIVATE KEY-----", "://a", "Bearer ", "Basic a", "sk-", "eyJ", "A_TOKEN", "?token=", "a:"],
)
def test_a_megabyte_of_beginnings_is_cleaned_quickly(unit: str) -> None:
    started = time.process_time()
    PLAIN.clean(unit * (1024 * 1024 // len(unit)))
    assert time.process_time() - started < 5


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Cc"]), min_size=8, max_size=40),
    TEXT,
    TEXT,
)
def test_a_known_secret_never_survives(secret: str, before: str, after: str) -> None:
    assume(len(secret.strip()) >= 8 and not set(secret) <= set(REDACTED))
    redactor = Redactor({secret})
    for spelling in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
        cleaned = redactor.clean(before + spelling + after)
        assert spelling not in cleaned
        assert redactor.clean(cleaned) == cleaned
    assert secret not in json.dumps(
        redactor.clean_value({before: [secret, {secret: after}]}), ensure_ascii=False
    )


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("sk-ghp_:/@=Bearer basicTOKEN0a1b2[redacted]\n-"), max_size=120))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = PLAIN.clean(text)
    assert PLAIN.clean(once) == once
