"""One request to a model's server, whose connection can be cut from another thread."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...domain.errors import SettingsError
from ..egress.dialling import Refused, dial
from ..egress.policy import Decision
from ..models.endpoints import ModelEndpoint
from .command_requests import Speech

_PIECE = 16 * 1024
_VERSION = "2023-06-01"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint is."""

    host: str
    port: int
    path: str
    tls: bool

    @classmethod
    def of(cls, base_url: str) -> Address:
        """Read a base URL; SettingsError when it is none."""
        try:
            parts = urlsplit(base_url)
            port = parts.port
        except ValueError as error:
            raise SettingsError(f"base_url {base_url!r} cannot be read") from error
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise SettingsError(f"base_url {base_url!r} must be http:// or https:// and name no user")
        tls = parts.scheme == "https"
        return cls(parts.hostname, port or _PORTS[parts.scheme], parts.path.rstrip("/"), tls)


@dataclass(frozen=True, slots=True)
class Upstream:
    """Sends requests to one endpoint, with its key; redirects are not followed."""

    endpoint: ModelEndpoint
    address: Address
    speech: Speech

    def connect(self) -> Line:
        """Open a connection; OSError when nobody answers there."""
        where = self.address
        decision = Decision(True, "the model's own host", private=True, tls=where.tls)
        try:
            return Line(dial(where.host, where.port, decision), self.endpoint.timeout)
        except Refused as error:
            raise OSError(str(error)) from error

    def ask(self, line: Line, path: str, body: bytes) -> http.client.HTTPResponse:
        """Send a request and return the answer's head; its body is still to be read."""
        where = self.address
        connection = http.client.HTTPConnection(where.host, where.port)
        connection.sock = line.socket
        connection.request("POST", where.path + path, body=body, headers=self._headers())
        return connection.getresponse()

    def _headers(self) -> Mapping[str, str]:
        key = self.endpoint.api_key or "none"
        proof = {"Authorization": f"Bearer {key}"}
        if self.speech == "anthropic":
            proof = {"x-api-key": key, "anthropic-version": _VERSION}
        plain = {"Content-Type": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
        return {**plain, "User-Agent": "overnight", **proof}


class Line:
    """A connection that whoever holds it may cut."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        connection.settimeout(seconds)
        self.socket = connection
        self._lock = threading.Lock()

    def cut(self) -> None:
        """End it; whoever reads is told at once."""
        with self._lock, suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give it back."""
        with self._lock:
            self.socket.close()


def pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the body as it comes; HTTPException when it ends before it should."""
    while piece := response.read1(_PIECE):
        yield piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
