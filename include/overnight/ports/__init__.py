"""What the services need from outside, as Protocols; adapters and fakes both fit them."""

from .advising import Advisor
from .building import Budget, Builder, Handle, Healer, OpenBuilder, Pending
from .clock import Clock, Storage
from .desk import Desk
from .following import Follower
from .git import Standing, Tree, Workspace
from .github import Comment, PullRequest, Tracker, Writer
from .judging import Case, CommandReader, Gate, Logbook, Stage
from .ledger import (
    Approvals,
    Ask,
    Budgets,
    Circuits,
    Claim,
    Claims,
    Grant,
    Kept,
    Ledger,
    Lessons,
    Quota,
    QuotaUse,
    Records,
)
from .sandbox import Ran, Sandbox

__all__ = [
    "Advisor",
    "Approvals",
    "Ask",
    "Budget",
    "Budgets",
    "Builder",
    "Case",
    "Circuits",
    "Claim",
    "Claims",
    "Clock",
    "CommandReader",
    "Comment",
    "Desk",
    "Follower",
    "Gate",
    "Grant",
    "Handle",
    "Healer",
    "Kept",
    "Ledger",
    "Lessons",
    "Logbook",
    "OpenBuilder",
    "Pending",
    "PullRequest",
    "Quota",
    "QuotaUse",
    "Ran",
    "Records",
    "Sandbox",
    "Stage",
    "Standing",
    "Storage",
    "Tracker",
    "Tree",
    "Workspace",
    "Writer",
]
