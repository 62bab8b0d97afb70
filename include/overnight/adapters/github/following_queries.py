"""GraphQL texts about open pull requests: many in one question, what a server lacks left out."""

from __future__ import annotations

from collections.abc import Iterable

FOLLOWING_OPTIONAL = frozenset(
    {
        "CheckRun",
        "CheckRun.isRequired",
        "PullRequest.mergeQueueEntry",
        "MergeQueueEntry.estimatedTimeToMerge",
        "RemovedFromMergeQueueEvent",
        "Repository.mergeQueue",
        "StatusCheckRollup.contexts",
        "StatusContext",
        "StatusContext.isRequired",
    }
)
"""What older servers may lack of it."""

_PULL = """id number url state isDraft headRefName headRefOid baseRefName mergeable reviewDecision
      mergedAt mergedBy { __typename login } mergeCommit { oid }
      autoMergeRequest { enabledAt }"""


def standings_query(numbers: Iterable[int], lacking: frozenset[str]) -> str:
    """Return the query for how pull requests stand; variables owner, name."""
    asked = "\n    ".join(
        f"p{number}: pullRequest(number: {number}) {{ {_standing(number, lacking)} }}" for number in numbers
    )
    return f"""query OvernightStandings($owner: String!, $name: String!) {{
  repository(owner: $owner, name: $name) {{
    {asked}
  }}
}}"""


def guards_query(lacking: frozenset[str]) -> str:
    """Return the query for what REST does not tell of a branch's guards; variables owner, name, branch."""
    queue = "" if "Repository.mergeQueue" in lacking else "mergeQueue(branch: $branch) { id }"
    branch = ", $branch: String!" if queue else ""
    return f"""query OvernightGuards($owner: String!, $name: String!{branch}) {{
  repository(owner: $owner, name: $name) {{ autoMergeAllowed {queue} }}
}}"""


def _standing(number: int, lacking: frozenset[str]) -> str:
    return f"{_PULL} {_queue(lacking)} {_timeline(lacking)} {_rollup(number, lacking)}"


def _queue(lacking: frozenset[str]) -> str:
    if "PullRequest.mergeQueueEntry" in lacking:
        return ""
    estimate = "" if "MergeQueueEntry.estimatedTimeToMerge" in lacking else "estimatedTimeToMerge"
    return f"mergeQueueEntry {{ state position {estimate} }}"


def _timeline(lacking: frozenset[str]) -> str:
    """Who closed it last, and why it left the queue last."""
    events, kinds = "... on ClosedEvent { createdAt actor { __typename login } }", "CLOSED_EVENT"
    if "RemovedFromMergeQueueEvent" not in lacking:
        events += " ... on RemovedFromMergeQueueEvent { createdAt reason }"
        kinds += ", REMOVED_FROM_MERGE_QUEUE_EVENT"
    return f"timelineItems(last: 20, itemTypes: [{kinds}]) {{ nodes {{ __typename {events} }} }}"


def _rollup(number: int, lacking: frozenset[str]) -> str:
    if lacking & {"StatusCheckRollup.contexts", "CheckRun", "StatusContext"}:
        return ""
    required = f"isRequired(pullRequestNumber: {number})"
    of_run = "" if "CheckRun.isRequired" in lacking else required
    of_status = "" if "StatusContext.isRequired" in lacking else required
    return f"""commits(last: 1) {{ nodes {{ commit {{ statusCheckRollup {{ contexts(first: 100) {{ nodes {{
        __typename
        ... on CheckRun {{ name status conclusion detailsUrl title startedAt {of_run} }}
        ... on StatusContext {{ context state targetUrl description createdAt {of_status} }}
      }} }} }} }} }} }}"""
