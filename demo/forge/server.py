"""The forge as one ASGI application: who is asking, faults, the journal, and which half answers."""

import asyncio
import base64
import binascii
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import git_http, rest
from .control import control
from .errors import Refusal, not_found
from .faults import Fault
from .forge import Forge
from .graphql.execution import execute
from .merging import tick
from .world import Grant

_DOCUMENTATION = "https://docs.github.com/rest"
TRANSPORT = "forge.transport"
"""Where the server's protocol leaves the connection, so that a fault can cut it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: bytes and headers, whichever half made them."""

    status: int
    body: bytes
    headers: dict[str, str]


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    kind = {"content-type": "application/json; charset=utf-8"}
    content = b"" if body is None else json.dumps(body).encode()
    return Answer(status, content, {**({} if body is None else kind), **(headers or {})})


def refused(error: Refusal) -> Answer:
    """Return GitHub's error body; git clients need the challenge to send credentials at all."""
    body: dict[str, Any] = {
        "message": error.message,
        "documentation_url": _DOCUMENTATION,
        "status": str(error.status),
    }
    if error.errors:
        body["errors"] = error.errors
    challenge = {"WWW-Authenticate": 'Basic realm="GitHub"'} if error.status == 401 else {}
    return json_answer(body, error.status, challenge)


class Application:
    """ASGI: /api/v3, /api/graphql, /_forge, and git for everything else."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path, query = scope["raw_path"].decode("ascii", "replace"), request.url.query
        body = await request.body()
        if path.startswith("/_forge/"):
            answer = await asyncio.to_thread(self._control, request.method, path, body)
        else:
            found = await self._observed(request, path, query, body)
            if found is None:
                await _cut(scope, receive)
                return
            answer = found
        if request.headers.get("if-none-match") == answer.headers.get("ETag", "-"):
            answer = Answer(304, b"", answer.headers)
        await Response(answer.body, answer.status, answer.headers)(scope, receive, send)

    async def _observed(self, request: Request, path: str, query: str, body: bytes) -> Answer | None:
        """Answer with the journal kept and faults played; None where the connection is to be cut."""
        full = f"{path}?{query}" if query else path
        fault = self.forge.faults.take(request.method, full)
        grant, answer = None, None
        try:
            grant = self._grant(request.headers.get("authorization"))
            if fault is None or fault.when == "after":
                answer = await self._answer(request, grant, path, query, body)
        except Refusal as error:
            answer = refused(error)
        if fault is not None:
            answer = None if fault.reset else _faulty(fault)
        login, status = grant.login if grant else None, answer.status if answer else 0
        is_git = git_http.is_git(path)
        self.forge.journal.write(
            request.method, full, None if is_git else _read(body), login, status, fault=fault is not None
        )
        return answer

    def _grant(self, header: str | None) -> Grant | None:
        """Return whose token a header carries: token, Bearer, or Basic with the token as password."""
        if not header:
            return None
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                value = ""
        grant = self.forge.world.tokens.get(value.strip())
        if grant is None:
            raise Refusal(401, "Bad credentials")
        return grant

    async def _answer(
        self, request: Request, grant: Grant | None, path: str, query: str, body: bytes
    ) -> Answer:
        if git_http.is_git(path) and not path.startswith("/api/"):
            try:
                reply = await git_http.serve(
                    self.forge.world, grant, request.method, path, query, request.headers, body
                )
            except Refusal as error:
                if error.status == 401:
                    raise
                # As plain text, for then git shows it to whoever pushes: "remote: This repository was …".
                return Answer(error.status, error.message.encode(), {"content-type": "text/plain"})
            return Answer(reply.status, reply.body, reply.headers)
        work = self._graphql if path.rstrip("/") in ("/api/graphql", "/graphql") else self._rest
        return await asyncio.to_thread(work, request.method, grant, path, query, body)

    def _graphql(self, method: str, grant: Grant | None, _path: str, _query: str, body: bytes) -> Answer:
        if grant is None:
            raise Refusal(401, "This endpoint requires you to be authenticated.")
        request = _object(body)
        if method != "POST" or not isinstance(request, dict):
            raise Refusal(400, "Problems parsing JSON")
        with self.forge.world.turn():
            tick(self.forge.world)
            return json_answer(execute(self.forge.world, grant, request), headers=_usual("graphql"))

    def _rest(self, method: str, grant: Grant | None, path: str, query: str, body: bytes) -> Answer:
        if not path.startswith("/api/v3"):
            raise Refusal(404, "Not Found")
        world = self.forge.world
        with world.turn():
            tick(world)
            inner = _by_name(self.forge, path.removeprefix("/api/v3"))
            reply = rest.answer(world, grant, method, inner, dict(parse_qsl(query)), _object(body))
            answer = json_answer(reply.body, reply.status, {**_usual("core"), **reply.headers})
        if method == "GET" and answer.status == 200:
            answer.headers["ETag"] = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
        return answer

    def _control(self, method: str, path: str, body: bytes) -> Answer:
        """Serve the forge's own door: faults, the journal, and what `control` lists."""
        forge = self.forge
        if path == "/_forge/faults" and method == "POST":
            try:
                forge.faults.order(Fault(**(_object(body) or {})))
            except (TypeError, ValueError) as error:
                return json_answer({"message": str(error)}, 422)
        elif path == "/_forge/faults" and method == "DELETE":
            forge.faults.clear()
        elif path == "/_forge/journal" and method == "DELETE":
            forge.journal.clear()
        elif path == "/_forge/faults" and method == "GET":
            return json_answer([asdict(fault) for fault in forge.faults.waiting()])
        elif path == "/_forge/journal" and method == "GET":
            return json_answer([asdict(entry) for entry in forge.journal.entries()])
        else:
            return self._controlled(method, path, body)
        return json_answer(None, 204)

    def _controlled(self, method: str, path: str, body: bytes) -> Answer:
        try:
            if method != "POST":
                raise not_found()
            done = control(self.forge, path.removeprefix("/_forge/"), _object(body))
        except Refusal as error:
            return refused(error)
        return json_answer(done, 204 if done is None else 200)


def _usual(resource: str) -> dict[str, str]:
    """Return the headers GitHub puts on every answer; the forge counts but never limits."""
    return {
        "X-GitHub-Request-Id": uuid.uuid4().hex.upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Used": "1",
        "X-RateLimit-Reset": str(int(time.time()) + 3600),
        "X-RateLimit-Resource": resource,
    }


def _by_name(forge: Forge, path: str) -> str:
    """Turn /repositories/{id}/… , where redirects lead, into /repos/{owner}/{name}/…"""
    parts = path.split("/", 3)
    if parts[1:2] != ["repositories"] or len(parts) < 3 or not parts[2].isdigit():
        return path
    repository = forge.world.store.repositories.get(int(parts[2]))
    return "/".join(["/repos", repository.full_name, *parts[3:]]) if repository else path


def _faulty(fault: Fault) -> Answer:
    body = {"message": "Server Error"} if fault.body is None else fault.body
    if isinstance(body, str):
        return Answer(fault.status, body.encode(), {"content-type": "text/html", **fault.headers})
    return json_answer(body, fault.status, fault.headers)


async def _cut(scope: Scope, receive: Receive) -> None:
    transport = scope.get(TRANSPORT)
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _object(body: bytes) -> Any:
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except ValueError:
        raise Refusal(400, "Problems parsing JSON") from None


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return body.decode(errors="replace")
