"""GitHub: reads (`GitHubTracker`) and paced writes (`GitHubWriter`) on PyGithub."""

from .access import GitHubAccess, connect
from .pace import Pace, Pacer, SharedPacer
from .patience import Patience
from .tracker import GitHubTracker
from .writer import GitHubWriter

__all__ = [
    "GitHubAccess",
    "GitHubTracker",
    "GitHubWriter",
    "Pace",
    "Pacer",
    "Patience",
    "SharedPacer",
    "connect",
]
