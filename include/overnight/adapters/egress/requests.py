"""Read what a confined client asks of the proxy, strictly: nothing ambiguous is passed on."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from .policy import Decision, Wish

_MAX_HEAD = 64 * 1024
_LINE = re.compile(r"([A-Z]{1,20}) (\S{1,8192}) HTTP/1\.[01]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]{2,45}")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")
_NEVER = frozenset({"proxy-connection", "proxy-authorization", "connection", "keep-alive", "upgrade", "host"})


class BadRequest(Exception):
    """Not a request that a proxy takes."""


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request.

    :param rest: bytes that came after the head already.
    """

    wish: Wish
    headers: tuple[tuple[str, str], ...]
    rest: bytes

    def forwarded(self, decision: Decision) -> bytes:
        """Return the head for the server: its own form, one request per connection."""
        replaced = {name.lower() for name, _ in decision.headers} | _NEVER
        host, port = decision.host or self.wish.host, decision.port or self.wish.port
        name = f"[{host}]" if ":" in host else host
        lines = [
            f"{self.wish.method} {self.wish.path} HTTP/1.1",
            f"Host: {name}" if port == (443 if decision.tls else 80) else f"Host: {name}:{port}",
            *(f"{name}: {value}" for name, value in self.headers if name.lower() not in replaced),
            *(f"{name}: {value}" for name, value in decision.headers),
            "Connection: close",
        ]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def read_request(client: socket.socket) -> Request:
    """Read the head of one request; BadRequest says what is wrong with it."""
    head, rest = _head(client)
    first, *lines = head.decode("latin-1").split("\r\n")
    match = _LINE.fullmatch(first)
    if match is None:
        raise BadRequest("this is a proxy: send CONNECT host:port or an absolute http:// address")
    method, target = match[1], match[2]
    headers = tuple(_header(line) for line in lines)
    if method == "CONNECT":
        return Request(_tunnel(target), headers, rest)
    return Request(_plain(method, target), headers, rest)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = client.recv(8192)
        if not piece:
            raise BadRequest("the request ends before its head does")
        received += piece
        if len(received) > _MAX_HEAD:
            raise BadRequest("the head of the request is too long")
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _header(line: str) -> tuple[str, str]:
    match = _HEADER.fullmatch(line)
    if match is None:
        raise BadRequest("a header of the request cannot be read")
    return match[1], match[2].strip()


def _tunnel(target: str) -> Wish:
    host, _, port = target.rpartition(":")
    return Wish("CONNECT", _host(host.strip("[]")), _port(port))


def _plain(method: str, target: str) -> Wish:
    try:
        parts = urlsplit(target)
        port = parts.port or 80
    except ValueError as error:
        raise BadRequest("the address of the request cannot be read") from error
    if parts.scheme != "http" or parts.username is not None or not parts.hostname:
        raise BadRequest("only http:// addresses without a user are taken; https goes through CONNECT")
    path = parts.path or "/"
    return Wish(method, _host(parts.hostname), port, f"{path}?{parts.query}" if parts.query else path)


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise BadRequest("the host of the request cannot be read")
    return text.lower()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise BadRequest("the port of the request cannot be read")
    return int(text)
