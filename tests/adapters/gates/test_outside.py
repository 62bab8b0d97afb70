from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from include.overnight.adapters.gates.documentation.outside import Lookup, is_public


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            name = self.path.strip("/")
            self.send_response(301 if name == "moved" else int(name or 200))
            if name == "moved":
                self.send_header("Location", "/404")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", asked
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("404", "answers 404"),
        ("410", "answers 410"),
        ("moved", "answers 404"),
        ("200", ""),
        ("403", ""),
        ("500", ""),
    ],
)
def test_only_what_is_gone_is_broken(server, path, why):
    assert Lookup(5, lambda _: True)(f"{server[0]}/{path}") == why


def test_our_own_network_is_never_asked(server):
    url, asked = server
    assert Lookup(5)(f"{url}/404") == ""
    assert Lookup(5)(url.replace("127.0.0.1", "localhost") + "/404") == ""
    assert asked == []


@pytest.mark.parametrize(
    "target", ["mailto:a@b", "ftp://a.example/x", "javascript:1", "http://127.0.0.1:1/", "http://"]
)
def test_what_cannot_be_asked_proves_nothing(target):
    assert Lookup(1, lambda _: True)(target) == ""


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "2002:7f00:1::"],
)
def test_inner_addresses_are_known(address):
    assert not is_public(address)
    assert is_public("8.8.8.8")
