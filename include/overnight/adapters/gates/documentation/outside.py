"""Look an address on the web up, without ever reaching into our own network: issue text chose it."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

_GONE = {404, 410}
_MOVED = {301, 302, 303, 307, 308}
_MOST_HOPS = 4
_PORTS = {"http": 80, "https": 443}


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks for addresses one at a time.

    :param seconds: of one connection.
    :param allowed: which IP addresses may be connected to.
    """

    seconds: float = 10.0
    allowed: Callable[[str], bool] = is_public

    def __call__(self, target: str) -> str:
        """Return why the address is broken: it is gone, or its host does not exist.

        A server that does not answer, wants a login or is tired of us proves nothing: "".
        """
        for _ in range(_MOST_HOPS):
            parts = urlsplit(target)
            if parts.scheme not in _PORTS or not parts.hostname:
                return ""
            try:
                status, location = self._ask(target)
            except socket.gaierror as error:
                return "no such host" if error.errno == socket.EAI_NONAME else ""
            except (OSError, http.client.HTTPException, ValueError):
                return ""
            if status in _GONE:
                return f"answers {status}"
            if status not in _MOVED or not location:
                return ""
            target = urljoin(target, location)
        return ""

    def _ask(self, target: str) -> tuple[int, str]:
        parts = urlsplit(target)
        host = parts.hostname or ""
        connection = http.client.HTTPConnection(host, timeout=self.seconds)
        # Connected to the very address that was looked at: a name may mean another one a moment later.
        connection.sock = self._connected(parts.scheme, host, parts.port or _PORTS[parts.scheme])
        try:
            path = parts.path or "/"
            headers = {
                "User-Agent": "overnight-link-check",
                "Accept": "*/*",
                "Host": parts.netloc.rpartition("@")[2],
            }
            connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location") or ""
        finally:
            connection.close()

    def _connected(self, scheme: str, host: str, port: int) -> socket.socket:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [info[4] for info in found if self.allowed(str(info[4][0]))]
        if not addresses:
            raise OSError(f"{host} is not on the open internet")
        plain = socket.create_connection((str(addresses[0][0]), port), timeout=self.seconds)
        if scheme == "http":
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
