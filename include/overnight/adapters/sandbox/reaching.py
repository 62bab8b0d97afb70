"""Sandboxes that keep an allow-list of hosts themselves, because our own way out cannot lead into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ...ports import Sandbox


@runtime_checkable
class ReachesHosts(Protocol):
    """A sandbox elsewhere, whose network policy is its own."""

    def reaching(self, hosts: Sequence[str]) -> Sandbox:
        """Return the same sandbox, whose commands reach these hosts alone; empty is every host."""
