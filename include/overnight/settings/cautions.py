"""What settings say that is allowed and yet not what somebody meant."""

from __future__ import annotations

from collections.abc import Iterator

from .loading import Settings
from .schema import RepositorySettings


def cautions(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each value that is lowered or has no effect, with its key."""
    return (
        *settings.misspelt,
        *_without_effect(settings),
        *(text for one in settings.values.repositories for text in _caps(settings, one)),
    )


def _caps(settings: Settings, repository: RepositorySettings) -> Iterator[str]:
    own, shared = repository.quota_limits, settings.values.quota
    for key in sorted(own.model_fields_set) if own else ():
        asked, limit = getattr(own, key), getattr(shared, key)
        if asked > limit:
            yield (
                f"{repository.name}: quota_limits.{key} = {asked} is above the organization's {limit} "
                f"and counts as {limit}: raise [quota] {key}, or lower it"
            )


def _without_effect(settings: Settings) -> Iterator[str]:
    values = settings.values
    if values.setup_hosts and not values.setup_network:
        yield "setup_hosts has no effect while setup_network is off: set it to true, or remove the hosts"
    if values.local_above_top and not values.desktop_builder_enabled:
        yield "local_above_top has no effect while desktop_builder_enabled is off"
    unused = [tier for tier in values.models if tier not in settings.models]
    for tier in unused:
        yield f"models.{tier} is not used: `ladder` leaves {tier} out"
    reviewer = values.gates.reviewer_tier
    if reviewer and reviewer not in settings.models:
        yield f"gates.reviewer_tier: no model stands behind {reviewer}: add [models.{reviewer}]"
    if values.allow_unknown_prices:
        yield "allow_unknown_prices is on: no dollar limit holds for a model without a known price"
