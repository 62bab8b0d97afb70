"""Rulesets, and what they say about one branch."""

from dataclasses import asdict

from ..nodes import node_id
from ..records import Repository, Ruleset
from ..rules import rulesets_of
from ..world import World
from . import Json, stamp
from .repositories import api_url, html_url

_SOURCE_OF_A_QUEUE = 1
"""The ruleset id of a queue that was switched on without a ruleset of its own."""


def rules_of(ruleset: Ruleset) -> list[Json]:
    """Return a ruleset's rules as GitHub lists them."""
    switches = {
        "deletion": ruleset.keep,
        "non_fast_forward": ruleset.no_force_pushes,
        "required_linear_history": ruleset.linear_history,
    }
    rules: list[Json] = [{"type": name} for name, on in switches.items() if on]
    if ruleset.pull_requests or ruleset.approvals or ruleset.resolved_threads:
        rules.append({"type": "pull_request", "parameters": _reviews(ruleset)})
    if ruleset.contexts:
        checks = [{"context": context} for context in ruleset.contexts]
        parameters = {
            "strict_required_status_checks_policy": ruleset.strict,
            "do_not_enforce_on_create": False,
            "required_status_checks": checks,
        }
        rules.append({"type": "required_status_checks", "parameters": parameters})
    if ruleset.queue:
        rules.append({"type": "merge_queue", "parameters": asdict(ruleset.queue)})
    return rules


def _reviews(ruleset: Ruleset) -> Json:
    return {
        "required_approving_review_count": ruleset.approvals,
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": ruleset.resolved_threads,
        "allowed_merge_methods": ["merge", "squash", "rebase"],
    }


def branch_rules(repository: Repository, branch: str, bare_queue: Ruleset) -> list[Json]:
    """Return every rule for a branch with the ruleset it comes from; classic protection is none of them."""
    sets = rulesets_of(repository, branch)
    if branch in repository.queues and not any(ruleset.queue for ruleset in sets):
        sets.append(bare_queue)
    source = {"ruleset_source_type": "Repository", "ruleset_source": repository.full_name}
    return [
        {**rule, **source, "ruleset_id": ruleset.id or _SOURCE_OF_A_QUEUE}
        for ruleset in sets
        for rule in rules_of(ruleset)
    ]


def ruleset_shape(world: World, repository: Repository, ruleset: Ruleset) -> Json:
    """Return a `repository-ruleset` without its rules, as lists do."""
    at = stamp(repository.updated_at)
    url = f"{api_url(world, repository)}/rulesets/{ruleset.id}"
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": repository.full_name,
        "enforcement": ruleset.enforcement,
        "node_id": node_id("Ruleset", ruleset.id),
        "_links": {
            "self": {"href": url},
            "html": {"href": f"{html_url(world, repository)}/rules/{ruleset.id}"},
        },
        "created_at": at,
        "updated_at": at,
    }


def full_ruleset(world: World, repository: Repository, ruleset: Ruleset) -> Json:
    names = [pattern if pattern.startswith("~") else f"refs/heads/{pattern}" for pattern in ruleset.branches]
    return {
        **ruleset_shape(world, repository, ruleset),
        "bypass_actors": [],
        "current_user_can_bypass": "never",
        "conditions": {"ref_name": {"include": names, "exclude": []}},
        "rules": rules_of(ruleset),
    }
