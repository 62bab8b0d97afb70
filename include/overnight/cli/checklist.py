"""The checklist of a deployment, with what this environment says of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ..assembly import Overnight
from ..domain.checkouts import configured
from ..services.appraising import Check
from ..services.deploying import Deployment, walk_checklist


def run_checklist(house: Overnight) -> tuple[Check, ...]:
    """Return a check for each row of the seeds' deployment checklist."""
    values = house.settings.values
    return walk_checklist(
        house,
        Deployment(
            execution_enabled=values.execution_enabled,
            secrets=_secrets(house),
            schedules={one.name: one.schedules for one in values.repositories if one.enabled},
            desktops={one.name: str(one.path) for one in configured(values.desktops, os.environ)},
            told=len(values.notify) + len(house.credentials.notify_urls),
            overview=_overview(),
        ),
    )


def _secrets(house: Overnight) -> dict[str, bool]:
    from ..assembly import key_names

    given = house.credentials
    keys = {name: name in given.keys for name in sorted(key_names(house.settings))}
    return {"GITHUB_TOKEN": bool(given.github_token or given.app), **keys}


def _overview() -> Callable[[], Mapping[str, Any]] | None:
    from ..adapters.deployment import URL, deployment_of

    if not os.environ.get(URL):
        return None
    return lambda: deployment_of(os.environ).get("overnight")
