"""What a build by Copilot is, as text: any worker can go on with it, whoever began it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ...domain.changes import Base, Commission
from ...domain.errors import NotFound
from ...domain.issues import Repository
from ...ports import Tree


@dataclass(frozen=True, slots=True)
class CopilotWork:
    """What is known of an attempt.

    :param since: GitHub's time from which on the agent's work is this attempt's; "" takes any.
    :param seen: the head that was there before, "" when nothing was.
    :param until: Unix time of the attempt's end.
    """

    node_id: str
    owner: str
    name: str
    default_branch: str
    clone_url: str
    issue: int
    tree: str
    git_dir: str
    base_ref: str
    base_sha: str
    began: float
    until: float
    since: str = ""
    seen: str = ""
    pull: int = 0

    @classmethod
    def of(cls, commission: Commission, tree: Tree, now: float) -> CopilotWork:
        """Return the work of an attempt that begins now."""
        repository = commission.repository
        return cls(
            node_id=repository.node_id,
            owner=repository.owner,
            name=repository.name,
            default_branch=repository.default_branch,
            clone_url=repository.clone_url,
            issue=commission.issue.number,
            tree=str(tree.path),
            git_dir=str(tree.git_dir),
            base_ref=tree.base.ref,
            base_sha=tree.base.sha,
            began=now,
            until=now + commission.seconds,
        )

    @classmethod
    def read(cls, text: str) -> CopilotWork:
        """Return the work of a handle; NotFound when it is none of ours."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise NotFound("this is no handle of a build by Copilot: begin it again") from error

    def text(self) -> str:
        """Return what `read` reads."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def work_tree(self) -> Tree:
        return Tree(Path(self.tree), Base(self.base_ref, self.base_sha), Path(self.git_dir))

    @property
    def repository(self) -> Repository:
        return Repository(self.node_id, self.owner, self.name, self.default_branch, clone_url=self.clone_url)

    @property
    def where(self) -> str:
        return f"issue #{self.issue} of {self.owner}/{self.name}"
