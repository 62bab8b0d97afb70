"""Connect to a host that is allowed, at an address that was looked at first."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import Any

from .policy import Decision

_SECONDS = 30.0


class Refused(Exception):
    """The host may not be reached."""


def dial(host: str, port: int, decision: Decision) -> socket.socket:
    """Return a connection to the host; Refused when it resolves to a private address not meant.

    The address that was looked at is the one that is called: a name cannot change its answer in between.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OSError(error.errno, f"{host} cannot be resolved") from error
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    if not decision.private and (
        inner := [address[0] for _, address in addresses if not _public(address[0])]
    ):
        raise Refused(
            f"{host} is at {inner[0]}, a private address: name {host}:{port}, with its port, to allow it"
        )
    return _connected(list(addresses), host, tls=decision.tls)


def _public(address: str | int) -> bool:
    plain = ipaddress.ip_address(str(address).partition("%")[0])
    mapped = getattr(plain, "ipv4_mapped", None) or getattr(plain, "sixtofour", None)
    return plain.is_global and not plain.is_multicast and (mapped is None or mapped.is_global)


def _connected(addresses: list[tuple[int, Any]], host: str, *, tls: bool) -> socket.socket:
    trouble = OSError(f"{host} has no address")
    for family, address in addresses:
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(_SECONDS)
        try:
            connection.connect(address)
            return (
                ssl.create_default_context().wrap_socket(connection, server_hostname=host)
                if tls
                else connection
            )
        except OSError as error:
            connection.close()
            trouble = error
    raise trouble
