"""What one toolchain offers towards building a repository."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """What one toolchain offers; "" for a step it does not know."""

    source: str
    build: str = ""
    lint: str = ""
    test: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    setup: str = ""
    setup_source: str = ""
    setup_environment: tuple[tuple[str, str], ...] = ()
