"""The proxy itself: HTTP CONNECT and plain HTTP on a Unix socket, one thread per connection."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .dialling import Refused, dial
from .policy import Decision, Policy, Wish
from .relaying import Meter, Spent, relay
from .requests import BadRequest, Request, read_request

_log = logging.getLogger(__name__)

Told = Callable[[Wish, Decision], None]
Dial = Callable[[str, int, Decision], socket.socket]


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """What goes through at most.

    :param bytes: both ways together, of all connections.
    :param seconds: from the start of the proxy; then every connection ends.
    :param connections: at once.
    """

    bytes: int = 4 * 1024**3
    seconds: float = 1800.0
    connections: int = 64


class EgressProxy:
    """Serves a socket until it is closed; every decision is logged and told.

    :param told: called with each decision, for whoever keeps a record.
    """

    def __init__(
        self,
        path: Path,
        policy: Policy,
        limits: ProxyLimits | None = None,
        *,
        told: Told = lambda _wish, _decision: None,
        dial: Dial = dial,
    ) -> None:
        limits = limits or ProxyLimits()
        self._policy = policy
        self._told = told
        self._dial = dial
        self._meter = Meter(limits.bytes, time.monotonic() + limits.seconds)
        self._places = threading.BoundedSemaphore(limits.connections)
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen(limits.connections)
        self._accepting = threading.Thread(target=self._accept, name="egress", daemon=True)

    def __enter__(self) -> EgressProxy:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every connection; nothing of the proxy is running afterwards."""
        self._meter.end()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5.0)
        for connection in list(self._open):
            _shut(connection)
        for thread in list(self._threads):
            thread.join(5.0)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                client.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client,), name="egress", daemon=True)
            self._threads.add(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            with client:
                self._answer(client)
        except (OSError, Spent) as error:
            _log.info("a connection out of the sandbox ended: %s", error)
        finally:
            self._open.discard(client)
            self._threads.discard(threading.current_thread())
            self._places.release()

    def _answer(self, client: socket.socket) -> None:
        client.settimeout(self._meter.left())
        try:
            request = read_request(client)
            server, decision = self._decided(request.wish)
        except BadRequest as error:
            client.sendall(_reply(400, "Bad Request", str(error)))
            return
        except Refused as error:
            client.sendall(_reply(403, "Forbidden", str(error)))
            return
        except OSError as error:
            client.sendall(
                _reply(502, "Bad Gateway", f"the host cannot be reached: {error.strerror or 'no'}")
            )
            return
        self._open.add(server)
        try:
            with server:
                self._start(client, server, request, decision)
                relay(client, server, self._meter)
        finally:
            self._open.discard(server)

    def _decided(self, wish: Wish) -> tuple[socket.socket, Decision]:
        decision = self._policy.decide(wish)
        server = None
        try:
            if not decision.allowed:
                raise Refused(decision.reason)
            server = self._dial(decision.host or wish.host, decision.port or wish.port, decision)
        except Refused as error:
            decision = Decision(False, str(error))
            raise
        finally:
            _log.info(
                "sandbox asks %s %s:%d: %s (%s)",
                wish.method,
                wish.host,
                wish.port,
                "allowed" if decision.allowed else "refused",
                decision.reason,
            )
            self._told(wish, decision)
        return server, decision

    def _start(
        self, client: socket.socket, server: socket.socket, request: Request, decision: Decision
    ) -> None:
        if request.wish.method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            server.sendall(request.rest)
        else:
            server.sendall(request.forwarded(decision) + request.rest)
        self._meter.count(len(request.rest))


def _reply(code: int, phrase: str, why: str) -> bytes:
    body = f"overnight: {why}\n".encode(errors="replace")
    head = f"HTTP/1.1 {code} {phrase}\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
