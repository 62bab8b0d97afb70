"""Answer a confined command's HTTP requests ourselves, on a Unix socket: nothing is passed on unread."""

from __future__ import annotations

import logging
import socketserver
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from .proxy import ProxyLimits
from .relaying import Meter, Spent

_log = logging.getLogger(__name__)
_MAX_BODY = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request from inside, read to its end.

    :param path: with its query, as it was sent.
    :param headers: names in lower case.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Outbound:
    """What goes back, piece by piece; its pieces are closed when they are sent or nobody listens."""

    status: int
    pieces: Iterable[bytes]
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Service(Protocol):
    """Answers requests; called from many threads."""

    def answer(self, asked: Inbound) -> Outbound:
        """Return the answer to a request."""


class TooLarge(Exception):
    """A body that no model takes."""


class ServiceSocket:
    """Serves a Unix socket until it is closed.

    :param limits: bytes both ways together, and the time from now on.
    """

    def __init__(self, path: Path, service: Service, limits: ProxyLimits | None = None) -> None:
        limits = limits or ProxyLimits()
        meter = Meter(limits.bytes, time.monotonic() + limits.seconds)
        self._meter = meter

        class Handler(_Handler):
            pass

        Handler.service, Handler.meter, Handler.timeout = service, meter, limits.seconds
        self._server = _Server(str(path), Handler, limits.connections)
        path.chmod(0o666)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="service", daemon=True
        )

    def __enter__(self) -> ServiceSocket:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every connection and wait for what was serving them."""
        self._meter.end()
        self._server.shutdown()
        self._server.server_close()
        self._server.end_all()
        self._thread.join(_END_SECONDS)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, handler: type[_Handler], connections: int) -> None:
        self.request_queue_size = connections
        self._places = threading.BoundedSemaphore(connections)
        self._running: dict[threading.Thread, Any] = {}
        super().__init__(path, handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._running[threading.current_thread()] = request
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._running.pop(threading.current_thread(), None)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.info("a connection out of the sandbox ended badly", exc_info=True)

    def end_all(self) -> None:
        for thread, request in list(self._running.items()):
            with suppress(OSError):
                request.shutdown(2)
            thread.join(_END_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    service: Service
    meter: Meter
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "overnight", ""

    def handle(self) -> None:
        """Serve requests until the connection, the bytes or the time end."""
        with suppress(OSError, Spent):
            super().handle()

    def do_POST(self) -> None:
        """Read, ask the service, send what it says."""
        try:
            body = b"".join(self._body())
        except (TooLarge, ValueError) as error:
            self.close_connection = True
            self.send_error(413 if isinstance(error, TooLarge) else 400)
            return
        self.meter.count(len(self.requestline) + len(body))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.service.answer(Inbound(self.command, self.path, headers, body)))

    def do_GET(self) -> None:
        """Do as for any other method; those without a row here are answered 501."""
        self.do_POST()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing: whoever answers keeps the record."""

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            yield from self._chunks()
            return
        left = int(self.headers.get("content-length") or 0)
        if not 0 <= left <= _MAX_BODY:
            raise TooLarge
        while left > 0:
            piece = self.rfile.read(min(left, _CHUNK))
            if not piece:
                raise ValueError("the body ends too early")
            left -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while size := int(self.rfile.readline(64).split(b";")[0], 16):
            total += size
            if size < 0 or total > _MAX_BODY:
                raise TooLarge
            yield self.rfile.read(size)
            self.rfile.readline(8)
        while self.rfile.readline(8192).strip():
            pass

    def _send(self, answer: Outbound) -> None:
        pieces = iter(answer.pieces)
        with closing(_Closable(pieces)):
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in pieces:
                if piece:
                    self.meter.count(len(piece))
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")


@dataclass(frozen=True, slots=True)
class _Closable:
    """Pieces that may be a generator, whose end must come at once and not with the next collection."""

    pieces: Iterator[bytes]

    def close(self) -> None:
        if close := getattr(self.pieces, "close", None):
            close()
