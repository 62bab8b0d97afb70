"""Connect to a host that is allowed, at an address that was looked at first."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import Any

import psutil

from .policy import Decision

_SECONDS = 30.0
_INTO_IPV4 = ipaddress.ip_network("64:ff9b::/96")
"""Addresses that a NAT64 gateway turns into the IPv4 address at their end."""


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
            f"{host} is at {inner[0]}, a private address or this machine's own: "
            f"name {host}:{port}, with its port, in setup_hosts to allow it"
        )
    return _connected(list(addresses), host, tls=decision.tls)


def _public(address: str | int) -> bool:
    plain = ipaddress.ip_address(str(address).partition("%")[0])
    mapped = getattr(plain, "ipv4_mapped", None) or getattr(plain, "sixtofour", None)
    if plain in _INTO_IPV4:
        mapped = ipaddress.IPv4Address(int(plain) & 0xFFFFFFFF)
    named = (plain,) if mapped is None else (plain, mapped)
    return all(one.is_global and not one.is_multicast and str(one) not in _our_own() for one in named)


def _our_own() -> frozenset[str]:
    """Return this machine's addresses: what listens on a public one may still trust who comes from here."""
    return frozenset(
        address.address.partition("%")[0] for found in psutil.net_if_addrs().values() for address in found
    )


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
