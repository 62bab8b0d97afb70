"""Commit statuses and check runs."""

from ..checks import combined_state, latest_statuses
from ..nodes import node_id
from ..records import CheckRun, Repository, Status
from ..world import World
from . import Json, stamp
from .accounts import simple_user
from .repositories import api_url, html_url, minimal_repository


def simple_status(world: World, status: Status) -> Json:
    """Return a `simple-commit-status`."""
    repository = world.store.repositories[status.repository]
    at = stamp(status.created_at)
    return {
        "id": status.id,
        "node_id": node_id("Status", status.id),
        "url": f"{api_url(world, repository)}/statuses/{status.sha}",
        "avatar_url": f"{world.base_url}/avatars/{status.creator}",
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
        "created_at": at,
        "updated_at": at,
    }


def status_shape(world: World, status: Status) -> Json:
    return {**simple_status(world, status), "creator": simple_user(world, status.creator)}


def combined_status(world: World, repository: Repository, sha: str) -> Json:
    """Return a `combined-commit-status`."""
    statuses = latest_statuses(world, repository.id, sha)
    url = f"{api_url(world, repository)}/commits/{sha}"
    return {
        "state": combined_state([status.state for status in statuses]),
        "sha": sha,
        "total_count": len(statuses),
        "statuses": [simple_status(world, status) for status in statuses],
        "repository": minimal_repository(world, repository),
        "commit_url": url,
        "url": f"{url}/status",
    }


def check_run_shape(world: World, run: CheckRun) -> Json:
    repository = world.store.repositories[run.repository]
    url, web = (
        f"{api_url(world, repository)}/check-runs/{run.id}",
        f"{html_url(world, repository)}/runs/{run.id}",
    )
    return {
        "id": run.id,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.sha,
        "name": run.name,
        "external_id": run.external_id,
        "url": url,
        "html_url": web,
        "details_url": run.details_url or web,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp(run.started_at),
        "completed_at": stamp(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.id},
        "app": _app(world, run),
        "pull_requests": [],
    }


def _app(world: World, run: CheckRun) -> Json:
    slug = run.app.removesuffix("[bot]")
    account = world.account(run.app)
    born = stamp(run.started_at)
    return {
        "id": account.id,
        "slug": slug,
        "node_id": node_id("App", account.id),
        "client_id": f"Iv1.{account.id}",
        "owner": simple_user(world, run.app),
        "name": slug,
        "description": None,
        "external_url": f"{world.base_url}/apps/{slug}",
        "html_url": f"{world.base_url}/apps/{slug}",
        "created_at": born,
        "updated_at": born,
        "permissions": {"checks": "write"},
        "events": [],
    }
