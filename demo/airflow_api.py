"""Airflow's public REST interface, as far as the demo and the end-to-end tests need it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

PAGE = 100
"""Airflow's `maximum_page_limit`: asking for more is quietly cut."""


class ApiError(RuntimeError):
    """Airflow answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One task of one run, as Airflow shows it."""

    task_id: str
    map_index: int
    """-1 for a task that is not mapped."""
    label: str
    """The mapped task's own name in the grid, such as `#12 Fix the date`; empty until it ran."""
    state: str
    try_number: int
    seconds: float


class AirflowApi:
    """A signed-in user of one Airflow."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url.rstrip("/")
        self._credentials = {"username": username, "password": password}
        self._token: str | None = None
        # A proxy of the surrounding machine has no business on loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, **query: str | int) -> Any:
        """Read `/api/v2/PATH`."""
        return self.call("GET", f"/api/v2/{path}" + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create at `/api/v2/PATH`."""
        return self.call("POST", f"/api/v2/{path}", body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change `/api/v2/PATH`."""
        return self.call("PATCH", f"/api/v2/{path}", body)

    def pages(self, path: str, key: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Yield every entry of a list, page by page."""
        offset = 0
        while True:
            page = self.get(path, limit=PAGE, offset=offset, **query)
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request, signing in first when needed; return the JSON answer.

        :raises ApiError: with Airflow's own words, for a status of 400 or above.
        :raises OSError: when nothing listens.
        """
        try:
            return self._send(method, path, body, self._token or self._sign_in())
        except ApiError as error:
            if error.status != 401:
                raise
            return self._send(method, path, body, self._sign_in())

    def _sign_in(self) -> str:
        answer = self._send("POST", "/auth/token", self._credentials, None)
        token = str(answer["access_token"])
        self._token = token
        return token

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, token: str | None) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=60) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(2000).decode(errors="replace")
            raise ApiError(error.code, f"{method} {path}: {error.code} {said}") from error
        return json.loads(content) if content else None


def run_path(dag_id: str, run_id: str) -> str:
    """Return the path of one run, safe for the colons and pluses of a run id."""
    return f"dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}"


def read_task(entry: Mapping[str, Any]) -> TaskInstance:
    """Read one task instance from Airflow's JSON."""
    return TaskInstance(
        task_id=entry["task_id"],
        map_index=entry["map_index"],
        label=entry.get("rendered_map_index") or "",
        state=entry["state"] or "none",
        try_number=entry["try_number"],
        seconds=entry["duration"] or 0.0,
    )
