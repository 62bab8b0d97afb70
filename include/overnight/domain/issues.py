"""An issue as GitHub tells it, and the names things go by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_FULL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: known by its node id, spoken of by its name (names get renamed)."""

    node_id: str
    owner: str
    name: str
    default_branch: str
    head_sha: str | None = None
    """Commit of the default branch; None for an empty repository."""
    archived: bool = False
    clone_url: str = ""
    protected: bool = False
    """Whether the default branch is guarded by required checks or reviews."""

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


def split_full_name(text: str) -> tuple[str, str]:
    """Return (owner, name) of "owner/name"; ValueError names what is wrong."""
    if not _FULL_NAME.fullmatch(text) or text.endswith(("/.", "/..")):
        raise ValueError(f"{text!r} is not a repository: write OWNER/NAME, for example octocat/hello-world")
    owner, name = text.split("/")
    return owner, name


@dataclass(frozen=True, slots=True, order=True)
class IssueRef:
    """An issue by number; `repository` ("owner/name", lower case) only when it is another one."""

    number: int
    repository: str = ""

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"


class Source(StrEnum):
    """Where a dependency was read."""

    NATIVE = "native"
    TEXT = "text"
    SUB_ISSUE = "sub_issue"
    TASK_LIST = "task_list"


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """`ref` must be satisfied first; `phrase` is the text it was read from ("" when native)."""

    ref: IssueRef
    source: Source
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class LinkedPullRequest:
    """A pull request that would close the issue."""

    number: int
    state: str
    author: str = ""
    head_ref: str = ""
    url: str = ""

    @property
    def is_open(self) -> bool:
        return self.state.lower() == "open"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone; `due_on` may be unset."""

    title: str
    number: int = 0
    due_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class Vetting:
    """Who set the label `overnight: ok`, with which permission, and when."""

    actor: str
    permission: str
    """admin, maintain, write, triage, read or none."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """One open issue as fetched; every text in it is untrusted."""

    number: int
    title: str
    body: str = ""
    author: str = ""
    author_association: str = "NONE"
    labels: tuple[str, ...] = ()
    issue_type: str = ""
    state: str = "open"
    state_reason: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    edited_at: datetime | None = None
    """Last edit of title or body, when GitHub tells one."""
    editor: str = ""
    editor_permission: str = ""
    milestone: Milestone | None = None
    blocked_by: tuple[IssueRef, ...] = ()
    """Native blocked-by, open and closed ones."""
    sub_issues: tuple[IssueRef, ...] = ()
    """Open sub-issues."""
    pull_requests: tuple[LinkedPullRequest, ...] = ()
    vetting: Vetting | None = None
    url: str = ""
    node_id: str = ""

    @property
    def label_names(self) -> frozenset[str]:
        """Label names in lower case."""
        return frozenset(label.strip().lower() for label in self.labels)


class RefState(StrEnum):
    """What a look-up of an issue outside the plan found."""

    OPEN = "open"
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    MISSING = "missing"
