from __future__ import annotations

import base64

import pytest

from include.overnight.adapters.gates.protection.leaks import secrets_in

TOKEN = "ghp_" + "a1B2" * 9
STATELESS = "ghs_1234567_eyJhbGciOiJSUzI1NiJ9." + "Ab1-_" * 60
RANDOM = "q7Zr2Vx9Lm4Kc8Wt5Yp3"


def kinds(text: str) -> list[tuple[int, str]]:
    return list(secrets_in(list(enumerate(text.split("\n"), 1))))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"x = '{TOKEN}'", "GitHub token"),
        (f"token={STATELESS}", "GitHub token"),
        ("github_pat_" + "A1b2" * 15, "GitHub token"),
        ("-----BEGIN EC PRIVATE KEY-----", "private key"),
        ("PuTTY-User-Key-File-2: ssh-rsa", "private key"),
        ("eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjMifQ." + "c2lnbmF0dXJl", "JSON web token"),
        ("GOCSPX-" + "a1B2c" * 5, "Google client secret"),
        ("AccountKey=" + "a1B2" * 21 + "==", "Azure key"),
        ("glpat-" + "a1B2" * 5, "GitLab token"),
        ("hf_" + "aB" * 17, "Hugging Face token"),
        ("dckr_pat_" + "aB1" * 9, "package registry token"),
        ("dop_v1_" + "0a" * 32, "DigitalOcean token"),
        ("https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/" + "aB1" * 8, "Slack hook"),
        (f'api_key = "{RANDOM}"', "random text under a secret's name"),
        (f'"clientSecret": "{RANDOM}"', "random text under a secret's name"),
    ],
)
def test_a_secret_is_known_by_its_form(text, kind):
    ((line, found),) = kinds(f"first = 1\n{text}")
    assert (line, found) == (2, kind)
    assert text[8:20] not in found


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + base64.b64encode(f"key is {TOKEN}".encode()).decode() + "'",
        "x = '" + base64.urlsafe_b64encode(TOKEN.encode()).decode().rstrip("=") + "'",
        "x = '" + TOKEN.encode().hex() + "'",
        "x = '" + "".join(f"\\x{byte:02x}" for byte in TOKEN.encode()) + "'",
        f"x = '{TOKEN[:10]}' + '{TOKEN[10:]}'",
        f"x = ('{TOKEN[:3]}'\n     '{TOKEN[3:20]}'\n     '{TOKEN[20:]}')",
        f'x = "{TOKEN[:6]}" +\n  "{TOKEN[6:]}";',
        f"x = ['{TOKEN[:6]}', '{TOKEN[6:]}']",
        f"x = '{TOKEN[:6]}'\nx += '{TOKEN[6:]}'",
    ],
)
def test_a_secret_is_found_through_encodings_and_parts(text):
    found = kinds(f"first = 1\n{text}\nlast = 2")
    assert [kind.split(",")[0] for _, kind in found] == ["GitHub token"]
    assert found[0][0] == 2


@pytest.mark.parametrize(
    "text",
    [
        *("password = getpass()", "token = os.environ['GITHUB_TOKEN']", "api_key = settings.api_key"),
        *(
            'secret = "change-me-please-1"',
            'token = "your-token-goes-here-1"',
            'api_key = "${API_KEY_FROM_1}"',
        ),
        *('auth = "https://example.org/login1"', 'token_url = "/oauth/token/v2/refresh/all"'),
        *('TOKEN = "TEST_TOKEN_FOR_LATER_USE"', 'secret_name = "pantry-database-credentials"'),
        *("sha256:" + "9f86d081884c7d65" * 4, '"integrity": "sha512-' + "aB3/" * 22 + '=="'),
        *("id = '123e4567-e89b-12d3-a456-426614174000'", "names = ['ghp', 'github_pat', 'AKIA']"),
        *(
            "x = 'one' + 'two' + 'three'",
            "https://example.org/a:b@c",
            "data:image/png;base64," + "iVBORw0K" * 20,
        ),
        *("postgresql://scott:tiger@localhost/test", "https://user:password@example.org", "amqp://x:xxx@y"),
        "extras = ['sk-', 'learnpandas', 'numpy', 'matplotlib', 'seaborn']",
        "auth_token_types = ['" + "', '".join(["access", "refresh", "device", "service"]) + "']",
    ],
)
def test_what_only_speaks_of_secrets_is_none(text):
    assert kinds(text) == []


def test_strings_far_apart_are_not_put_together():
    assert list(secrets_in([(1, f"a = '{TOKEN[:6]}'"), (9, f"b = '{TOKEN[6:]}'")])) == []


@pytest.mark.timeout(20)
def test_long_and_odd_lines_take_no_time():
    for text in (
        "'a'," * 50_000,
        "\\x41" * 50_000,
        "A" * 400_000,
        '"' * 100_000,
        "token='" * 20_000,
        "\0" * 9999,
    ):
        kinds(text)


def test_a_secret_that_is_turned_round_is_seen():
    ((_, kind),) = kinds(f'token = "{TOKEN[::-1]}"[::-1]')
    assert kind == "GitHub token, turned round,"
