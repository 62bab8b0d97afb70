"""The outbox and the shared pace of GitHub writes."""

from .entries import SqlOutbox
from .turns import SqlTurns

__all__ = ["SqlOutbox", "SqlTurns"]
