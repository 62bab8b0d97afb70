"""The plugin in a real Airflow: its guard, its navigation, a night started through the API."""

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from demo.airflow_api import ApiError
from demo.deployment import Deployment
from demo.forge import Forge, running_forge
from include.overnight.adapters.ledger import upgrade

PROJECT = Path(__file__).parents[2]
DAG = "overnight_execution.acme.box"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
START = {"owner": "acme", "repo": "box", "plan_only": True, "dry_run": True}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """A running Airflow with our plugin, one repository on a forge of our own, and its DAG unpaused."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "work").mkdir()
    (home / "tree").mkdir()
    (home / "tree" / "README.md").write_text("# box\n")
    upgrade(f"sqlite:///{home / 'work' / 'ledger.db'}")
    with Forge(home / "forge") as forge:
        forge.create_repository("acme", "box", tree=home / "tree")
        forge.create_issue("acme/box", "Write a file", "", author="lead", author_association="OWNER")
        with running_forge(forge, {"token-of-the-test": "overnight-bot:write"}) as running:
            (home / "overnight.toml").write_text(
                f'home = "{home / "work"}"\ngithub_url = "{running.rest_url}"\nexecution_enabled = true\n'
                f'openai_url = "{running.rest_url}/v1"\n'  # no model is there: every attempt is turned away
                # A leap day: Airflow starts the last scheduled run it missed as soon as a DAG is unpaused.
                '[[repositories]]\nname = "acme/box"\nschedule_expression = "0 2 29 2 *"\n'
            )
            env = {
                "OVERNIGHT_SETTINGS": str(home / "overnight.toml"),
                "GITHUB_TOKEN": "token-of-the-test",
                "OPENAI_API_KEY": "key-of-the-test",
            }
            folders = {"dags_folder": PROJECT / "dags", "plugins_folder": PROJECT / "plugins"}
            with Deployment(home / "airflow", env=env, **folders) as deployment:
                deployment.wait_dag(DAG)
                yield deployment


@pytest.fixture(scope="module")
def night(airflow):
    """The document of a night that was started through the API and is over."""
    api = airflow.api()
    with pytest.raises(ApiError) as paused:
        api.call("POST", "/api/foreman/overnight", START)
    assert paused.value.status == 409
    api.patch(f"dags/{DAG}", {"is_paused": False})
    run = api.call("POST", "/api/foreman/overnight", START)
    again = api.call("POST", "/api/foreman/overnight", START)
    assert (run["started"], again["started"]) == (True, False)
    assert again["run_id"] == run["run_id"]
    return ended(api, run)


def ended(api, run):
    """Return a run's document once it is over and green."""
    until, path = time.monotonic() + 240, f"/api/foreman/runs/{DAG}/{quote(run['run_id'], safe='')}"
    run = api.call("GET", path)
    while run["state"] not in ("success", "failed") and time.monotonic() < until:
        time.sleep(1)
        run = api.call("GET", path)
    assert (run["state"], run["admitted"]) == ("success", True)
    return run


def builds(api, run):
    """Return (try, most tries) of the one issue's build."""
    tasks = f"dags/{DAG}/dagRuns/{quote(run['run_id'], safe='')}/taskInstances"
    (build,) = api.get(tasks, task_id="execute_issue.build_issue")["task_instances"]
    return build["try_number"], build["max_tries"]


def test_airflows_guard_decides_who_may(airflow, night):
    viewer = airflow.api("viewer")
    assert viewer.call("GET", "/api/foreman/session")["rights"] == ["view"]
    assert airflow.api().call("GET", "/api/foreman/session")["rights"] == [
        "view",
        "operate",
        "edit",
        "administer",
    ]
    for path in ("/overnight", f"/nights/{night['night']}/stop"):
        with pytest.raises(ApiError) as refused:
            viewer.call("POST", f"/api/foreman{path}", START if path == "/overnight" else {})
        assert refused.value.status == 403


def test_a_night_started_through_the_api_is_on_record(airflow, night):
    told = airflow.api("viewer").call("GET", f"/api/foreman/nights/{night['night']}")
    assert (told["status"], told["dry_run"]) == ("completed", True)
    assert [issue["title"] for issue in told["issues"]] == ["Write a file"]
    box = airflow.api().call("GET", "/api/foreman/overnight")["repositories"][0]
    assert box["last_night"]["id"] == night["night"]
    assert box["next_schedule"].startswith("2028-02-29")


def test_airflow_shows_the_pages_in_its_navigation_and_on_each_run(airflow, night, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    token = airflow.api().call("POST", "/auth/token", {"username": "admin", "password": "admin"})
    context.add_cookies([{"name": "_token", "value": token["access_token"], "url": airflow.url}])
    page = context.new_page()
    page.goto(f"{airflow.url}/")
    page.get_by_role("link", name="Overnight").click(timeout=60_000)
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="All quiet").wait_for(timeout=30_000)
    frame.get_by_role("link", name="#1 Write a file").click()
    frame.get_by_role("heading", name="Everything that happened").wait_for()
    page.goto(f"{airflow.url}/dags/{DAG}/runs/{quote(night['run_id'], safe='')}")
    page.get_by_role("link", name="Night", exact=True).click(timeout=60_000)
    page.frame_locator("iframe").get_by_role("heading", name="Night of acme/box").wait_for(timeout=30_000)
    context.close()


def test_an_issue_is_retried_in_its_run_where_it_stopped_or_in_a_new_round(airflow, night):
    api = airflow.api()
    run = ended(api, api.call("POST", "/api/foreman/overnight", START | {"plan_only": False}))
    first, most = builds(api, run)
    (issue,) = api.call("GET", f"/api/foreman/nights/{run['night']}")["issues"]
    path = f"/api/foreman/nights/{run['night']}/issues/{issue['number']}/retry"
    with pytest.raises(ApiError) as refused:
        airflow.api("viewer").call("POST", path, {})
    assert refused.value.status == 403
    assert "is retried" in api.call("POST", path, {})["told"]
    ended(api, run)
    second, same = builds(api, run)
    assert (second > first, same) == (True, most), issue
    api.call("POST", path, {"anew": True})
    ended(api, run)
    third, more = builds(api, run)
    assert third > second
    assert more > most
