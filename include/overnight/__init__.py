"""Overnight: works through a repository's open issues while its people sleep.

What other programs call is here by name and imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "ModelSelectionContext": ".domain.models",
    "ModelSelectionResult": ".domain.models",
    "select_model": ".domain.models",
    "get_governance_issues": ".domain.governance_issues",
    **dict.fromkeys(
        (
            "check_local_builder_health",
            "create_governance_issues_on_github",
            "detect_repository_drift",
            "execute_with_escalation",
            "get_governance_stats",
            "get_quota_usage",
            "log_governance_event",
            "perform_safe_merge",
            "query_governance_events",
        ),
        ".from_python",
    ),
}
"""Name → the module that holds it."""

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
