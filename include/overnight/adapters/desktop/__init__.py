"""Git on a developer's checkout: looked at, merged without risk, taken back, handed the night's branches."""

from .desktop import GitDesktop

__all__ = ["GitDesktop"]
