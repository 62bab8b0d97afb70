"""GitHub's global node ids: a kind's prefix and the database id, opaque to the client."""

import base64
import binascii

PREFIXES = {
    "User": "U", "Bot": "BOT", "Organization": "O", "Repository": "R", "Issue": "I", "PullRequest": "PR",
    "Label": "LA", "Milestone": "MI", "IssueComment": "IC", "Commit": "C", "Ref": "REF", "Review": "PRR",
    "ReviewComment": "PRRC", "Event": "LE", "Status": "SC", "CheckRun": "CR", "CheckSuite": "CS", "App": "A",
    "Thread": "PRRT", "Rollup": "SCR", "Rule": "BPR", "Ruleset": "RRS", "ReviewRequest": "RR",
    "MergeQueue": "MQ", "MergeQueueEntry": "MQE", "IssueType": "IT", "UserContentEdit": "UCE",
    "Project": "PVT", "ProjectField": "PVTSSF", "ProjectItem": "PVTI", "ProjectValue": "PVTFSV",
}  # fmt: skip
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def node_id(kind: str, identifier: int | str) -> str:
    """Return the node id of a record."""
    return f"{PREFIXES[kind]}_kw{base64.urlsafe_b64encode(str(identifier).encode()).decode().rstrip('=')}"


def parse_node_id(value: str) -> tuple[str, str] | None:
    """Return (kind, database id), or None for what is no node id of ours."""
    prefix, _, encoded = value.partition("_kw")
    try:
        identifier = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return (_KINDS[prefix], identifier) if prefix in _KINDS and identifier else None
