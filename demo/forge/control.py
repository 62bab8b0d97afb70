"""The forge's own door, `/_forge/…`: what a person at the demo does without being GitHub's user."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from .errors import Refusal, invalid
from .forge import Forge
from .records import Pull, QueueRules

Given = Mapping[str, Any]


def _pull(forge: Forge, given: Given) -> Pull:
    return forge.pull_request(_text(given, "repository"), _number(given))


def _text(given: Given, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise invalid("Control", name, "missing_field")
    return value


def _number(given: Given) -> int:
    value = given.get("number")
    if not isinstance(value, int):
        raise invalid("Control", "number", "missing_field")
    return value


def queue(forge: Forge, given: Given) -> list[dict[str, Any]]:
    """Show a branch's merge queue, the next to merge first."""
    entries = forge.queue(_text(given, "repository"), given.get("branch", "main"))
    return [{**asdict(entry), "enqueued_at": None, "built_at": None} for entry in entries]


def report(forge: Forge, given: Given) -> dict[str, str]:
    """Let a check answer: on a pull request's merge group, its head, or any commit or branch."""
    name, state = str(given.get("context", "ci")), str(given.get("state", "success"))
    if "number" not in given:
        full_name = _text(given, "repository")
        sha = forge.bare(full_name).resolve(_text(given, "ref")) or ""
        forge.set_status(full_name, sha, name, state)
        return {"sha": sha}
    pull = _pull(forge, given)
    entry = forge.queue_entry(pull)
    if entry is not None and entry.group_sha:
        return {"sha": forge.report_group(pull, name, state)}
    forge.set_status(_text(given, "repository"), pull.head_sha, name, state)
    return {"sha": pull.head_sha}


def dequeue(forge: Forge, given: Given) -> None:
    forge.leave_queue(_pull(forge, given), "acme", str(given.get("reason", "failed_checks")))


def guard(forge: Forge, given: Given) -> dict[str, int]:
    """Guard a branch by a ruleset; `queue` true gives it a merge queue."""
    contexts = tuple(map(str, given.get("contexts", ())))
    rules = QueueRules() if given.get("queue") else None
    branches = (str(given.get("branch", "~DEFAULT_BRANCH")),)
    full_name, name = _text(given, "repository"), str(given.get("name", "guard"))
    ruleset = forge.add_ruleset(full_name, name, branches=branches, contexts=contexts, queue=rules)
    return {"id": ruleset.id}


def review(forge: Forge, given: Given) -> dict[str, int]:
    """Review as anybody: state APPROVED, CHANGES_REQUESTED or COMMENTED."""
    state, body = str(given.get("state", "APPROVED")), str(given.get("body", ""))
    return {"id": forge.review(_pull(forge, given), _text(given, "author"), state, body).id}


def lock(forge: Forge, given: Given) -> None:
    issue = forge.issue(_text(given, "repository"), _number(given))
    forge.lock(issue, given.get("reason"), locked=bool(given.get("locked", True)))


def transfer(forge: Forge, given: Given) -> dict[str, int]:
    moved = forge.transfer(forge.issue(_text(given, "repository"), _number(given)), _text(given, "to"))
    return {"number": moved.number}


CONTROLS: Mapping[str, Callable[[Forge, Given], Any]] = {
    "queue": queue,
    "report": report,
    "dequeue": dequeue,
    "guard": guard,
    "review": review,
    "lock": lock,
    "transfer": transfer,
}
"""Last part of the path → what a POST there does."""


def control(forge: Forge, name: str, given: Any) -> Any:
    """Do what a POST to /_forge/{name} asks; None where there is nothing to say back."""
    if name not in CONTROLS or not isinstance(given, dict):
        raise Refusal(404 if name not in CONTROLS else 400, "Not Found")
    try:
        return CONTROLS[name](forge, given)
    except ValueError as error:
        raise Refusal(422, str(error)) from None
