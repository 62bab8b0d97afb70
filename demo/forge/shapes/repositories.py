"""Repositories, branches, refs, contents and commits."""

import base64

from ..bare import Commit
from ..nodes import node_id
from ..records import Protection, Repository
from ..rules import rulesets_of
from ..world import LEVELS, World
from . import Json, stamp
from .accounts import simple_user

_LINKS = {
    "archive": "/{archive_format}{/ref}", "assignees": "/assignees{/user}", "blobs": "/git/blobs{/sha}",
    "branches": "/branches{/branch}", "collaborators": "/collaborators{/collaborator}",
    "comments": "/comments{/number}", "commits": "/commits{/sha}", "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}", "contributors": "/contributors", "deployments": "/deployments",
    "downloads": "/downloads", "events": "/events", "forks": "/forks", "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}", "git_tags": "/git/tags{/sha}", "hooks": "/hooks",
    "issue_comment": "/issues/comments{/number}", "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}", "keys": "/keys{/key_id}", "labels": "/labels{/name}",
    "languages": "/languages", "merges": "/merges", "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}", "pulls": "/pulls{/number}",
    "releases": "/releases{/id}", "stargazers": "/stargazers", "statuses": "/statuses/{sha}",
    "subscribers": "/subscribers", "subscription": "/subscription", "tags": "/tags", "teams": "/teams",
    "trees": "/git/trees{/sha}",
}  # fmt: skip
_NAUGHTS = (
    "forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size", "network_count",
    "subscribers_count",
)  # fmt: skip


def api_url(world: World, repository: Repository) -> str:
    return f"{world.base_url}/api/v3/repos/{repository.full_name}"


def html_url(world: World, repository: Repository) -> str:
    return f"{world.base_url}/{repository.full_name}"


def minimal_repository(world: World, repository: Repository) -> Json:
    """Return a `minimal-repository`."""
    url = api_url(world, repository)
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": simple_user(world, repository.owner),
        "html_url": html_url(world, repository),
        "description": repository.description,
        "fork": False,
        "url": url,
        **{f"{name}_url": f"{url}{path}" for name, path in _LINKS.items()},
    }


def repository_shape(world: World, repository: Repository, login: str | None) -> Json:
    """Return a `full-repository` as one account sees it."""
    level = LEVELS.index(world.permission_of(repository, login))
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    web = html_url(world, repository)
    issues = [i for i in world.store.issues.where("repository", repository.id) if i.state == "open"]
    return {
        **minimal_repository(world, repository),
        **dict.fromkeys(_NAUGHTS, 0),
        "clone_url": f"{web}.git",
        "git_url": f"{web}.git",
        "ssh_url": f"{web}.git",
        "svn_url": web,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "topics": [],
        "visibility": "private" if repository.private else "public",
        "default_branch": repository.default_branch,
        "archived": repository.archived,
        "disabled": False,
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "is_template": False,
        "open_issues": len(issues),
        "open_issues_count": len(issues),
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.updated_at),
        "pushed_at": stamp(repository.pushed_at),
        "permissions": {name: level >= LEVELS.index(least) for name, least in names.items()},
        "allow_merge_commit": repository.allow_merge_commit,
        "allow_squash_merge": repository.allow_squash_merge,
        "allow_rebase_merge": repository.allow_rebase_merge,
        "allow_auto_merge": repository.allow_auto_merge,
        "delete_branch_on_merge": repository.delete_branch_on_merge,
    }


def ref_shape(world: World, repository: Repository, ref: str, sha: str) -> Json:
    url = f"{api_url(world, repository)}/git"
    return {
        "ref": ref,
        "node_id": node_id("Ref", f"{repository.id}:{ref}"),
        "url": f"{url}/{ref}",
        "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
    }


def commit_shape(world: World, repository: Repository, commit: Commit) -> Json:
    """Return a `commit`; authors are not matched to accounts."""
    url, web = api_url(world, repository), html_url(world, repository)
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", f"{repository.id}:{commit.sha}"),
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{web}/commit/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": None,
        "committer": None,
        "commit": {
            "url": f"{url}/git/commits/{commit.sha}",
            "message": commit.message,
            "author": {"name": commit.author.name, "email": commit.author.email, "date": commit.authored_at},
            "committer": {
                "name": commit.committer.name, "email": commit.committer.email, "date": commit.committed_at,
            },
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        },
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{web}/commit/{sha}"}
            for sha in commit.parents
        ],
    }  # fmt: skip


def short_branch(world: World, repository: Repository, name: str, sha: str) -> Json:
    url = f"{api_url(world, repository)}/commits/{sha}"
    return {"name": name, "commit": {"sha": sha, "url": url}, "protected": _protected(repository, name)}


def _protected(repository: Repository, name: str) -> bool:
    return name in repository.protections or bool(rulesets_of(repository, name))


def branch_shape(world: World, repository: Repository, name: str, commit: Commit) -> Json:
    """Return a `branch-with-protection`."""
    url = f"{api_url(world, repository)}/branches/{name}"
    protection = repository.protections.get(name)
    contexts = list(protection.contexts) if protection else []
    checks = {
        "enforcement_level": "everyone" if contexts else "off",
        "contexts": contexts,
        "checks": [{"context": context, "app_id": None} for context in contexts],
    }
    return {
        "name": name,
        "commit": commit_shape(world, repository, commit),
        "_links": {"self": url, "html": f"{html_url(world, repository)}/tree/{name}"},
        "protected": _protected(repository, name),
        "protection": {"enabled": protection is not None, "required_status_checks": checks},
        "protection_url": f"{url}/protection",
    }


def protection_shape(world: World, repository: Repository, branch: str, protection: Protection) -> Json:
    """Return a `branch-protection`; what is not demanded has no key, as on GitHub."""
    url = f"{api_url(world, repository)}/branches/{branch}/protection"
    shape: Json = {
        "url": url,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": protection.enforce_admins},
        **{name: {"enabled": False} for name in ("allow_force_pushes", "allow_deletions", "block_creations")},
        "required_linear_history": {"enabled": False},
        "required_conversation_resolution": {"enabled": False},
        "lock_branch": {"enabled": False},
        "allow_fork_syncing": {"enabled": False},
    }
    if protection.contexts:
        shape["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": protection.strict,
            "contexts": list(protection.contexts),
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [{"context": context, "app_id": None} for context in protection.contexts],
        }
    if protection.approvals:
        shape["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "require_last_push_approval": False,
            "required_approving_review_count": protection.approvals,
        }
    return shape


def content_shape(
    world: World, repository: Repository, ref: str, path: str, kind: str, sha: str, data: bytes | None
) -> Json:
    """Return a `content-file` with its content, or an entry of a directory listing without."""
    name, url = path.rsplit("/", 1)[-1], f"{api_url(world, repository)}/contents/{path}?ref={ref}"
    folder = kind == "tree"
    git = f"{api_url(world, repository)}/git/{'trees' if folder else 'blobs'}/{sha}"
    web = f"{html_url(world, repository)}/{kind}/{ref}/{path}"
    shape = {
        "type": "dir" if folder else "file",
        "name": name,
        "path": path,
        "sha": sha,
        "size": len(data or b""),
        "url": url,
        "git_url": git,
        "html_url": web,
        "download_url": None if folder else f"{html_url(world, repository)}/raw/{ref}/{path}",
        "_links": {"self": url, "git": git, "html": web},
    }
    encoded = {} if data is None else {"content": base64.encodebytes(data).decode(), "encoding": "base64"}
    return {**shape, **encoded}
