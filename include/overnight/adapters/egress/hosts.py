"""The policies of settings: hosts that are named and no others, or every public one."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.errors import SettingsError
from .policy import Decision, Wish

_PORTS = frozenset({80, 443})


@dataclass(frozen=True, slots=True)
class _Pattern:
    host: str
    port: int | None

    def fits(self, wish: Wish) -> bool:
        name = wish.host.lower().rstrip(".")
        named = name == self.host or (self.host.startswith("*.") and name.endswith(self.host[1:]))
        return named and (wish.port == self.port if self.port is not None else wish.port in _PORTS)

    @property
    def may_be_private(self) -> bool:
        return self.port is not None or _is_address(self.host)


class AllowedHosts:
    """Allows hosts that are named: `pypi.org`, `*.example.org`, `registry.local:4873`, `10.0.0.7`.

    A name without a port stands for ports 80 and 443 and never for a private address; a name with a port,
    and an address, may lead into a private network, since somebody wrote it down on purpose.
    """

    def __init__(self, hosts: Sequence[str]) -> None:
        self._patterns = tuple(_pattern(host) for host in hosts)

    def decide(self, wish: Wish) -> Decision:
        """Allow what the first fitting name allows; refuse the rest."""
        found = [pattern for pattern in self._patterns if pattern.fits(wish)]
        if not found:
            return Decision(False, f"{wish.host}:{wish.port} is not among the hosts setup may reach")
        private = any(pattern.may_be_private for pattern in found)
        return Decision(True, f"{found[0].host} is named", private=private)


class PublicHosts:
    """Allows every public host on ports 80 and 443, and nothing on this machine or in a private network."""

    def decide(self, wish: Wish) -> Decision:
        """Allow the web; what stands behind a name is looked at when it is called."""
        if wish.port not in _PORTS:
            return Decision(False, f"name {wish.host}:{wish.port} in setup_hosts to allow this port")
        return Decision(True, "setup_hosts names nobody: every public host")


def _pattern(text: str) -> _Pattern:
    plain = text.strip().lower()
    host, port = (plain, "") if _is_address(plain) else _parted(plain)
    if not host or "/" in host or "*" in host.removeprefix("*.") or (port and not port.isdigit()):
        raise SettingsError(
            f"{text!r} is no host: write `pypi.org`, `*.example.org` or `registry.local:4873`"
        )
    return _Pattern(host, int(port) if port else None)


def _parted(text: str) -> tuple[str, str]:
    """Return host and port; an IPv6 address is in brackets when it has a port."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    host, _, port = text.partition(":")
    return host.rstrip("."), port


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
