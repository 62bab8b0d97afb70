"""Requests: pages, redirects, and a pace that hears what GitHub asks for."""

from urllib.parse import parse_qs

import pytest

from include.overnight.adapters.github import Pace, Pacer, Patience
from include.overnight.adapters.github.wire import Wire, segment
from include.overnight.domain.errors import RateLimited, Unreachable

from .answering import Asked, Say, answering, in_turn


def paged(asked: Asked) -> Say:
    """Three pages under another path, as GitHub links them by repository id."""
    page = int(parse_qs(asked.path.partition("?")[2]).get("page", ["1"])[0])
    host = asked.headers["host"]
    link = f'<http://{host}/api/v3/repositories/9/issues?per_page=100&page={page + 1}>; rel="next"'
    return Say([{"number": page}, None], headers={"Link": link} if page < 3 else {})


def test_pages_follow_githubs_links_whatever_their_path(client_for, patience):
    with answering(paged) as server:
        found = list(Wire(client_for(server.url), patience).pages("/repos/acme/pantry/issues", state="open"))
    assert [one["number"] for one in found] == [1, 2, 3]
    assert server.asked[0].path == "/api/v3/repos/acme/pantry/issues?per_page=100&state=open"
    assert server.asked[1].path.startswith("/api/v3/repositories/9/issues?")


def test_a_write_to_a_renamed_repository_follows_its_307(client_for, patience):
    def answer(asked: Asked) -> Say:
        if "/old/" in asked.path:
            where = f"http://{asked.headers['host']}/api/v3/repositories/9/labels"
            return Say({"message": "Temporary Redirect"}, 307, {"Location": where})
        return Say({"name": asked.body["name"]}, 201)

    with answering(answer) as server:
        wire = Wire(client_for(server.url), patience, Pacer(Pace.unhurried()))
        assert wire.write("POST", "/repos/acme/old/labels", {"name": "x"}) == {"name": "x"}
    assert [asked.method for asked in server.asked] == ["POST", "POST"]


@pytest.mark.parametrize("status", [301, 307])
def test_the_token_follows_no_redirect_to_another_host(status, client_for, patience):
    with answering(lambda _asked: Say({})) as elsewhere:
        where = elsewhere.url.replace("127.0.0.1", "localhost") + "/api/v3/steal"
        with (
            answering(in_turn(Say({"message": "Moved"}, status, {"Location": where}))) as server,
            pytest.raises(Unreachable),
        ):
            Wire(client_for(server.url), patience).get("/user")
    assert elsewhere.asked == []


def test_an_endless_redirect_ends(client_for, patience):
    with (
        answering(in_turn(Say({"message": "Round"}, 307, {"Location": "/api/v3/user"}))) as server,
        pytest.raises(Exception, match="307"),
    ):
        Wire(client_for(server.url), Patience(attempts=1)).get("/user")
    assert len(server.asked) == 3


def test_a_write_is_never_repeated_by_itself(client_for, patience):
    with answering(in_turn(Say({"message": "oops"}, 502))) as server, pytest.raises(Unreachable):
        Wire(client_for(server.url), patience, Pacer(Pace.unhurried())).write("POST", "/x", {})
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "held"), [({"Retry-After": "9"}, 9.0), ({}, 60.0), ({"Retry-After": "900"}, 120.0)]
)
def test_a_limit_met_by_one_write_holds_the_next_one_back(headers, held, client_for, patience):
    slept: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pacer = Pacer(Pace.unhurried(), lambda: now[0], sleep)
    says = in_turn(Say({"message": "Slow down"}, 429, headers), Say({"id": 1}, 201))
    with answering(says) as server:
        wire = Wire(client_for(server.url), patience, pacer)
        with pytest.raises(RateLimited):
            wire.write("POST", "/x", {})
        wire.write("POST", "/x", {})
    assert slept == [held]


def test_any_text_is_one_segment_of_a_path():
    assert segment("a/b?c#d é") == "a%2Fb%3Fc%23d%20%C3%A9"
