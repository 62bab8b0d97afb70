"""Git on this worker: mirrors, work trees, bundles and pushes, safe on hostile trees."""

from .access import RemoteAccess
from .contents import entries, read_blob, read_committed
from .trees import checkout_id
from .workspace import GitWorkspace

__all__ = ["GitWorkspace", "RemoteAccess", "checkout_id", "entries", "read_blob", "read_committed"]
