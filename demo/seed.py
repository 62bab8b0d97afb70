"""Set the scene once: the repository `acme/pantry`, its people, labels, issues and one open pull request."""

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .forge.bare import BareRepository, quiet_environment
from .forge.errors import Refusal
from .forge.forge import Forge

REPOSITORY = "acme/pantry"
HERE = Path(__file__).parent
TREE = HERE / "sample" / "tree"
ISSUES = HERE / "issues"
SCRIPTS = ISSUES / "scripts"

PEOPLE = {"acme-mara": "admin", "acme-jonas": "write", "kim-collab": "triage"}
LABELS = {
    "architecture": "5319e7",
    "memory": "1d76db",
    "governance": "b60205",
    "build": "0e8a16",
    "self-evolution": "fbca04",
    "bug": "d73a4a",
    "documentation": "0075ca",
    "enhancement": "a2eeef",
    "question": "d876e3",
    "tracking": "c5def5",
    "priority: 10": "e99695",
    "overnight: skip": "eeeeee",
}


DUE_IN = timedelta(days=3)
"""Every milestone is near when the scene is set, whenever that is."""


@dataclass(frozen=True, slots=True)
class SeedIssue:
    """One issue as its Markdown file tells it."""

    number: int
    title: str
    body: str
    author: str
    association: str
    labels: tuple[str, ...]
    created: datetime
    blocked_by: tuple[int, ...] = ()
    sub_issues: tuple[int, ...] = ()
    milestone: str = ""


@dataclass(frozen=True, slots=True)
class SeedPull:
    """A pull request by a person, from a branch that changes one text in one file."""

    number: int
    title: str
    body: str
    author: str
    branch: str
    path: str
    old: str
    new: str
    created: datetime


PULL = SeedPull(
    number=21,
    title="Treat an empty file as an empty pantry",
    body="A file of no bytes now loads as a pantry with nothing in it.\n\nCloses #20",
    author="acme-jonas",
    branch="empty-file",
    path="src/pantry/storage.py",
    old="    if not path.exists():\n",
    new="    if not path.exists() or not path.stat().st_size:\n",
    created=datetime(2026, 9, 6, 5, 20, tzinfo=UTC),
)


def seed(forge: Forge) -> None:
    """Create `acme/pantry` with everything in it, unless the forge has it already."""
    if _exists(forge):
        return
    owner, name = REPOSITORY.split("/")
    forge.create_repository(owner, name, TREE)
    for login, permission in PEOPLE.items():
        forge.add_collaborator(REPOSITORY, login, permission)
    for label, color in LABELS.items():
        forge.create_label(REPOSITORY, label, color)
    issues = read_issues()
    due = datetime.now(UTC) + DUE_IN
    titles = dict.fromkeys(issue.milestone for issue in issues if issue.milestone)
    milestones = {title: forge.create_milestone(REPOSITORY, title, due_on=due).number for title in titles}
    # The forge numbers pull requests by count, so the issues before it must be there and no others.
    _create_issues(forge, [issue for issue in issues if issue.number < PULL.number], milestones)
    _create_pull(forge, PULL)
    _create_issues(forge, [issue for issue in issues if issue.number > PULL.number], milestones)


def read_issues(folder: Path = ISSUES) -> list[SeedIssue]:
    """Return the issues of a folder by number; each file is TOML between `+++` lines, then the body."""
    return sorted((_read_issue(path) for path in folder.glob("*.md")), key=lambda issue: issue.number)


def _exists(forge: Forge) -> bool:
    try:
        forge.repository(REPOSITORY)
    except Refusal:
        return False
    return True


def _create_issues(forge: Forge, issues: Iterable[SeedIssue], milestones: Mapping[str, int]) -> None:
    for issue in sorted(issues, key=lambda issue: (bool(issue.sub_issues), issue.number)):
        forge.create_issue(
            REPOSITORY,
            issue.title,
            issue.body,
            number=issue.number,
            author=issue.author,
            author_association=issue.association,
            labels=issue.labels,
            milestone=milestones.get(issue.milestone),
            blocked_by=issue.blocked_by,
            sub_issues=issue.sub_issues,
            created_at=issue.created,
        )


def _create_pull(forge: Forge, pull: SeedPull) -> None:
    _push(forge.bare(REPOSITORY), pull)
    opened = forge.create_pull_request(
        REPOSITORY,
        pull.author,
        title=pull.title,
        head=pull.branch,
        body=pull.body,
        created_at=pull.created,
    )
    if opened.number != pull.number:
        raise ValueError(f"the pull request became #{opened.number}: demo/issues lacks a number before it")


def _push(bare: BareRepository, pull: SeedPull) -> None:
    """Commit the pull request's change in a clone and push its branch."""
    with tempfile.TemporaryDirectory() as scratch:
        _git("clone", "--quiet", str(bare.path), scratch)
        path = Path(scratch) / pull.path
        text = path.read_text(encoding="utf-8")
        if pull.old not in text:
            raise ValueError(f"{pull.path} lacks the line that pull request #{pull.number} changes")
        path.write_text(text.replace(pull.old, pull.new), encoding="utf-8")
        _git("-C", scratch, "commit", "--quiet", "--all", "--message", pull.title, **_identity(pull))
        _git("-C", scratch, "push", "--quiet", "origin", f"HEAD:refs/heads/{pull.branch}")


def _git(*arguments: str, **environment: str) -> None:
    subprocess.run(["git", *arguments], env=quiet_environment(environment), check=True, capture_output=True)


def _identity(pull: SeedPull) -> Mapping[str, str]:
    email = f"{pull.author}@users.noreply.github.example"
    person = {"NAME": pull.author, "EMAIL": email, "DATE": pull.created.isoformat()}
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}


def _read_issue(path: Path) -> SeedIssue:
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    raw = tomllib.loads(front)
    return SeedIssue(
        number=raw["number"],
        title=raw["title"],
        body=_unescaped(body.strip()) if raw.get("escapes") else body.strip(),
        author=raw["author"],
        association=raw["association"],
        labels=tuple(raw["labels"]),
        created=raw["created"],
        blocked_by=tuple(raw.get("blocked_by", ())),
        sub_issues=tuple(raw.get("sub_issues", ())),
        milestone=raw.get("milestone", ""),
    )


def _unescaped(text: str) -> str:
    """Turn `\\u200b` into the character: invisible ones are written visibly in our files."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
