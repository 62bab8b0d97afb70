"""Typed settings: `overnight.toml` and the environment."""

from .loading import Settings, load_settings, settings_path
from .orders import in_window, make_order, window_end
from .schema import FileSettings, ModelSettings, RepositorySettings

__all__ = [
    "FileSettings",
    "ModelSettings",
    "RepositorySettings",
    "Settings",
    "in_window",
    "load_settings",
    "make_order",
    "settings_path",
    "window_end",
]
