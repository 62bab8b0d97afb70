"""What a person has allowed: an escalation, a protected path, a way around the quota; who, why, till when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from .milestones import aware

ESCALATION, PROTECTED, ROLLBACK, OVERRIDE = "escalation", "protected", "rollback", "override"
"""Subjects are "escalation:<tag>", "protected:<path or glob>", "rollback:<sha>" and "override:quota"."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's word about one subject.

    :param repository: GitHub node id; "" for the whole organization.
    :param issue: None when it holds for every issue of the repository.
    :param subject: one of the four kinds above with its detail.
    :param granted: False is a refusal, kept so that nobody is asked twice.
    :param until: it ends then; None never.
    :param source: how it was given: cli, label, airflow, dashboard, api.
    """

    subject: str
    who: str
    why: str
    repository: str = ""
    issue: int | None = None
    granted: bool = True
    until: datetime | None = None
    source: str = "cli"
    id: str = ""
    at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Return whether it still holds; a word without a name or a reason never does."""
        if not (self.who.strip() and self.why.strip()):
            return False
        return self.until is None or aware(now) < aware(self.until)

    def covers(self, repository: str, issue: int, subject: str) -> bool:
        """Return whether it is about this subject of this issue (globs only in what was approved)."""
        same_place = self.repository in ("", repository) and self.issue in (None, issue)
        return same_place and (subject == self.subject or fnmatchcase(subject, self.subject))


def may_approve(approvers: Collection[str], *identities: str) -> bool:
    """Return whether a person is among the approvers; everybody is where nobody is named.

    :param approvers: names, `id:…`, `role:…` and `github:…`, as settings write them; case does not count.
    :param identities: what the person is known by, written in the same way.
    """
    named = {entry.casefold() for entry in approvers}
    return not named or not named.isdisjoint(identity.casefold() for identity in identities)


def word_on(
    approvals: Iterable[Approval], repository: str, issue: int, subject: str, now: datetime
) -> Approval | None:
    """Return the newest word in force about a subject, granted or refused; None when nobody spoke."""
    spoken = [word for word in approvals if word.in_force(now) and word.covers(repository, issue, subject)]
    return max(spoken, key=lambda word: (word.at is not None, word.at, word.id), default=None)


def permission_for(
    approvals: Iterable[Approval], repository: str, issue: int, subject: str
) -> Approval | None:
    """Return the word that allows a subject, of words known to be in force; a newer refusal outweighs it."""
    spoken = [word for word in approvals if word.covers(repository, issue, subject)]
    last = max(spoken, key=lambda word: (word.at is not None, word.at, word.id), default=None)
    return last if last is not None and last.granted else None
