"""Who may be reached from inside: decided per request, by an object that can be exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wish:
    """What confined code asks for.

    :param method: CONNECT for a tunnel, else the method of a plain request.
    :param path: path and query of a plain request, "" for a tunnel.
    """

    method: str
    host: str
    port: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the proxy does with a wish.

    :param reason: told to the log, and to confined code when it is refused.
    :param private: whether an address on this machine or in a private network may be meant.
    :param host: where to go instead; "" means where it was asked for.
    :param tls: speak TLS to the host although the request came in plain (so that a header can be added).
    :param headers: put into a plain request, in place of what it says under the same names.
    """

    allowed: bool
    reason: str
    private: bool = False
    host: str = ""
    port: int = 0
    tls: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Name no header's value: it may be a key."""
        named = [name for name, _ in self.headers]
        return f"Decision({self.allowed}, {self.reason!r}, host={self.host!r}, headers={named})"


class Policy(Protocol):
    """Decides about wishes; called from many threads."""

    def decide(self, wish: Wish) -> Decision:
        """Return what to do with a wish."""
