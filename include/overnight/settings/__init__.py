"""Typed settings: `overnight.toml` and the environment."""

from .cautions import cautions
from .loading import Settings, load_settings, settings_path
from .orders import make_order
from .schema import FileSettings, RepositorySettings
from .tiers import ModelSettings
from .windows import in_window, window_end

__all__ = [
    "FileSettings",
    "ModelSettings",
    "RepositorySettings",
    "Settings",
    "cautions",
    "in_window",
    "load_settings",
    "make_order",
    "settings_path",
    "window_end",
]
