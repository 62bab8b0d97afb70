"""Every way GitHub says no, and what we make of it."""

import socket
import time
from email.utils import formatdate

import pytest
import requests
from github import GithubException
from github.Requester import Requester

from include.overnight.adapters.github.errors import (
    NoPermission,
    Unprocessable,
    seconds_to_wait,
    speaking_github,
    translated,
)
from include.overnight.adapters.github.wire import Wire
from include.overnight.domain.errors import (
    Contended,
    Forbidden,
    NotAuthorized,
    NotFound,
    RateLimited,
    Unreachable,
)

from .answering import Say, answering, in_turn
from .conftest import TOKEN

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("status", "message", "headers", "expected"),
    [
        (401, "Bad credentials", {}, NotAuthorized),
        (403, "Resource not accessible by personal access token", {}, NoPermission),
        (403, "Repository was archived so is read-only.", {}, Forbidden),
        (403, "Unable to create comment because issue is locked.", {}, Forbidden),
        (403, SECONDARY, {}, RateLimited),
        (403, "API rate limit exceeded for user ID 1.", {}, RateLimited),
        (403, "Slow down", {"Retry-After": "3"}, RateLimited),
        (403, "No more", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, RateLimited),
        (429, "Too many requests", {}, RateLimited),
        (404, "Not Found", {}, NotFound),
        (410, "This issue was deleted", {}, NotFound),
        (409, "Git Repository is empty.", {}, Contended),
        (422, "Validation Failed", {}, Unprocessable),
        (400, "Problems parsing JSON", {}, Unprocessable),
        (500, "Server Error", {}, Unreachable),
        (502, "", {}, Unreachable),
        (503, "Unavailable", {"Retry-After": "5"}, RateLimited),
    ],
)
def test_a_status_becomes_one_error_of_ours(status, message, headers, expected):
    lower = {name.lower(): value for name, value in headers.items()}
    answer = Requester.createException(status, lower, {"message": message})
    error = translated(answer, "GET /repos/acme/locked")
    assert type(error) is expected
    assert f"GitHub said {status} to GET /repos/acme/locked" in str(error)


def test_a_missing_permission_is_named_as_github_names_it():
    headers = {"x-accepted-github-permissions": "issues=write"}
    error = translated(GithubException(403, {"message": "Resource not accessible"}, headers), "POST /x")
    assert "needs issues=write" in str(error)


def test_the_details_of_a_validation_error_are_told_on_one_line():
    errors = [
        {"resource": "PullRequest", "code": "custom", "message": "No commits between\nmain and x"},
        "odd",
    ]
    error = translated(
        GithubException(422, {"message": "Validation Failed", "errors": errors}, {}), "POST /x"
    )
    assert "Validation Failed; No commits between main and x custom; odd" in str(error)


def test_how_long_to_wait_is_read_from_every_header_github_uses():
    assert seconds_to_wait({"retry-after": "30"}) == 30
    assert 28 <= seconds_to_wait({"retry-after": formatdate(time.time() + 30, usegmt=True)}) <= 31
    assert seconds_to_wait({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1060"}, now=1000) == 61
    assert seconds_to_wait({"x-ratelimit-remaining": "9", "x-ratelimit-reset": "1060"}, now=1000) is None
    assert seconds_to_wait({"retry-after": "soon"}) is None
    assert seconds_to_wait({}) is None


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("x"), requests.Timeout("x"), ValueError("x"), RuntimeError("redirect")]
)
def test_what_is_no_answer_of_githubs_is_unreachable(error):
    with pytest.raises(Unreachable) as caught, speaking_github("GET /user"):
        raise error
    assert caught.value.__cause__ is error


def test_ours_pass_through_unchanged():
    with pytest.raises(NotFound, match=r"^mine$"), speaking_github():
        raise NotFound("mine")


def test_nobody_listening_is_unreachable_and_names_no_token(client_for, patience, slept):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unreachable, match=r"check the network") as caught:
            Wire(client_for(url), patience).get("/user")
    assert len(slept) == 3
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>proxy</html>", '{"login": "cut of', "[1, 2]", "null", ""])
def test_garbage_instead_of_json_is_unreachable(body, client_for, patience):
    with answering(in_turn(Say(body))) as server, pytest.raises(Unreachable, match="cannot be used"):
        Wire(client_for(server.url), patience).get("/user")


def test_a_garbled_answer_is_asked_for_again(client_for, patience, slept):
    with answering(in_turn(Say("<html>"), Say("bad gateway", 502), Say({"login": "owl"}))) as server:
        assert Wire(client_for(server.url), patience).get("/user") == {"login": "owl"}
    assert len(slept) == 2
