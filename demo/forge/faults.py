"""Faults a test orders: a reply before anything happened, a loss after it happened, a cut connection."""

import re
import threading
from dataclasses import dataclass, field, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """What to do to the next `times` requests whose method and path (with query) match.

    `before` answers at once and performs nothing; `after` performs the request and then answers with
    `status`. `reset` drops the connection instead of answering, before or after.
    """

    path: str
    method: str = ".*"
    times: int = 1
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    when: Literal["before", "after"] = "before"
    reset: bool = False

    def hits(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method, re.IGNORECASE) and re.search(self.path, path))


class Faults:
    """The faults still to come, in the order they were ordered."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> None:
        re.compile(fault.path)
        re.compile(fault.method)
        with self._lock:
            self._waiting.append(fault)

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault that hits a request, used up by one."""
        with self._lock:
            for position, fault in enumerate(self._waiting):
                if fault.hits(method, path):
                    left = replace(fault, times=fault.times - 1)
                    self._waiting[position : position + 1] = [left] if left.times else []
                    return fault
        return None
