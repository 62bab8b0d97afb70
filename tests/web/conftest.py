"""A web application on a real ledger, with a guard of four people and a conductor that only takes notes."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from include.overnight.adapters.ledger import upgrade
from include.overnight.adapters.ledger.engine import close_engine
from include.overnight.assembly import Overnight
from include.overnight.credentials import from_environment
from include.overnight.settings import load_settings
from include.overnight.web import House, Person, Right, Run, create_api

from ..adapters.ledger.builders import skip_fsync
from .seeding import node, seed_night, seed_rest

SETTINGS = """\
home = "{home}"
storage_url = "file://{objects}"
github_url = "http://127.0.0.1:9"
execution_enabled = true
[[repositories]]
name = "acme/box"
quota_limits = {{ daily = 20, hourly = 5, concurrent = 2 }}
[[repositories]]
name = "acme/attic"
enabled = false
[[repositories]]
name = "secret/plans"
"""
ROLES = {"viewer": 1, "operator": 2, "admin": 3}
RANK = {Right.VIEW: 1, Right.OPERATE: 2, Right.EDIT: 2, Right.ADMINISTER: 3}


@dataclass
class FakeGuard:
    """Knows viewer, operator and admin by bearer token or cookie; "stranger" sees all but secret/plans."""

    secret: bytes = b"a test's secret"

    async def person(self, request):
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        name = bearer or request.cookies.get("_token", "")
        if not name:
            raise HTTPException(401, "Not authenticated")
        if name not in (*ROLES, "stranger"):
            raise HTTPException(403, "Invalid JWT token")
        rank = ROLES.get(name, 2)

        def may(right, full_name):
            hidden = name == "stranger" and full_name.lower() == "secret/plans"
            return RANK[right] <= rank and not hidden

        return Person(name, not bearer, may)


@dataclass
class FakeConductor:
    """Starts nothing; remembers what it was asked to start."""

    runs: list[Run] = field(default_factory=list)
    params: list[dict] = field(default_factory=list)
    cleared: list[tuple] = field(default_factory=list)

    def active(self, dag_id):
        return next((run for run in self.runs if run.dag_id == dag_id and run.state == "queued"), None)

    def find(self, dag_id, run_id):
        return next((run for run in self.runs if (run.dag_id, run.run_id) == (dag_id, run_id)), None)

    def start(self, dag_id, params, who):
        run = Run(dag_id, f"manual__{len(self.runs)}:+00:00", "queued")
        self.runs.append(run)
        self.params.append(dict(params))
        return run

    def run_ids(self, dag_id):
        return [run.run_id for run in reversed(self.runs) if run.dag_id == dag_id]

    def clear(self, dag_id, run_id, index, round_, *, anew):
        self.cleared.append((run_id, index, round_, anew))

    def next_run(self, dag_id):
        return datetime(2030, 1, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("web") / "ledger.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def seeded_ledger(empty_ledger):
    """A ledger with a finished night, and what stands beside it; copied by whoever wants to write."""
    home = empty_ledger.parent / "seeded"
    desk = open_desk(home, empty_ledger, empty_ledger.parent / "objects")
    seed_night(desk)
    seed_rest(desk)
    for name in ("acme/attic", "secret/plans"):
        desk.records.remember(f"repository/{name}", {"node_id": node(name)})
    desk.database.close()
    return home / "ledger.db"


def open_desk(home, ledger, objects):
    """Return a desk in a fresh home, on a copy of a ledger."""
    home.mkdir()
    shutil.copy(ledger, home / "ledger.db")
    (home / "overnight.toml").write_text(SETTINGS.format(home=home, objects=objects))
    skip_fsync(f"sqlite:///{home / 'ledger.db'}")
    credentials = from_environment({"GITHUB_TOKEN": "t" * 20}, frozenset())
    return Overnight(load_settings(home / "overnight.toml", {}), credentials)


@pytest.fixture
def desk(tmp_path, request, empty_ledger):
    seeded = "seeded" in request.fixturenames
    ledger = request.getfixturevalue("seeded_ledger") if seeded else empty_ledger
    opened = open_desk(tmp_path / "home", ledger, empty_ledger.parent / "objects")
    yield opened
    close_engine(opened.ledger_url)


@pytest.fixture
def seeded(desk):
    """The desk, its ledger being the seeded one."""
    return desk


@pytest.fixture
def conductor():
    return FakeConductor()


@pytest.fixture
def house(desk, conductor):
    return House(FakeGuard(), lambda: desk, conductor, "/dags/{dag_id}/runs/{run_id}")


@pytest.fixture
def api(house):
    """A client of the API; `api.get(…, headers=…)` goes as admin unless told otherwise."""
    with TestClient(create_api(house), base_url="http://night.example") as client:
        client.headers["Authorization"] = "Bearer admin"
        yield client


def as_(name):
    """Return the headers of a person with a bearer token; nobody for ""."""
    return {"Authorization": f"Bearer {name}" if name else ""}
