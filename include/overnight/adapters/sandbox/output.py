"""Keep the start and the end of a stream, however long it is."""

from __future__ import annotations


class CappedOutput:
    """The first and last bytes of one stream; what lies between is counted, not kept."""

    def __init__(self, cap: int) -> None:
        self._head_cap = max(1, cap // 2)
        self._tail_cap = max(1, cap - self._head_cap)
        self._head = bytearray()
        self._tail = bytearray()
        self.total = 0

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the stream."""
        self.total += len(piece)
        room = self._head_cap - len(self._head)
        self._head += piece[:room]
        self._tail += piece[room:] if room < len(piece) else b""
        if len(self._tail) > 4 * self._tail_cap:
            del self._tail[: -self._tail_cap]

    def text(self) -> str:
        """Return what was kept, decoded with replacement, saying how much was left out."""
        tail = bytes(self._tail[-self._tail_cap :])
        missing = self.total - len(self._head) - len(tail)
        gap = f"\n[… {missing} bytes left out …]\n".encode() if missing else b""
        return (bytes(self._head) + gap + tail).decode("utf-8", "replace")
