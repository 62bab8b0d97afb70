"""A repository that no file names, worked on because the command line names it."""

from __future__ import annotations

from dataclasses import replace

from ..domain.errors import SettingsError
from ..domain.issues import split_full_name
from .loading import Settings
from .schema import RepositorySettings


def with_repository(settings: Settings, full_name: str) -> Settings:
    """Return the settings with the repository in them, under the defaults when it was not configured."""
    known = {repository.name.lower() for repository in settings.values.repositories}
    if full_name.lower() in known:
        return settings
    try:
        split_full_name(full_name)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    more = (*settings.values.repositories, RepositorySettings(name=full_name))
    return replace(settings, values=settings.values.model_copy(update={"repositories": more}))
