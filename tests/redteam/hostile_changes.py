"""Every hostile change, in the order of the table."""

from __future__ import annotations

from .attacks import RUNNING
from .change import Hostile
from .hostile_accounts import ACCOUNTS
from .hostile_deciding import DECIDING
from .hostile_files import SHAPES
from .hostile_harness import HARNESS
from .hostile_secrets import SECRETS
from .hostile_tests import WEAKENED

HOSTILE: tuple[Hostile, ...] = (
    *(*WEAKENED, *HARNESS, *DECIDING, *SHAPES),
    *(*SECRETS, *RUNNING, *ACCOUNTS),
)
