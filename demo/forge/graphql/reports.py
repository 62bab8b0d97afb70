"""Checks of commits, and the rules and queue of the branch they want to enter."""

from typing import Any

from ..checks import combined_state, latest_runs, latest_statuses, results
from ..queueing import queue_of
from ..records import CheckRun, Protection, Pull, QueueEntry, Status
from ..rules import demands, queue_rules
from .connections import Connection, Info, connect
from .queries import asked
from .values import Branch, CommitAt, Configuration, Queue, Rollup, Rule

_MINUTES_OF_A_GROUP = 5


def rollup(commit: CommitAt, info: Info) -> Rollup | None:
    """Return everything that reports on a commit, None where nothing does."""
    world = asked(info).world
    found: tuple[CheckRun | Status, ...] = (
        *latest_runs(world, commit.repository, commit.oid),
        *latest_statuses(world, commit.repository, commit.oid),
    )
    return Rollup(commit, found) if found else None


def rollup_of_pull(pull: Pull, info: Info) -> Rollup | None:
    return rollup(CommitAt(pull.repository, pull.head_sha), info)


def rollup_state(shown: Rollup, info: Info) -> str:
    found = results(asked(info).world, shown.at.repository, shown.at.oid)
    return combined_state(list(found.values())).upper()


def contexts(shown: Rollup, info: Info, **bounds: Any) -> Connection[CheckRun | Status]:
    return connect(info, shown.contexts, bounds)


def count(kind: type) -> Any:
    """Return a resolver that counts the rows of one kind on a page's connection."""
    return lambda page, _info: sum(isinstance(row, kind) for row in page.nodes)


def is_required(report: CheckRun | Status, info: Info, **which: Any) -> bool:
    """Say whether the base of a pull request demands this check; GitHub wants to be told which one."""
    world = asked(info).world
    name = report.name if isinstance(report, CheckRun) else report.context
    bases = {
        pull.base
        for pull in world.store.pulls.where("repository", report.repository)
        if which.get("pullRequestNumber") in (None, pull.number) and pull.head_sha == report.sha
    }
    repository = world.store.repositories[report.repository]
    return any(name in demands(repository, base).contexts for base in bases or {repository.default_branch})


def run_url(run: CheckRun, info: Info) -> str:
    world = asked(info).world
    return f"{world.base_url}/{world.store.repositories[run.repository].full_name}/runs/{run.id}"


def details_url(run: CheckRun, info: Info) -> str:
    return run.details_url or run_url(run, info)


def protection(branch: Branch, info: Info) -> Rule | None:
    """Show classic protection to who may administer the repository; rulesets are no such rule."""
    known = asked(info).world.store.repositories[branch.repository].protections
    visible = branch.name in known and asked(info).may(branch.repository, "admin")
    return Rule(branch.repository, branch.name) if visible else None


def of_rule(attribute: str, change: Any = lambda value: value) -> Any:
    """Return a resolver of what a protected branch demands."""

    def resolve(rule: Rule, info: Info) -> Any:
        known: Protection = asked(info).world.store.repositories[rule.repository].protections[rule.branch]
        return change(getattr(known, attribute))

    return resolve


def configuration(queue: Queue, info: Info) -> Configuration | None:
    rules = queue_rules(asked(info).world.store.repositories[queue.repository], queue.branch)
    return Configuration(rules) if rules else None


def of_queue_rules(attribute: str) -> Any:
    return lambda shown, _info: getattr(shown.rules, attribute)


def position(entry: QueueEntry, info: Info) -> int:
    line = [other.id for other in queue_of(asked(info).world, entry.repository, entry.base)]
    return line.index(entry.id) + 1 if entry.id in line else 1


def seconds_to_merge(entry: QueueEntry, info: Info) -> int:
    """Guess as GitHub does: so long a group takes, so many are before."""
    return position(entry, info) * _MINUTES_OF_A_GROUP * 60


def next_to_merge(queue: Queue, info: Info) -> int | None:
    waiting = queue_of(asked(info).world, queue.repository, queue.branch)
    return _MINUTES_OF_A_GROUP * 60 if waiting else None
