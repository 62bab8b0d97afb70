"""What an installation depends on beside the repository."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from functools import cache
from pathlib import Path

_TOOLS = ("python3", "node", "npm", "pnpm", "yarn", "uv", "poetry", "go", "cargo", "java", "mvn", "gradle")


@cache
def machine() -> tuple[str, ...]:
    """Return what an installation depends on beside the repository: system, interpreter, tools."""
    try:
        system = Path("/etc/os-release").read_text(errors="replace")
    except OSError:
        system = platform.platform()
    return (system, platform.machine(), sys.version, sys.prefix, *(_fingerprint(tool) for tool in _TOOLS))


def _fingerprint(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        return f"no {tool}"
    about = os.stat(found)  # noqa: PTH116
    return f"{found} {about.st_size} {about.st_mtime_ns}"
