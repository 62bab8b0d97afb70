"""What the services need from outside, as Protocols; adapters and fakes both fit them."""

from .building import Budget, Builder, Handle, Pending
from .clock import Clock, Storage
from .desk import Desk
from .git import Tree, Workspace
from .github import Comment, PullRequest, Tracker, Writer
from .judging import Case, CommandReader, Gate
from .ledger import Budgets, Claim, Claims, Kept, Ledger, Quota, QuotaUse, Records
from .sandbox import Ran, Sandbox

__all__ = [
    "Budget",
    "Budgets",
    "Builder",
    "Case",
    "Claim",
    "Claims",
    "Clock",
    "CommandReader",
    "Comment",
    "Desk",
    "Gate",
    "Handle",
    "Kept",
    "Ledger",
    "Pending",
    "PullRequest",
    "Quota",
    "QuotaUse",
    "Ran",
    "Records",
    "Sandbox",
    "Storage",
    "Tracker",
    "Tree",
    "Workspace",
    "Writer",
]
