"""What a repository's setup command installs, kept per lock file: a night installs it once."""

from .store import DependencyStore

__all__ = ["DependencyStore"]
