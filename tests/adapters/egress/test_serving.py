"""A service of ours on a Unix socket, and the one door to it from inside the sandbox."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.overnight.adapters.egress import Inbound, Outbound, ProxyLimits, opened_door
from include.overnight.adapters.egress.serving import ServiceSocket
from include.overnight.adapters.sandbox import BubblewrapSandbox


class Echo:
    """Answers with what it was asked, in two pieces, and remembers whether they were closed."""

    def __init__(self) -> None:
        self.asked: list[Inbound] = []
        self.closed = threading.Event()
        self.slow = 0.0

    def answer(self, asked: Inbound) -> Outbound:
        self.asked.append(asked)
        return Outbound(200, self._pieces(asked), "text/plain", (("X-Told", "yes"),))

    def _pieces(self, asked: Inbound) -> Iterator[bytes]:
        try:
            yield f"{asked.method} {asked.path} ".encode()
            time.sleep(self.slow)
            yield asked.body
        finally:
            self.closed.set()


class Connection(http.client.HTTPConnection):
    """A client of a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(str(self._path))


@pytest.fixture
def echo() -> Echo:
    return Echo()


def test_requests_are_read_whole_and_answered_on_one_connection(tmp_path, echo):
    with ServiceSocket(tmp_path / "s", echo):
        client = Connection(tmp_path / "s")
        for method, body in (("POST", b"hello"), ("GET", b"")):
            client.request(method, "/v1/x?y=1", body, {"X-Some": "Header"})
            answer = client.getresponse()
            assert (answer.status, answer.getheader("X-Told")) == (200, "yes")
            assert answer.read() == f"{method} /v1/x?y=1 ".encode() + body
        client.close()
    assert echo.asked[0].headers["x-some"] == "Header"


def test_a_body_in_chunks_is_put_together(tmp_path, echo):
    with ServiceSocket(tmp_path / "s", echo):
        client = Connection(tmp_path / "s")
        client.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True)
        assert client.getresponse().read() == b"POST / one two"
        client.close()


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b" 413 "),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b" 400 "),
        (b"TRACE / HTTP/1.1\r\n\r\n", b" 501 "),
        (b"\x00\x01\x02\r\n\r\n", b" 400 "),
    ],
)
def test_what_is_no_request_is_refused_and_never_reaches_the_service(tmp_path, echo, request_text, status):
    with ServiceSocket(tmp_path / "s", echo), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(tmp_path / "s"))
        client.sendall(request_text)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while piece := client.recv(4096):
            received += piece
    assert status.strip() in received
    assert echo.asked == []


def test_bytes_are_counted_both_ways_and_then_it_is_over(tmp_path, echo):
    with ServiceSocket(tmp_path / "s", echo, ProxyLimits(bytes=1000)):
        client = Connection(tmp_path / "s")
        client.request("POST", "/", b"x" * 800)
        with pytest.raises((http.client.HTTPException, OSError)):
            client.getresponse().read()
        client.close()


def test_the_end_of_the_service_ends_what_is_being_answered(tmp_path, echo):
    echo.slow = 1.0
    with ServiceSocket(tmp_path / "s", echo):
        client = Connection(tmp_path / "s")
        client.request("POST", "/", b"x")
        client.getresponse().read(5)
    assert echo.closed.is_set()
    client.close()


def test_inside_the_sandbox_the_service_is_on_loopback_and_can_stop_the_command(tmp_path, echo):
    tree = tmp_path / "tree"
    tree.mkdir()
    command = (
        "python3 -c 'import sys, urllib.request as u;"
        ' print(u.urlopen(sys.argv[1] + "/v1/a", b"body", timeout=5).read().decode())\' {url}; cat; sleep 30'
    )
    with opened_door(echo) as door:
        threading.Timer(3.0, door.stop).start()
        started = time.monotonic()
        ran = BubblewrapSandbox().run(
            tree, door.around(command.format(url=door.url)), mounts=door.mounts, seconds=25
        )
    assert ran.stdout.strip() == "POST /v1/a body"
    assert (ran.exit_code, ran.timed_out) == (137, False)
    assert time.monotonic() - started < 20
