"""Take a merged pull request back, the way the button on GitHub does."""

from .bare import BareRepository
from .errors import Refusal
from .pulls import open_pull
from .records import Pull, Repository
from .world import World


def revert(
    world: World,
    repository: Repository,
    pull: Pull,
    actor: str,
    *,
    title: str | None = None,
    body: str | None = None,
    draft: bool = False,
) -> Pull:
    """Open a pull request that undoes a merged one; 422 where it is not merged, or the undoing conflicts."""
    git, issue = world.git(repository.id), world.store.issues[pull.key]
    tip = git.branch(pull.base)
    if pull.merge_sha is None or tip is None:
        raise Refusal(422, "Pull request is not merged")
    headline = title or f'Revert "{issue.title}"'
    text = f"{headline}\n\nReverts {repository.full_name}#{pull.number}"
    sha = git.undo(pull.merge_sha, _before(git, pull), tip, text, world.author(actor), world.now())
    if sha is None:
        raise Refusal(422, "Sorry, this pull request couldn't be reverted automatically.")
    branch = f"revert-{pull.number}-{pull.head}"
    git.update_branch(branch, sha)
    explained = body or f"Reverts {repository.full_name}#{pull.number}"
    return open_pull(
        world, repository, actor, title=headline, head=branch, base=pull.base, body=explained, draft=draft
    )


def _before(git: BareRepository, pull: Pull) -> str:
    """Return the base as it was before the merge: a rebase brought several commits, the others one."""
    (merged,) = git.commits(str(pull.merge_sha), limit=1)
    own = git.commits(f"{pull.base_sha}..{pull.head_sha}")
    steps = len(own) if len(merged.parents) == 1 and merged.message == own[0].message else 1
    return git.resolve(f"{pull.merge_sha}~{steps}") or merged.parents[0]
