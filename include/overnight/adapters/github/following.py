"""Open pull requests and the branches they go into: the port `Follower`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import github

from ...domain.errors import Forbidden, NotFound
from ...domain.following import BranchRules, Check, CheckState, PullStanding, Remark
from ...domain.issues import Repository
from .errors import NoPermission
from .following_queries import guards_query, standings_query
from .following_reading import begun, newest_of_each, read_check_run, read_standing, read_status
from .following_rules import read_rules
from .graphql import GraphQL
from .identity import own_login
from .patience import Patience
from .wire import Wire, segment
from .workflows import triggers

_AT_ONCE = 20
_MOST_CHECK_PAGES = 10


class GitHubFollower:
    """Reads of open pull requests, many in one request.

    :param client: from `connect`, which neither retries nor spaces by itself.
    """

    def __init__(self, client: github.Github, *, patience: Patience | None = None) -> None:
        self._wire = Wire(client, patience)
        self._graphql = GraphQL(self._wire)

    def standings(self, repository: Repository, numbers: Sequence[int]) -> tuple[PullStanding, ...]:
        """Return how pull requests stand, 20 in a request; those that do not exist are left out.

        :raises NotFound: the repository is gone, or the token may not see it.
        """
        found: list[PullStanding] = []
        for at in range(0, len(numbers), _AT_ONCE):
            found += self._some(repository, numbers[at : at + _AT_ONCE])
        return tuple(found)

    def rules(self, repository: Repository, branch: str) -> BranchRules:
        """Return what guards a branch; what the token may not see counts as not there."""
        names = {"owner": repository.owner, "name": repository.name, "branch": branch}
        answer = self._graphql.ask(guards_query, names).get("repository") or {}
        seen = read_rules(self._wire, repository.full_name, branch)
        queue = seen.queue or bool(answer.get("mergeQueue"))
        return replace(seen, queue=queue, auto_merge_allowed=bool(answer.get("autoMergeAllowed")))

    def triggers(self, workflow: str) -> frozenset[str]:
        """Return the events that start a workflow, from its file's text; none when it is no workflow."""
        return triggers(workflow)

    def checks(self, repository: Repository, sha: str) -> tuple[Check, ...]:
        """Return the newest check of each name on a commit, `required` as the default branch's rules say.

        A required one that nothing has reported is there as well, as expected.
        """
        required = read_rules(self._wire, repository.full_name, repository.default_branch).required_checks
        found = self._checks(repository, sha, required)
        reported = {check.name for check in found}
        silent = (name for name in required if name not in reported)
        return (*found, *(Check(name, CheckState.EXPECTED, required=True) for name in silent))

    def remarks(self, repository: Repository, number: int) -> tuple[Remark, ...]:
        """Return what people said on a pull request, oldest first; bots' and our own words left out."""
        from .remarks import read_remarks

        return read_remarks(self._wire, repository, number, own_login(self._wire))

    def _some(self, repository: Repository, numbers: Sequence[int]) -> Iterator[PullStanding]:
        names = {"owner": repository.owner, "name": repository.name}
        answer = self._graphql.ask(lambda lacking: standings_query(numbers, lacking), names)
        found = answer.get("repository")
        if not isinstance(found, dict):
            raise NotFound(f"{repository.full_name} does not exist, or the token may not see it")
        for node in filter(None, (found.get(f"p{number}") for number in numbers)):
            yield self._completed(repository, read_standing(node))

    def _completed(self, repository: Repository, standing: PullStanding) -> PullStanding:
        """Fill in what an older server's schema does not tell: the checks, or which of them are required."""
        if standing.state != "open" or not self._graphql.lacking & _ROLLUP:
            return standing
        required = read_rules(self._wire, repository.full_name, standing.base_ref).required_checks
        if self._graphql.lacking & _REQUIRED:
            return replace(standing, checks=newest_of_each(standing.checks, required))
        return replace(standing, checks=self._checks(repository, standing.head_sha, required))

    def _checks(self, repository: Repository, sha: str, required: Sequence[str]) -> tuple[Check, ...]:
        commit = f"/repos/{repository.full_name}/commits/{segment(sha)}"
        listed = sorted(self._listed(f"{commit}/check-runs", "check_runs"), key=begun)
        runs = map(read_check_run, listed)
        statuses = map(read_status, self._listed(f"{commit}/status", "statuses"))
        return newest_of_each((*runs, *statuses), required)

    def _listed(self, path: str, key: str) -> list[dict[str, Any]]:
        """Return all entries of a list inside an object; [] where the token may not read them."""
        found: list[dict[str, Any]] = []
        for page in range(1, _MOST_CHECK_PAGES + 1):
            try:
                document = self._wire.get(path, per_page=100, page=page)
            except (Forbidden, NoPermission):
                return found
            entries = [entry for entry in document.get(key) or () if isinstance(entry, dict)]
            found += entries
            if not entries or len(found) >= int(document.get("total_count") or 0):
                break
        return found


_REQUIRED = frozenset({"CheckRun.isRequired", "StatusContext.isRequired"})
_ROLLUP = _REQUIRED | {"StatusCheckRollup.contexts", "CheckRun", "StatusContext"}
