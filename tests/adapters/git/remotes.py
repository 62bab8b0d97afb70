"""Real repositories to work against: on disk, and the same over HTTP by git's own backend."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from include.overnight.domain.errors import NotFound
from include.overnight.domain.issues import Repository
from include.overnight.domain.orders import NightOrder

ORDER = NightOrder("night-1", "octo", "pantry")
_PLAIN = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}


def git(folder: Path, *arguments: str, text: str = "") -> str:
    """Run plain git as a person would."""
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=_PLAIN, input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Upstream:
    """A bare repository, and a checkout with which a person works on it."""

    bare: Path
    checkout: Path

    @classmethod
    def make(cls, folder: Path, files: dict[str, str]) -> Upstream:
        upstream = cls(folder / "upstream.git", folder / "person")
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--bare", "--quiet", str(upstream.bare))
        git(folder, "init", "--quiet", str(upstream.checkout))
        git(upstream.checkout, "remote", "add", "origin", str(upstream.bare))
        if files:
            upstream.commit(files)
        return upstream

    def commit(self, files: dict[str, str | None], branch: str = "main") -> str:
        """Commit and push as a person; None deletes a file."""
        for name, text in files.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        git(self.checkout, "add", "--all")
        git(self.checkout, "commit", "--quiet", "--message", "a person's work")
        git(self.checkout, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return git(self.checkout, "rev-parse", "HEAD")

    def repository(self, url: str = "") -> Repository:
        return Repository("R_kg/Do=", "octo", "pantry", "main", clone_url=url or f"file://{self.bare}")


@dataclass
class MemoryStorage:
    """Objects in a dict."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> str:
        self.objects[f"memory://{name}"] = content
        return f"memory://{name}"

    def get(self, uri: str) -> bytes:
        if uri not in self.objects:
            raise NotFound(f"nothing is stored at {uri}")
        return self.objects[uri]


class GitServer:
    """git http-backend on loopback, with a token to be shown and a status to answer instead."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token
        self.answer = 0
        self.requests: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.serve(self, folder)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/upstream.git"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def serve(self, request: BaseHTTPRequestHandler, folder: Path) -> None:
        self.requests.append(request.path)
        wanted = "Basic " + base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        if self.answer or request.headers.get("Authorization") != wanted:
            request.send_response(self.answer or 401)
            request.send_header("WWW-Authenticate", 'Basic realm="git"')
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        head, _, body = self._backend(request, folder).partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        request.send_response(int(headers.pop("Status", "200").split(" ")[0]))
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _backend(self, request: BaseHTTPRequestHandler, folder: Path) -> bytes:
        url = urlsplit(request.path)
        if request.headers.get("Transfer-Encoding") == "chunked":
            sent = b""
            while size := int(request.rfile.readline(), 16):
                sent += request.rfile.read(size)
                request.rfile.readline()
        else:
            sent = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        environment = _PLAIN | {
            "GIT_PROJECT_ROOT": str(folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": request.command,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "octo",
        }
        return subprocess.run(
            ["git", "http-backend"], input=sent, env=environment, stdout=subprocess.PIPE
        ).stdout
