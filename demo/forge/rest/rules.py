"""Rulesets and the rules of a branch."""

from ..errors import not_found
from ..records import QueueRules, Ruleset
from ..shapes.rules import branch_rules, full_ruleset, ruleset_shape
from .call import Call, Reply, Route

_BARE_QUEUE = Ruleset(0, "queue", queue=QueueRules())


def list_rules(call: Call) -> Reply:
    """List what rulesets say about a branch: a merge queue is such a rule, classic protection is none."""
    return call.page(branch_rules(call.repository, call.params["branch"], _BARE_QUEUE), lambda rule: rule)


def list_rulesets(call: Call) -> Reply:
    return call.page(
        call.repository.rulesets, lambda ruleset: ruleset_shape(call.world, call.repository, ruleset)
    )


def get_ruleset(call: Call) -> Reply:
    for ruleset in call.repository.rulesets:
        if str(ruleset.id) == call.params["ruleset"]:
            return Reply(full_ruleset(call.world, call.repository, ruleset))
    raise not_found()


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{_REPO}/rules/branches/{{branch*}}", list_rules),
    Route("GET", f"{_REPO}/rulesets", list_rulesets),
    Route("GET", f"{_REPO}/rulesets/{{ruleset}}", get_ruleset),
)
