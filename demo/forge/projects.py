"""Projects (v2) and the issues in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A project (v2) with one single-select field; `closed_to_tokens` asks for a scope that they lack."""

    id: int
    owner: str
    number: int
    options: tuple[str, ...]
    field: str = "Status"
    closed_to_tokens: bool = False


@dataclass(frozen=True, slots=True)
class ProjectItem:
    """An issue (by its database id) in a project; `option` is what its field says."""

    id: int
    project: int
    issue: int
    option: str | None = None
    archived: bool = False
