"""The state of a forge and the questions everything asks of it: who, which repository, may they?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .bare import Author, BareRepository
from .errors import Refusal, not_found
from .records import Issue, Pull, Repository, User
from .store import Store

LEVELS = ("none", "read", "triage", "write", "maintain", "admin")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for: a login, and the most it may do anywhere."""

    login: str
    permission: str = "write"


class World:
    """Tables, git repositories, clock and tokens of one forge."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self.root = root
        self.store = Store(root / "forge.sqlite")
        self.base_url = "http://127.0.0.1"
        self.tokens: dict[str, Grant] = {}
        self._clock = clock
        self._lock = threading.RLock()
        self._depth = 0
        self._highest: dict[int, int] = {}
        for issue in self.store.issues:
            self._highest[issue.repository] = max(self._highest.get(issue.repository, 0), issue.number)
        self._names = {repository.full_name.lower(): repository.id for repository in self.store.repositories}

    def now(self) -> datetime:
        """Return the time to the second, which is all GitHub keeps."""
        return self._clock().astimezone(UTC).replace(microsecond=0)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the forge alone; what is written inside reaches the disk together."""
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self.store.begin()
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.store.commit()

    # Accounts ------------------------------------------------------------------------------------------

    def account(self, login: str, kind: str | None = None) -> User:
        """Return the account of a login, made on first sight; `…[bot]` logins are bots."""
        known = self.store.users.get(login.lower())
        if known is not None:
            return known
        guessed = kind or ("Bot" if login.endswith("[bot]") else "User")
        return self.store.users.put(User(self.store.next_id(), login, guessed))

    def author(self, login: str) -> Author:
        user = self.account(login)
        return Author(user.login, f"{user.id}+{user.login}@users.noreply.github.example")

    def permission_of(self, repository: Repository, login: str | None) -> str:
        """Return what an account may do in a repository, one of LEVELS."""
        if login is None:
            return "none" if repository.private else "read"
        if login.lower() == repository.owner.lower():
            return "admin"
        for member, level in repository.collaborators.items():
            if member.lower() == login.lower():
                return level
        granted = [grant.permission for grant in self.tokens.values() if grant.login.lower() == login.lower()]
        return max([*granted, "none" if repository.private else "read"], key=LEVELS.index)

    def association_of(self, repository: Repository, login: str) -> str:
        """Return GitHub's author association as it follows from the permission."""
        if login.lower() == repository.owner.lower():
            return "OWNER"
        level = self.permission_of(repository, login)
        return "COLLABORATOR" if LEVELS.index(level) >= LEVELS.index("triage") else "NONE"

    # Repositories --------------------------------------------------------------------------------------

    def named(self, repository: Repository) -> Repository:
        """Write a repository and make it found under its name."""
        self._names[repository.full_name.lower()] = repository.id
        return self.store.repositories.put(repository)

    def repository(self, full_name: str) -> Repository:
        """Return the repository that bears the name now."""
        found = self.store.repositories.get(self._names.get(full_name.lower()))
        if found is None or found.full_name.lower() != full_name.lower():
            raise not_found()
        return found

    def renamed(self, full_name: str) -> Repository | None:
        """Return the repository that bore the name before, if any."""
        for repository in self.store.repositories:
            if full_name.lower() in {name.lower() for name in repository.former_names}:
                return repository
        return None

    def git(self, repository: int) -> BareRepository:
        return BareRepository(self.root / "git" / f"{repository}.git")

    # Issues and pull requests --------------------------------------------------------------------------

    def next_number(self, repository: int) -> int:
        """Return the number after the highest; issues and pull requests share them."""
        return self._highest.get(repository, 0) + 1

    def keep(self, issue: Issue) -> Issue:
        """Write a new issue; its number is taken from now on."""
        if issue.key in self.store.issues:
            raise ValueError(f"#{issue.number} is taken")
        self._highest[issue.repository] = max(self._highest.get(issue.repository, 0), issue.number)
        return self.store.issues.put(issue)

    def issue(self, repository: int, number: int) -> Issue:
        """Return an issue or a pull request's issue half; 404 unknown, 410 deleted."""
        found = self.store.issues.get((repository, number))
        if found is None:
            raise not_found()
        if found.deleted:
            raise Refusal(410, "This issue was deleted")
        if found.transferred_to:
            raise Refusal(410, "This issue was transferred")
        return found

    def issue_by_id(self, identifier: int) -> Issue | None:
        found = self.store.issues.where("id", identifier)
        return next((issue for issue in found if not (issue.deleted or issue.transferred_to)), None)

    def pull(self, repository: int, number: int) -> Pull:
        found = self.store.pulls.get((repository, number))
        if found is None:
            raise not_found()
        return found
