"""Hand a night over to a desktop: in the morning its branches are there, with a page about them."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import timedelta

from ..domain.changes import IssueStatus
from ..domain.checkouts import Checkout, repository_of
from ..domain.events import Event, EventType
from ..domain.nights import Night, NightIssue
from ..ports import Desk
from ..ports.desktop import Desktop, Opened

SUMMARY = "morning.md"
_LOOKS_BACK = timedelta(days=7)
_FIRST_TIME = timedelta(days=2)
_NIGHTS = 300
_READY = frozenset({IssueStatus.PULL_REQUEST, IssueStatus.JUDGED})


@dataclass(frozen=True, slots=True)
class HandOver:
    """What was handed over; `night` is the newest, "" when there was nothing new.

    :param summary: path of the page, beside git's files.
    """

    night: str = ""
    opened: Opened = field(default_factory=Opened)
    summary: str = ""


def hand_over(desk: Desk, desktop: Desktop, checkout: Checkout) -> HandOver:
    """Fetch the branches of every night that finished since, write a page, and send one message."""
    full_name = checkout.repository or repository_of(desktop.look(checkout).url)
    key = f"handed-over/{checkout.name}/{platform.node()}"
    nights = _since(desk, full_name, str((desk.records.recall(key) or {}).get("night", "")))
    if not nights:
        return HandOver()
    newest, branches = nights[0], [issue.branch for night in nights for issue in night.issues if issue.branch]
    with desktop.hold(checkout):
        opened = desktop.bring(checkout, branches)
        text = "\n".join(morning_page(night, checkout, opened) for night in nights)
        summary = desktop.leave(checkout, SUMMARY, text)
    if checkout.notify:
        desk.notify(f"Overnight: {full_name} is ready on {checkout.name}", text)
    desk.ledger.append(
        Event(
            EventType.DESKTOP_SYNC,
            f"{checkout.name}: {len(opened.branches)} branches of the night handed over",
            repository=newest.repository,
            metadata={
                "desktop": checkout.name,
                "full_name": full_name,
                "action": "hand_over",
                "handed_over": newest.id,
                "nights": [night.id for night in nights],
                "branches": [branch for branch, _ in opened.branches],
                "worktrees": list(opened.worktrees),
                "report": False,
            },
        )
    )
    desk.records.remember(key, {"night": newest.id})
    return HandOver(newest.id, opened, summary)


def morning_page(night: Night, checkout: Checkout, opened: Opened) -> str:
    """Return the page: first what can be looked at here, then what was not done and why."""
    here = dict(opened.branches)
    worktrees = dict(zip(here, opened.worktrees, strict=False))
    ready = [issue for issue in night.issues if issue.branch in here]
    rest = [issue for issue in night.issues if issue.branch not in here]
    lines = [f"# The night of {night.full_name}", ""]
    lines.append(f"{len(ready)} of {len(night.issues)} issues have a branch in this checkout.")
    for issue in ready:
        lines += ["", f"## #{issue.number} {_line(issue.title)}", ""]
        lines += _how_to_look(issue, checkout, here[issue.branch], worktrees.get(issue.branch, ""))
    if rest:
        lines += ["", "## Not here", ""]
        lines += [f"- #{one.number} {_line(one.title)}: {one.status}, {_line(one.reason)}" for one in rest]
    return "\n".join(lines) + "\n"


def _how_to_look(issue: NightIssue, checkout: Checkout, sha: str, worktree: str) -> list[str]:
    gates = ", ".join(f"{name} {status}" for name, status in issue.gates.items())
    state = f"pull request #{issue.pull_request}" if issue.pull_request else issue.status
    look = f"cd {worktree}" if worktree else f"git switch {issue.branch}"
    return [
        f"- {state}; branch `{checkout.remote}/{issue.branch}` at {sha[:12]}",
        f"- look at it: `{look}`",
        *([f"- gates: {gates}"] if gates else []),
    ]


def _line(text: str) -> str:
    return " ".join(text.split())


def _since(desk: Desk, full_name: str, last: str) -> list[Night]:
    """Return a repository's finished nights that made something, newest first, with their issues.

    :param last: the night that was handed over last; "" asks for the newest one alone.
    """
    since = desk.clock.now() - (_LOOKS_BACK if last else _FIRST_TIME)
    found: list[Night] = []
    for night in desk.ledger.nights(limit=_NIGHTS):
        if night.id == last or (found and not last):
            break
        recent = night.finished_at is not None and night.finished_at >= since
        if night.full_name.lower() != full_name.lower() or not recent or night.dry_run:
            continue
        full = desk.ledger.night(night.id)
        if full and any(issue.status in _READY for issue in full.issues):
            found.append(full)
    return found
