"""What people read of a rollback: the revert, its pull request, the comments. Foreign words are code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .issue_reports import code
from .landing import Probe
from .lessons import LONGEST_ADVICE
from .lines import one_line
from .rollback import Accusation, Case

_MOST_NAMED = 8
_GREEN_HERE = " The repository's own commands are green in the clean room."
_HASH, _BROKEN = re.compile(r"#(?=\d)"), "#\u200d"
"""A title becomes a commit's message: "closes #1" in somebody's words must close nothing."""


def marker(pull_request: int) -> str:
    """Return the hidden mark of what is said of a rollback."""
    return f"<!-- overnight:rollback/{pull_request} -->"


def branch(prefix: str, pull_request: int) -> str:
    """Return the branch of a revert."""
    return f"{prefix}revert-{pull_request}"


def title(accusation: Accusation, subject: str) -> str:
    """Return the title of the revert.

    :param subject: the issue's title, anybody's words.
    """
    return f'Revert "{_HASH.sub(_BROKEN, one_line(subject, 200))}" (#{accusation.merge.pull_request})'


def commit_message(accusation: Accusation, subject: str) -> str:
    """Return the message of the commit that reverts."""
    merge = accusation.merge
    return (
        f"{title(accusation, subject)}\n\nThis reverts commit {merge.sha}.\n\n"
        f"Overnight-Night: {merge.night}\nOvernight-Issue: {merge.issue}\n"
    )


def body(case: Case, base: str) -> str:
    """Return the body of the revert's pull request."""
    accusation, merge = case.accusation, case.accusation.merge
    parts = [
        marker(merge.pull_request),
        f"Takes back #{merge.pull_request} (for #{merge.issue}), which broke `{base}`.",
        f"*Broken checks*: {named(accusation.checks)}",
        f"*In the clean room*: {named(accusation.broken)}" if accusation.broken else "",
        f"*Why this one*: {accusation.reason}.",
        probe_table(accusation.probes) if len(accusation.probes) > 1 else "",
        f"*This revert*: {case.proof}.",
        f"*Decided*: {code(case.reason)}",
        f"### Reproduce\n\n```sh\ngit revert {'-m 1 ' if accusation.is_merge_commit else ''}"
        f"{_range(accusation)}\n```",
        "A person merges it. Written by Overnight.",
    ]
    return "\n\n".join(part for part in parts if part)


def probe_table(probes: Sequence[Probe]) -> str:
    """Return the runs of a bisection as a Markdown table."""
    rows = ["| run | commit | what it is | broken |", "|---|---|---|---|"]
    rows += [
        f"| {number} | `{probe.sha[:12]}` | {code(probe.subject, 80)} | {named(probe.broken)} |"
        for number, probe in enumerate(probes, 1)
    ]
    return "\n".join(rows)


def issue_comment(case: Case, base: str) -> str:
    """Return what the issue is told."""
    merge = case.accusation.merge
    return (
        f"#{merge.pull_request} was merged for this issue and broke `{base}`: "
        f"{named(case.accusation.checks)}. #{case.pull_request} takes it back. The issue is open again, and "
        "the next night starts with what was learnt."
    )


def pull_comment(case: Case, base: str) -> str:
    """Return what the merged pull request is told."""
    accusation = case.accusation
    return (
        f"`{base}` is red since this was merged: {named(accusation.checks)} ({accusation.reason}). "
        f"#{case.pull_request} takes it back."
    )


def left_alone(case: Case, base: str) -> str:
    """Return what the merged pull request is told when it is not taken back by itself."""
    accusation = case.accusation
    return (
        f"`{base}` is red since this was merged: {named(accusation.checks)} ({accusation.reason}). "
        f"It is not taken back by itself: {code(case.reason, 600)}"
    )


def question(accusation: Accusation, base: str) -> str:
    """Return why a person is asked."""
    merge = accusation.merge
    return (
        f"{base} is red since pull request #{merge.pull_request} was merged: "
        f"{', '.join(one_line(name, 80) for name in accusation.checks[:_MOST_NAMED])} "
        f"({accusation.reason}).{'' if accusation.is_reproduced else _GREEN_HERE} May its revert be proposed?"
    )


def lesson(accusation: Accusation) -> str:
    """Return what builders learn of it."""
    broken = accusation.broken or accusation.checks
    names = ", ".join(one_line(name, 80) for name in broken[:3])
    return (
        f"A change for issue #{accusation.merge.issue} passed every gate, was merged and broke the default "
        f"branch: {names}. Make sure that these pass together with what is on the branch by now."
    )[:LONGEST_ADVICE]


def named(names: Sequence[str]) -> str:
    """Return names as code, a few of them."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return (", ".join(code(name, 120) for name in names[:_MOST_NAMED]) or "nothing") + more


def _range(accusation: Accusation) -> str:
    step = accusation.step
    return f"{step.before}..{step.sha}" if step.commits > 1 else step.sha
