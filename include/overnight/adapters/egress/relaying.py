"""Carry bytes between two connections, metered."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import suppress

_CHUNK = 64 * 1024
_GLANCE_SECONDS = 0.5
_SEND_SECONDS = 60.0


class Spent(Exception):
    """The bytes or the time of a proxy are used up."""


class Meter:
    """Counts what goes through, for all connections together."""

    def __init__(self, most: int, until: float) -> None:
        self._left = most
        self._until = until
        self._lock = threading.Lock()

    def count(self, number: int) -> None:
        """Book bytes; Spent when there are none left or the time is over."""
        with self._lock:
            self._left -= number
            if self._left < 0:
                raise Spent("the bytes that setup may move over the network are used up")
        self.left()

    def left(self) -> float:
        """Return the seconds left; Spent when there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise Spent("the time for the network is over")
        return seconds

    def end(self) -> None:
        """Let every connection end."""
        self._until = 0.0


def relay(client: socket.socket, server: socket.socket, meter: Meter) -> None:
    """Carry bytes both ways until both ends are done; Spent when the meter says so."""
    other = {client: server, server: client}
    for connection in other:
        connection.settimeout(_SEND_SECONDS)
    with selectors.DefaultSelector() as selector:
        for connection in other:
            selector.register(connection, selectors.EVENT_READ)
        while selector.get_map():
            meter.left()
            for key, _ in selector.select(_GLANCE_SECONDS):
                source = next(connection for connection in other if connection is key.fileobj)
                piece = source.recv(_CHUNK)
                if piece:
                    meter.count(len(piece))
                    other[source].sendall(piece)
                    continue
                selector.unregister(source)
                if source is server:
                    return  # the answer is complete; what the client still says nobody hears
                with suppress(OSError):
                    server.shutdown(socket.SHUT_WR)
