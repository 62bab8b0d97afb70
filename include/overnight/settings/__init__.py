"""Typed settings: `overnight.toml` and the environment."""

from .cautions import cautions
from .layers import VARIABLES
from .loading import Settings, load_settings, origin_of, settings_path
from .orders import approvers, make_order
from .schema import FileSettings, RepositorySettings
from .tiers import ModelSettings
from .windows import in_window, window_end

__all__ = [
    "VARIABLES",
    "FileSettings",
    "ModelSettings",
    "RepositorySettings",
    "Settings",
    "approvers",
    "cautions",
    "in_window",
    "load_settings",
    "make_order",
    "origin_of",
    "settings_path",
    "window_end",
]
