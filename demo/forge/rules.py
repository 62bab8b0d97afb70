"""What guards a branch: classic protection and rulesets taken together."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from .records import Protection, QueueRules, Repository, Ruleset


@dataclass(frozen=True, slots=True)
class Demands:
    """What everything that applies to a branch asks for, the strictest of each."""

    contexts: tuple[str, ...] = ()
    approvals: int = 0
    strict: bool = False
    resolved_threads: bool = False
    linear_history: bool = False
    pull_requests: bool = False
    no_force_pushes: bool = False
    keep: bool = False


def applies(repository: Repository, ruleset: Ruleset, branch: str) -> bool:
    """Say whether an active ruleset covers a branch."""
    return ruleset.enforcement == "active" and any(
        pattern == "~ALL"
        or (pattern == "~DEFAULT_BRANCH" and branch == repository.default_branch)
        or fnmatchcase(branch, pattern.removeprefix("refs/heads/"))
        for pattern in ruleset.branches
    )


def rulesets_of(repository: Repository, branch: str) -> list[Ruleset]:
    return [ruleset for ruleset in repository.rulesets if applies(repository, ruleset, branch)]


def demands(repository: Repository, branch: str) -> Demands:
    """Return what a branch asks for; all of it empty where nothing guards it."""
    classic, sets = repository.protections.get(branch), rulesets_of(repository, branch)
    known = classic or Protection()
    contexts = [*known.contexts, *(context for ruleset in sets for context in ruleset.contexts)]
    return Demands(
        contexts=tuple(dict.fromkeys(contexts)),
        approvals=max([known.approvals, *(ruleset.approvals for ruleset in sets)]),
        strict=known.strict or any(ruleset.strict for ruleset in sets),
        resolved_threads=any(ruleset.resolved_threads for ruleset in sets),
        linear_history=any(ruleset.linear_history for ruleset in sets),
        pull_requests=classic is not None or any(ruleset.pull_requests for ruleset in sets),
        no_force_pushes=classic is not None or any(ruleset.no_force_pushes for ruleset in sets),
        keep=classic is not None or any(ruleset.keep for ruleset in sets),
    )


def queue_rules(repository: Repository, branch: str) -> QueueRules | None:
    """Return the settings of a branch's merge queue, None where it has none."""
    found = [ruleset.queue for ruleset in rulesets_of(repository, branch) if ruleset.queue]
    return next(iter(found), QueueRules() if branch in repository.queues else None)


def push_rules(repository: Repository) -> str:
    """Return what the update hook reads: kind|code|pattern, a word a rule, classic protection first."""
    words = [f"pull|GH006|{branch}" for branch in repository.protections]
    words += [f"queue|GH006|{branch}" for branch in repository.queues]
    for ruleset in repository.rulesets:
        if ruleset.enforcement == "active":
            words += _ruleset_words(repository, ruleset)
    return " ".join(words)


def _ruleset_words(repository: Repository, ruleset: Ruleset) -> list[str]:
    special = {"~ALL": "*", "~DEFAULT_BRANCH": repository.default_branch}
    kinds = {
        "queue": ruleset.queue is not None,
        "pull": bool(ruleset.pull_requests or ruleset.approvals or ruleset.contexts),
        "force": ruleset.no_force_pushes,
        "keep": ruleset.keep,
    }
    patterns = [special.get(one, one.removeprefix("refs/heads/")) for one in ruleset.branches]
    return [f"{kind}|GH013|{pattern}" for pattern in patterns for kind, on in kinds.items() if on]
