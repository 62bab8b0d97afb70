"""A GitHub on loopback, with state: REST, GraphQL and git over HTTP on one directory."""

from .faults import Fault
from .forge import Forge
from .running import RunningForge, running_forge

__all__ = ["Fault", "Forge", "RunningForge", "running_forge"]
