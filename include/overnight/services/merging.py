"""The facts that a decision about an open pull request rests on, gathered from GitHub and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.events import EventQuery
from ..domain.following import BranchRules, PullStanding
from ..domain.issues import Repository
from ..domain.merge_policy import MergePolicy
from ..domain.open_changes import FOLLOWED, OpenChange, fold_changes, standing_of
from ..domain.orders import NightOrder
from ..domain.revisions import tell
from ..domain.situations import Below, Situation
from ..ports import Desk
from .drafts import drafts_now
from .preflight import guarding_rules, obstacles
from .revising import pending, stopped_by
from .stacking import joint_of

_BELOW = {"open": Below.OPEN, "merged": Below.MERGED, "closed": Below.CLOSED}


def changes_of(desk: Desk, repository: str | None = None) -> tuple[OpenChange, ...]:
    """Return every pull request of ours the ledger knows, by number; of all repositories when none is named.

    :param repository: GitHub node id.
    """
    query = EventQuery(types=FOLLOWED, repository=repository, limit=None, oldest_first=True, dry_run=False)
    found = fold_changes(desk.ledger.events(query)).values()
    return tuple(sorted(found, key=lambda change: (change.repository, change.number)))


@dataclass
class Watch:
    """One look at a repository; what is asked of GitHub is asked once."""

    desk: Desk
    repository: Repository
    order: NightOrder
    _rules: dict[str, BranchRules] = field(default_factory=dict)
    _obstacles: dict[str, str] = field(default_factory=dict)

    def standings(self, changes: Iterable[OpenChange]) -> Mapping[int, PullStanding]:
        """Return how pull requests stand, by number."""
        numbers = [change.number for change in changes]
        return {one.number: one for one in self.desk.follower.standings(self.repository, numbers)}

    def situation(self, change: OpenChange, pull: PullStanding, others: Sequence[OpenChange]) -> Situation:
        """Return everything that decides what comes next for a pull request."""
        rules = self._rules_of(pull.base_ref if pull.state == "open" else self.repository.default_branch)
        below, named = self._below(change, others)
        return Situation(
            pull=pull,
            rules=rules,
            policy=MergePolicy(self.order.merge_policy),
            ours=self._ours(change),
            base=change.base,
            default_branch=self.repository.default_branch,
            now=self.desk.clock.now(),
            pushed_at=change.pushed_at,
            below=below,
            below_named=named,
            replay_due=bool(change.replay_due),
            rebased_in_vain=self._in_vain(change, pull),
            ours_to_lift=self._may_be_lifted(change, pull),
            obstacle=self._obstacle(rules),
            stopped_by=stopped_by(self.desk, change.repository, change.number),
            owed=self._owed(change),
        )

    def _owed(self, change: OpenChange) -> str:
        owed = pending(self.desk, change.repository)
        return tell(one for one in owed if one.pull_request == change.number)

    def _ours(self, change: OpenChange) -> frozenset[str]:
        key = f"branch/{change.branch}"
        names = (key, f"{key}/meant")
        known = (self.desk.records.publication(change.repository, name) for name in names)
        return frozenset({change.head_sha, *filter(None, known)})

    def _below(self, change: OpenChange, others: Sequence[OpenChange]) -> tuple[Below, str]:
        """Return how what a pull request is stacked on stands, and its name."""
        if change.base == self.repository.default_branch:
            return Below.NOTHING, ""
        parts = self._parts(change)
        default = self.repository.default_branch
        under = [standing_of(other, others, default) for other in others if other.branch in parts]
        named = ", ".join(f"#{number}" for number in sorted({other.number for other in under})) or change.base
        states = {other.ended or "open" for other in under}
        if "closed" in states or not states:
            return Below.CLOSED, named
        return (Below.OPEN if "open" in states else Below.MERGED), named

    def _parts(self, change: OpenChange) -> frozenset[str]:
        """Return the branches that a base stands for: itself, or those that were joined in it."""
        kept = self.desk.records.change(change.repository, change.issue, change.night)
        joint = joint_of(self.desk, change.repository, kept.change.base) if kept else None
        return frozenset(joint.parts if joint else (change.base,))

    def _in_vain(self, change: OpenChange, pull: PullStanding) -> bool:
        """Whether replaying it was tried and conflicts; a new head, or a base that moved, is another try."""
        if not change.vain:
            return False
        head, _, base = change.vain.partition(" ")
        return head == pull.head_sha and base == self.base_sha()

    def base_sha(self) -> str:
        """Return the commit of the default branch."""
        return self.repository.head_sha or ""

    def _may_be_lifted(self, change: OpenChange, pull: PullStanding) -> bool:
        """Whether it is a draft by our doing, and drafts are over."""
        by_us = pull.draft and change.drafted and not change.lifted
        return by_us and not drafts_now(self.desk, self.order, self.repository)

    def _rules_of(self, branch: str) -> BranchRules:
        if branch not in self._rules:
            self._rules[branch] = guarding_rules(self.desk, self.repository, branch)
        return self._rules[branch]

    def _obstacle(self, rules: BranchRules) -> str:
        if rules.branch not in self._obstacles:
            found = obstacles(self.desk, self.repository, rules, MergePolicy(self.order.merge_policy))
            blocking = [finding.sentence() for finding in found if finding.blocking]
            self._obstacles[rules.branch] = "; ".join(blocking)
        return self._obstacles[rules.branch]
