"""Sandboxes: where hostile code runs."""

from .bubblewrap import BubblewrapSandbox
from .limits import SandboxLimits
from .unconfined import UnconfinedSandbox

__all__ = ["BubblewrapSandbox", "SandboxLimits", "UnconfinedSandbox"]
