"""Write a repository into `overnight.toml`, leaving what people wrote there as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ..domain.errors import SettingsError
from .loading import load_settings

_HEAD = "# Overnight's settings; `overnight settings show` prints what is in force.\n"
_REPOSITORY = """
[[repositories]]
name = "{name}"
# schedule_expression = "0 2 * * *"
# window = "01:00-07:00"
# timezone = "UTC"
# max_issues_per_run = 50
"""


def add_repository(path: Path, full_name: str) -> bool:
    """Append a repository to the file; False when it is there already.

    :raises SettingsError: the file is broken or cannot be written.
    """
    known = load_settings(path, {}).values.repositories
    if any(repository.name.lower() == full_name.lower() for repository in known):
        return False
    text = path.read_text("utf-8") if path.is_file() else _HEAD
    text = text.rstrip("\n") + "\n" + _REPOSITORY.format(name=full_name)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path}: {full_name} cannot be appended, since `repositories` is written inline: "
            f'add {{name = "{full_name}"}} to it by hand'
        ) from error
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error
    return True
