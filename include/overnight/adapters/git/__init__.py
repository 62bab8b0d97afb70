"""Git on this worker: mirrors, work trees, bundles and pushes, safe on hostile trees."""

from .access import RemoteAccess
from .contents import entries, read_blob, read_committed
from .workspace import GitWorkspace

__all__ = ["GitWorkspace", "RemoteAccess", "entries", "read_blob", "read_committed"]
