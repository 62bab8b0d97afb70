"""Git over HTTP: `git http-backend` behind the forge's own tokens."""

import asyncio
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from .bare import quiet_environment
from .errors import Refusal, not_found
from .merging import settle
from .records import Repository
from .rules import push_rules
from .world import LEVELS, Grant, World

_PATH = re.compile(
    r"/(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?(?P<service>/(?:info/refs|git-upload-pack|git-receive-pack))"
)


@dataclass(frozen=True, slots=True)
class GitReply:
    status: int
    headers: dict[str, str]
    body: bytes


def is_git(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


async def serve(
    world: World,
    grant: Grant | None,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> GitReply:
    """Answer one request of git's smart HTTP protocol; a push takes effect on pull requests at once."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise not_found()
    repository = _repository(world, f"{match['owner']}/{match['name']}")
    pushes = "git-receive-pack" in path + query
    _admit(world, repository, grant, pushes)
    environment = {
        "GIT_PROJECT_ROOT": str(world.root / "git"),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.id}.git{match['service']}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "REMOTE_USER": grant.login if grant else "",
        "REMOTE_ADDR": "127.0.0.1",
        "FORGE_RULES": push_rules(repository),
    }
    output = await asyncio.to_thread(_run, quiet_environment(environment), body)
    if pushes and method == "POST" and grant is not None:
        await asyncio.to_thread(_after_push, world, repository, grant.login)
    return _parse(output)


def _repository(world: World, full_name: str) -> Repository:
    """Find a repository; git clients keep using a former name."""
    renamed = world.renamed(full_name)
    return renamed or world.repository(full_name)


def _admit(world: World, repository: Repository, grant: Grant | None, pushes: bool) -> None:
    level = world.permission_of(repository, grant.login if grant else None)
    rank = min(LEVELS.index(level), LEVELS.index(grant.permission if grant else "read"))
    if grant is None and (pushes or rank < LEVELS.index("read")):
        raise Refusal(401, "Requires authentication")
    if rank < LEVELS.index("read"):
        raise Refusal(404, "Repository not found.")
    if pushes and repository.archived:
        raise Refusal(403, "This repository was archived so it is read-only.")
    if pushes and rank < LEVELS.index("write"):
        raise Refusal(403, f"Write access to repository not granted to {grant.login if grant else 'nobody'}.")


def _run(environment: dict[str, str], body: bytes) -> bytes:
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True)
    if done.returncode and not done.stdout:
        raise Refusal(500, f"git http-backend: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _after_push(world: World, repository: Repository, login: str) -> None:
    with world.turn():
        settle(world, world.store.repositories[repository.id], login)


def _parse(output: bytes) -> GitReply:
    head, _, body = output.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    status = int(headers.pop("Status", "200 OK").split()[0])
    return GitReply(status, headers, body)
