"""Which server, and as whom."""

from datetime import UTC, datetime, timedelta

import github
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from include.overnight.adapters.github import GitHubAccess, Pace, Patience, connect
from include.overnight.adapters.github.access import api_url
from include.overnight.adapters.github.wire import Wire
from include.overnight.domain.errors import NotAuthorized, SettingsError

from .answering import Asked, Say, answering
from .conftest import TOKEN


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("", "https://api.github.com"),
        ("https://github.com/", "https://api.github.com"),
        ("https://api.github.com", "https://api.github.com"),
        ("https://git.acme.example", "https://git.acme.example/api/v3"),
        ("https://git.acme.example/", "https://git.acme.example/api/v3"),
        ("https://git.acme.example/api/v3/", "https://git.acme.example/api/v3"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123/api/v3"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com"),
    ],
)
def test_a_servers_root_is_completed(given, base):
    assert api_url(given) == base


@pytest.mark.parametrize("given", ["github.com", "ftp://x", "https://me:secret@git.acme.example", "https://"])
def test_an_unusable_url_is_refused_without_repeating_it(given):
    with pytest.raises(SettingsError) as caught:
        api_url(given)
    assert "secret" not in str(caught.value)


def test_a_missing_token_is_named_with_the_permissions_it_needs():
    with pytest.raises(
        NotAuthorized, match=r"GITHUB_TOKEN not set.*contents, issues and pull requests.*`repo`"
    ):
        connect(GitHubAccess())


def test_half_an_app_is_refused():
    with pytest.raises(NotAuthorized, match="app_id, installation_id and private_key"):
        connect(GitHubAccess(app_id="12"))


def test_no_credential_is_in_the_repr():
    access = GitHubAccess(token=TOKEN, private_key="-----BEGIN KEY")
    assert TOKEN not in repr(access)
    assert "BEGIN" not in repr(access)


def test_the_token_is_sent_and_blanks_around_it_are_not(client_for):
    with answering(lambda _asked: Say({"login": "night-owl"})) as server:
        Wire(client_for(server.url, f" {TOKEN}\n")).get("/user")
    assert server.asked[0].path == "/api/v3/user"
    assert server.asked[0].headers["authorization"] == f"token {TOKEN}"


def test_a_ready_client_loses_its_own_retries_and_spacing(patience, slept):
    theirs = github.Github(auth=github.Auth.Token(TOKEN), base_url="http://127.0.0.1:1/api/v3")
    ours = connect(theirs, pace=Pace.unhurried())
    assert ours.requester.kwargs["retry"] is None
    assert ours.requester.kwargs["seconds_between_writes"] is None
    assert ours.requester.kwargs["base_url"] == "http://127.0.0.1:1/api/v3"
    assert ours.requester.auth.token == TOKEN
    theirs.close()
    ours.close()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def test_an_app_exchanges_a_signed_jwt_for_an_installation_token(key):
    def answer(asked: Asked) -> Say:
        if asked.path != "/api/v3/app/installations/34/access_tokens":
            return Say({"login": "overnight[bot]"})
        claims = jwt.decode(asked.headers["authorization"].split()[1], key.public_key(), algorithms=["RS256"])
        assert claims["iss"] == "12"
        expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Say({"token": "ghs_12_eyJhbGciOi.long", "expires_at": expires}, 201)

    with answering(answer) as server:
        access = GitHubAccess(server.url, app_id="12", installation_id=34, private_key=pem(key))
        client = connect(access, pace=Pace.unhurried())
        for _ in range(2):
            assert Wire(client).get("/user")["login"] == "overnight[bot]"
        client.close()
    assert [asked.headers["authorization"] for asked in server.asked[1:]] == [
        "token ghs_12_eyJhbGciOi.long"
    ] * 2


def test_a_key_that_is_no_key_is_our_error_without_the_key():
    access = GitHubAccess("http://127.0.0.1:1", app_id="12", installation_id=34, private_key="not a key")
    client = connect(access, pace=Pace.unhurried())
    with pytest.raises(NotAuthorized, match="private key cannot be used") as caught:
        Wire(client, Patience(attempts=1)).get("/user")
    assert "not a key" not in str(caught.value)


def test_an_app_that_github_does_not_know_is_not_authorized(key):
    with answering(lambda _asked: Say({"message": "Integration not found"}, 404)) as server:
        access = GitHubAccess(server.url, app_id="12", installation_id=34, private_key=pem(key))
        client = connect(access, pace=Pace.unhurried())
        with pytest.raises(NotAuthorized, match="installation"):
            Wire(client).get("/user")
        client.close()
