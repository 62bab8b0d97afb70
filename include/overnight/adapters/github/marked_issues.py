"""Issues of ours that carry a mark: looked up before every create, never opened again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import github

from ...domain.issues import Repository
from ...domain.outbox import WriteKind
from ...ports.issues import Put, PutIssue
from ...ports.outbox import Outbox
from .delivery import Delivery
from .identity import own_login
from .labels import change_labels
from .markers import hidden_mark, is_marked, marked, one_line, same_text
from .pace import Paces
from .patience import Patience
from .reading import rest_login
from .steps import plain, step
from .wire import Wire


class GitHubIssues:
    """The `IssueWriter` port.

    :param client: from `connect`, which neither retries nor spaces by itself.
    :param clean: the redactor; every text that goes out passes it.
    :param pacer: share it with all other writers.
    :param outbox: the ledger's; without one every call looks and writes by itself.
    """

    def __init__(
        self,
        client: github.Github,
        *,
        clean: Callable[[str], str],
        pacer: Paces | None = None,
        patience: Patience | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._delivery = Delivery(self._patience, outbox)
        self._clean = clean
        # The step is repeated, look-up first, not the single request in it.
        self._wire = Wire(client, replace(self._patience, attempts=1), pacer)

    def put_issue(
        self,
        repository: Repository,
        marker: str,
        title: str,
        body: str,
        labels: Sequence[str] = (),
        known: int | None = None,
    ) -> PutIssue:
        """Create the issue with the marker, or update it while it is open; one that was closed stays so.

        Labels are added, never taken away: people may have put others.

        :raises Forbidden: issues are switched off, or the token may not write them.
        """
        wire, mark, line = self._wire, hidden_mark(marker), one_line(self._clean(title))
        text = marked(self._clean(body), mark)
        login = self._patience.persist(lambda: own_login(wire))
        put = self._delivery.deliver(
            step(
                repository,
                WriteKind.MARKED_ISSUE,
                marker,
                (line, text),
                # The number that the outbox kept is found even where a listing lags behind.
                lambda last: _put(wire, repository, mark, line, text, known or _number(last), login),
                told=lambda made: str(made.number),
                recall=lambda _last: None,
            )
        )
        if put.put is not Put.CLOSED and labels:  # a former try may have been cut off just before
            self._label(repository, put.number, labels)
        return put

    def _label(self, repository: Repository, number: int, labels: Sequence[str]) -> None:
        def add() -> None:
            change_labels(self._wire, repository, number, labels, ())

        self._delivery.deliver(
            plain(repository, WriteKind.LABELS, f"{number}/marked", add, tuple(sorted(labels)))
        )


def _number(told: str) -> int | None:
    return int(told) if told.isdigit() else None


def _put(
    wire: Wire, repository: Repository, mark: str, title: str, text: str, known: int | None, login: str
) -> PutIssue:
    base = f"/repos/{repository.full_name}/issues"
    found = _by_number(wire, base, known, mark, login) or _by_mark(wire, base, mark, login)
    if found is None:
        return _told(wire.write("POST", base, {"title": title, "body": text}), Put.CREATED)
    if found.get("state") != "open":
        return _told(found, Put.CLOSED)
    wanted = {"title": title, "body": text}
    changes = {name: value for name, value in wanted.items() if not same_text(found.get(name), value)}
    if not changes:
        return _told(found, Put.UNCHANGED)
    return _told(wire.write("PATCH", f"{base}/{found['number']}", changes), Put.UPDATED)


def _told(issue: dict[str, Any], put: Put) -> PutIssue:
    return PutIssue(int(issue["number"]), put, str(issue.get("html_url") or ""))


def _by_number(wire: Wire, base: str, known: int | None, mark: str, login: str) -> dict[str, Any] | None:
    found = wire.find(f"{base}/{known}") if known else None
    return found if found and _is_ours(found, mark, login) else None


def _by_mark(wire: Wire, base: str, mark: str, login: str) -> dict[str, Any] | None:
    """Return our issue with the mark among all that we opened, an open one before the newest closed one."""
    issues = wire.pages(base, creator=login, state="all")
    ours = [one for one in issues if _is_ours(one, mark, login)]
    return max(ours, key=lambda one: (one.get("state") == "open", int(one["number"])), default=None)


def _is_ours(issue: dict[str, Any], mark: str, login: str) -> bool:
    if "pull_request" in issue or not is_marked(issue.get("body"), mark):
        return False
    return rest_login(issue.get("user")).lower() == login.lower()
