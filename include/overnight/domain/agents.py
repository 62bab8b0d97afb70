"""GitHub's own coding agent, as it signs there."""

from __future__ import annotations

AGENT = "copilot-swe-agent[bot]"
"""Whom an issue is assigned to."""
_LOGINS = frozenset({"copilot", "copilot-swe-agent", AGENT})
"""How GitHub names it in different places."""


def is_agent(login: str) -> bool:
    """Return whether a login is the agent's."""
    return login.lower() in _LOGINS
