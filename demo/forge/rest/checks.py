"""Commit statuses and check runs."""

from ..errors import Refusal, not_found
from ..reporting import add_check_run, add_status, update_check_run
from ..shapes.checks import check_run_shape, combined_status, status_shape
from .call import Call, Reply, Route


def get_combined_status(call: Call) -> Reply:
    return Reply(combined_status(call.world, call.repository, _sha(call)))


def list_statuses(call: Call) -> Reply:
    rows = call.world.store.statuses.where("sha", (call.repository.id, _sha(call)))
    return call.page(rows[::-1], lambda status: status_shape(call.world, status))


def create_status(call: Call) -> Reply:
    status = add_status(
        call.world,
        call.repository,
        call.actor,
        call.params["sha"],
        state=call.text("state", "Status"),
        context=call.text("context", "Status", "default"),
        description=call.body.get("description"),
        target_url=call.body.get("target_url"),
    )
    return Reply(status_shape(call.world, status), 201)


def list_check_runs(call: Call) -> Reply:
    """List the runs of a commit, newest first; each came with a suite of its own, so all are the latest."""
    name = call.query.get("check_name")
    known = call.world.store.check_runs.where("sha", (call.repository.id, _sha(call)))
    rows = [run for run in known[::-1] if name in (None, run.name)]
    return call.page(rows, lambda run: check_run_shape(call.world, run), wrap="check_runs")


def create_check_run(call: Call) -> Reply:
    output = call.body.get("output") or {}
    run = add_check_run(
        call.world,
        call.repository,
        call.actor,
        name=call.text("name", "CheckRun"),
        sha=call.text("head_sha", "CheckRun"),
        status=call.text("status", "CheckRun", "queued"),
        conclusion=call.body.get("conclusion"),
        details_url=call.body.get("details_url"),
        external_id=call.text("external_id", "CheckRun", ""),
        title=output.get("title"),
        summary=output.get("summary"),
    )
    return Reply(check_run_shape(call.world, run), 201)


def edit_check_run(call: Call) -> Reply:
    run = call.world.store.check_runs.get(int(call.params["run"]) if call.params["run"].isdigit() else 0)
    if run is None or run.repository != call.repository.id:
        raise not_found()
    if run.app != call.actor:
        raise Refusal(
            403, "Invalid app_id: the check run can only be modified by the GitHub App that created it."
        )
    status, conclusion = call.text("status", "CheckRun", run.status), call.body.get("conclusion")
    return Reply(check_run_shape(call.world, update_check_run(call.world, run, status, conclusion)))


def _sha(call: Call) -> str:
    sha = call.world.git(call.repository.id).resolve(call.params["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.params['ref']}")
    return sha


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{_REPO}/commits/{{ref*}}/status", get_combined_status),
    Route("GET", f"{_REPO}/commits/{{ref*}}/statuses", list_statuses),
    Route("POST", f"{_REPO}/statuses/{{sha}}", create_status, "write"),
    Route("GET", f"{_REPO}/commits/{{ref*}}/check-runs", list_check_runs),
    Route("POST", f"{_REPO}/check-runs", create_check_run, "write"),
    Route("PATCH", f"{_REPO}/check-runs/{{run}}", edit_check_run, "write"),
)
