"""Which Overnight this is."""

from __future__ import annotations

VERSION = "0.1.0"
"""The newest version in CHANGELOG.md."""
