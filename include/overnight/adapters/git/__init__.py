"""Git on this worker: mirrors, work trees, bundles and pushes, safe on hostile trees."""

from .access import RemoteAccess
from .authorship import Authored, authored, ordered_author
from .contents import Entry, entries, listing, read_blob, read_blobs, read_committed
from .trees import checkout_id, tidy
from .workspace import GitWorkspace

__all__ = [
    "Authored",
    "Entry",
    "GitWorkspace",
    "RemoteAccess",
    "authored",
    "checkout_id",
    "entries",
    "listing",
    "ordered_author",
    "read_blob",
    "read_blobs",
    "read_committed",
    "tidy",
]
