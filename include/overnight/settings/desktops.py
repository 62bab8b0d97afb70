"""`[[desktops]]` and `[switching]`: developers' checkouts, and when the desktop builds instead."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator, model_validator

from ..domain.checkouts import Checkout
from ..domain.issues import split_full_name
from ..domain.switching import SwitchRules
from .sections import Seconds, Section


class DesktopSettings(Section):
    """One developer's checkout that is kept level with its remote; LOCAL_…_PATH define more."""

    name: str
    """Its name in commands, events and pages."""
    path: str
    """The top of the work tree, on the machine that has it."""
    repository: str = ""
    """OWNER/NAME it must be a checkout of; empty: the remote's word is taken."""
    branch: str = ""
    """Branch to keep level; empty: the remote's default branch."""
    remote: str = "origin"
    """Git's name of the remote."""
    autostash: bool = False
    """Carry uncommitted work over a merge, when that is proved to fit."""
    queue: str = ""
    """Airflow queue of a worker on the machine that has it; empty: any worker."""
    merge_diverged: bool = True
    """Make a merge commit where both sides moved and no file was changed on both."""
    hooks: bool = False
    """Run the checkout's own post-merge hook after a merge."""
    notify: bool = False
    """Send a message when a night's branches were handed over."""
    worktrees: str = ""
    """Folder in which a work tree per handed-over branch is opened; empty: none."""
    fetch_seconds: Seconds = 300.0
    """After which a remote that does not answer is given up."""
    required: bool = False
    """Admit a night of the repository only while this checkout is in sync."""

    @field_validator("repository")
    @classmethod
    def _is_a_full_name(cls, text: str) -> str:
        if text:
            split_full_name(text)
        return text

    @model_validator(mode="after")
    def _is_a_checkout(self) -> DesktopSettings:
        if self.required and not self.repository:
            raise ValueError(f"desktop {self.name}: required needs `repository`")
        Checkout(**self.model_dump())
        return self


class SwitchingSettings(Section):
    """When builds go to the desktop's own model, and when they come back."""

    failures: int = Field(default=3, gt=0)
    """Failed attempts in a row that send work to the desktop."""
    healthy_checks: int = Field(default=4, gt=0)
    """Good checks of the model in a row before it is tried again."""
    stable_minutes: float = Field(default=60, ge=0)
    """The least time on the desktop."""
    trial_minutes: float = Field(default=120, gt=0)
    """A trial without any answer is over after this."""

    def rules(self) -> SwitchRules:
        """Return them as the domain's."""
        return SwitchRules(
            self.failures,
            self.healthy_checks,
            timedelta(minutes=self.stable_minutes),
            timedelta(minutes=self.trial_minutes),
        )
