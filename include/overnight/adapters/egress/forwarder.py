"""Runs inside the sandbox, alone and with the standard library only: a TCP port there, our socket behind.

Usage: forwarder.py SOCKET PORT-FILE [PORT]
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress


def carry(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes one way to the end."""
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve(client: socket.socket, path: str) -> None:
    """Join one client to the socket."""
    with client, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way_out:
        way_out.connect(path)
        back = threading.Thread(target=carry, args=(way_out, client), daemon=True)
        back.start()
        carry(client, way_out)
        back.join()


def main(path: str, port_file: str, port: str = "0") -> None:
    """Listen on loopback, write the port down, and serve for ever."""
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    with open(port_file + ".new", "w") as file:  # noqa: PTH123
        file.write(str(listener.getsockname()[1]))
    os.replace(port_file + ".new", port_file)  # noqa: PTH105
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, path), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:4])
