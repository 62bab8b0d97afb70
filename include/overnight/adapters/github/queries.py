"""GraphQL texts, built from tables so that what a server's schema lacks can be left out."""

from __future__ import annotations

from collections.abc import Iterable

_ACTOR = "{ __typename login }"
_REFERENCE = "nodes { number repository { nameWithOwner } }"

_ISSUE = {
    "id": "id",
    "number": "number",
    "title": "title",
    "body": "body",
    "url": "url",
    "state": "state",
    "stateReason": "stateReason",
    "createdAt": "createdAt",
    "updatedAt": "updatedAt",
    "lastEditedAt": "lastEditedAt",
    "editor": f"editor {_ACTOR}",
    "author": f"author {_ACTOR}",
    "authorAssociation": "authorAssociation",
    "labels": "labels(first: 100) { nodes { name } }",
    "milestone": "milestone { title number dueOn }",
    "issueType": "issueType { name }",
    "subIssues": "subIssues(first: 100) { nodes { number state repository { nameWithOwner } } }",
    "blockedBy": f"blockedBy(first: 100) {{ {_REFERENCE} }}",
    "closedByPullRequestsReferences": "closedByPullRequestsReferences(first: 100) "
    "{ nodes { number state headRefName url author { __typename login } } }",
}
"""Field of an issue → its selection. GitHub allows 100 labels and 100 sub-issues, so one page holds all."""

OPTIONAL = frozenset(
    {
        "Issue.blockedBy",
        "Issue.closedByPullRequestsReferences",
        "Issue.issueType",
        "Issue.subIssues",
        "Issue.stateReason",
        "Issue.userContentEdits",
        "RenamedTitleEvent",
    }
)
"""What older servers may lack; anything else missing is an error."""


def issues_query(lacking: frozenset[str]) -> str:
    """Return the query for a page of open issues; variables owner, name, first, after."""
    return f"""query OvernightIssues($owner: String!, $name: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    issues(first: $first, after: $after, states: OPEN, orderBy: {{field: CREATED_AT, direction: ASC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ {_issue_fields(lacking)} }}
    }}
  }}
}}"""


def issue_query(lacking: frozenset[str]) -> str:
    """Return the query for one issue; variables owner, name, number."""
    return f"""query OvernightIssue($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{
    issue(number: $number) {{ {_issue_fields(lacking)} }}
  }}
}}"""


def vetting_query(numbers: Iterable[int], lacking: frozenset[str]) -> str:
    """Return the query for who labelled and who edited some issues; variables owner, name."""
    events = f"... on LabeledEvent {{ createdAt actor {_ACTOR} label {{ name }} }}"
    kinds = "LABELED_EVENT"
    if "RenamedTitleEvent" not in lacking:
        events += f" ... on RenamedTitleEvent {{ createdAt actor {_ACTOR} }}"
        kinds += ", RENAMED_TITLE_EVENT"
    edits = f"userContentEdits(first: 100) {{ nodes {{ editedAt editor {_ACTOR} }} }}"
    fields = f"""number lastEditedAt editor {_ACTOR}
      timelineItems(last: 100, itemTypes: [{kinds}]) {{ nodes {{ __typename {events} }} }}
      {"" if "Issue.userContentEdits" in lacking else edits}"""
    asked = "\n    ".join(f"i{number}: issue(number: {number}) {{ {fields} }}" for number in numbers)
    return f"""query OvernightVetting($owner: String!, $name: String!) {{
  repository(owner: $owner, name: $name) {{
    {asked}
  }}
}}"""


def states_query(numbers: Iterable[int], lacking: frozenset[str]) -> str:
    """Return the query for the state of issues or pull requests; variables owner, name."""
    state = "state" if "Issue.stateReason" in lacking else "state stateReason"
    asked = "\n    ".join(
        f"i{one}: issue(number: {one}) {{ {state} }} p{one}: pullRequest(number: {one}) {{ state }}"
        for one in numbers
    )
    return f"""query OvernightStates($owner: String!, $name: String!) {{
  repository(owner: $owner, name: $name) {{
    {asked}
  }}
}}"""


VIEWER = "query OvernightViewer { viewer { login } }"
"""Who a token is, where GET /user refuses: App installations."""


def _issue_fields(lacking: frozenset[str]) -> str:
    return "\n        ".join(text for field, text in _ISSUE.items() if f"Issue.{field}" not in lacking)


TREES = """query OvernightTrees($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: [OPEN], first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { number headRefName commits(last: 1) { nodes { commit { tree { oid } } } } }
    }
  }
}"""
"""The trees of all open pull requests."""


def merging_query(lacking: frozenset[str]) -> str:
    """Return the query for how a pull request stands on its way into the base; variable pull."""
    queue = "" if "PullRequest.mergeQueueEntry" in lacking else f"mergeQueueEntry {{ enqueuer {_ACTOR} }}"
    return f"""query OvernightMerging($pull: ID!) {{ node(id: $pull) {{ ... on PullRequest {{
  state isDraft headRefOid autoMergeRequest {{ enabledBy {_ACTOR} }} {queue}
  repository {{ mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed }}
}} }} }}"""


ENQUEUE = """mutation ($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head}) { mergeQueueEntry { id } }
}"""
AUTO_MERGE = """mutation ($pull: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: $method}) {
    pullRequest { id }
  }
}"""
MERGE = """mutation ($pull: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod!) {
  mergePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: $method}) {
    pullRequest { id }
  }
}"""
DEQUEUE = """mutation ($pull: ID!) {
  dequeuePullRequest(input: {id: $pull}) { mergeQueueEntry { id } }
}"""
NO_AUTO_MERGE = """mutation ($pull: ID!) {
  disablePullRequestAutoMerge(input: {pullRequestId: $pull}) { pullRequest { id } }
}"""
READY = """mutation ($pull: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $pull}) { pullRequest { id } }
}"""
