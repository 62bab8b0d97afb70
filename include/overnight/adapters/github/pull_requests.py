"""Pull requests of a branch of ours: found, opened, updated; never against a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...domain.errors import Forbidden
from ...domain.issues import Repository
from ...ports import PullRequest
from .errors import Unprocessable
from .graphql import GraphQL
from .markers import is_marked, same_text
from .queries import TREES
from .reading import read_pull_request, rest_login
from .wire import Wire, segment

MARK = "<!-- overnight:pull-request -->"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a pull request shall say; texts are ready to be sent."""

    head: str
    base: str
    title: str
    body: str
    draft: bool


def newest_pull_request(wire: Wire, repository: Repository, branch: str) -> PullRequest | None:
    """Return the newest pull request from a branch of the repository itself; forks' are not looked at."""
    head = f"{repository.owner}:{branch}"
    path = f"/repos/{repository.full_name}/pulls"
    found = [
        pull
        for pull in wire.pages(path, head=head, state="all", sort="created", direction="desc")
        # GitHub ignores a head it cannot read and lists everything: so look for oneself.
        if (pull.get("head") or {}).get("ref") == branch and _at_home(pull, repository)
    ]
    return read_pull_request(max(found, key=lambda pull: int(pull["number"]))) if found else None


def put_pull_request(
    wire: Wire, repository: Repository, proposal: Proposal, login: str, anew: bool = False
) -> PullRequest:
    """Open the pull request, update the open one, or return the one that is merged already.

    Forbidden when a person opened it or, unless it is wanted `anew`, closed it. Title and draft state of an
    open one are left to people.
    """
    found = newest_pull_request(wire, repository, proposal.head)
    if found is None or _may_follow(wire, repository, found, login, anew):
        return _create(wire, repository, proposal)
    if found.merged:
        return found
    if not _is_ours(found, login):
        raise Forbidden(f"pull request #{found.number} from {proposal.head} is {found.author}'s: left alone")
    return _update(wire, repository, found, proposal)


def pull_request_with_tree(graphql: GraphQL, repository: Repository, tree: str, besides: str) -> int | None:
    """Return the oldest open pull request whose head has exactly this tree, those from a branch left out."""
    names = {"owner": repository.owner, "name": repository.name}
    cursor: str | None = None
    same: list[int] = []
    while True:
        answer = graphql.ask(lambda _lacking: TREES, {**names, "after": cursor})
        page = (answer.get("repository") or {}).get("pullRequests") or {}
        for node in page.get("nodes") or ():
            if node and node.get("headRefName") != besides and _tree_of(node) == tree:
                same.append(int(node["number"]))
        following = page.get("pageInfo") or {}
        if not following.get("hasNextPage") or following.get("endCursor") == cursor:
            return min(same, default=None)
        cursor = following.get("endCursor")


def _tree_of(node: dict[str, Any]) -> str:
    commits = (node.get("commits") or {}).get("nodes") or [{}]
    return str((((commits[-1] or {}).get("commit") or {}).get("tree") or {}).get("oid") or "")


def standing_pull_request(
    wire: Wire, repository: Repository, number: str, proposal: Proposal
) -> PullRequest | None:
    """Return the pull request that was opened for a proposal, while it is open from there or merged."""
    document = wire.find(f"/repos/{repository.full_name}/pulls/{number}") if number else None
    pull = read_pull_request(document) if document else None
    if pull is None or pull.head_ref != proposal.head or not (pull.merged or pull.state == "open"):
        return None
    return pull


def _may_follow(wire: Wire, repository: Repository, found: PullRequest, login: str, anew: bool) -> bool:
    """Whether a new pull request may follow an earlier one from the same branch."""
    if found.state == "open":
        return False
    if found.merged:
        branch = wire.find(f"/repos/{repository.full_name}/branches/{segment(found.head_ref)}")
        return branch is not None and branch["commit"]["sha"] != found.head_sha
    if anew:
        return True
    closer = wire.get(f"/repos/{repository.full_name}/issues/{found.number}").get("closed_by")
    # A token of a person's cannot tell what that person closed by hand from what we closed.
    if login.endswith("[bot]") and rest_login(closer).lower() == login.lower():
        return True
    raise Forbidden(
        f"pull request #{found.number} from {found.head_ref} was closed by {rest_login(closer)}: "
        "reopen it, or `overnight run --issue NUMBER` opens another one"
    )


def _create(wire: Wire, repository: Repository, proposal: Proposal) -> PullRequest:
    path = f"/repos/{repository.full_name}/pulls"
    document = {
        "title": proposal.title,
        "head": proposal.head,
        "base": proposal.base,
        "body": proposal.body,
        "draft": proposal.draft,
        "maintainer_can_modify": True,
    }
    try:
        return read_pull_request(wire.write("POST", path, document))
    except Unprocessable as error:
        if proposal.draft and "draft" in str(error).lower():
            # Private repositories on small plans have no drafts; nothing of ours merges by itself there.
            return read_pull_request(wire.write("POST", path, {**document, "draft": False}))
        found = newest_pull_request(wire, repository, proposal.head)
        if found is not None and found.state == "open":
            return found
        raise


def _update(wire: Wire, repository: Repository, found: PullRequest, proposal: Proposal) -> PullRequest:
    path = f"/repos/{repository.full_name}/pulls/{found.number}"
    known = wire.get(path)
    changes = {} if same_text(known.get("body"), proposal.body) else {"body": proposal.body}
    if found.base_ref != proposal.base:
        changes["base"] = proposal.base
    return read_pull_request(wire.write("PATCH", path, changes) if changes else known)


def _is_ours(pull: PullRequest, login: str) -> bool:
    """Whether we opened it, perhaps with an earlier token; only writers can push to its head."""
    return pull.author.lower() == login.lower() or is_marked(pull.body, MARK)


def _at_home(pull: dict[str, Any], repository: Repository) -> bool:
    """Whether the head lies in the repository itself, whatever that is called by now."""
    home = (pull.get("head") or {}).get("repo") or {}
    return bool(home.get("node_id", repository.node_id) == repository.node_id)
