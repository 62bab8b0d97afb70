"""Every REST call the forge knows, made once in an order that makes sense, and the answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from demo.forge import running_forge
from demo.forge.records import QueueRules

HOME = "/repos/acme/pantry"
BOT, APP, OWNER, READER = "ghp_bot", "ghs_app", "ghp_owner", "ghp_reader"


@dataclass(frozen=True, slots=True)
class Step:
    """One call; `{name}` in path and body stands for a value from the scene."""

    method: str
    path: str
    status: int = 200
    body: Any = None
    token: str | None = BOT

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


@dataclass(frozen=True, slots=True)
class Answer:
    path: str
    status: int
    sent: Any
    body: Any


def _issue(rest: str = "") -> str:
    return f"{HOME}/issues/1{rest}"


def _pull(rest: str = "", number: int = 4) -> str:
    return f"{HOME}/pulls/{number}{rest}"


STEPS = (
    Step("GET", "/user"),
    Step("GET", "/user", 401, token=None),
    Step("GET", "/users/ann"),
    Step("GET", "/rate_limit"),
    Step("GET", HOME),
    Step("GET", "/repos/acme/nothing", 404),
    Step("GET", "/repos/acme/larder", 301),
    Step("PATCH", HOME, 200, {"description": "What is in the pantry"}, OWNER),
    Step("GET", f"{HOME}/collaborators/ann/permission"),
    Step("GET", f"{HOME}/collaborators/ann", 204),
    Step("GET", f"{HOME}/branches"),
    Step("GET", f"{HOME}/branches/main"),
    Step("GET", f"{HOME}/branches/nothing", 404),
    Step("GET", f"{HOME}/branches/main/protection", 200, token=OWNER),
    Step("GET", f"{HOME}/branches/work/protection", 404, token=OWNER),
    Step("GET", f"{HOME}/rules/branches/queued"),
    Step("GET", f"{HOME}/rules/branches/guarded"),
    Step("GET", f"{HOME}/rulesets"),
    Step("GET", f"{HOME}/rulesets/{{ruleset}}"),
    Step("GET", f"{HOME}/rulesets/1", 404),
    Step("GET", f"{HOME}/git/ref/heads/main"),
    Step("GET", f"{HOME}/git/matching-refs/heads/"),
    Step("POST", f"{HOME}/git/refs", 201, {"ref": "refs/heads/new", "sha": "{main}"}),
    Step("POST", f"{HOME}/git/refs", 422, {"ref": "refs/heads/new", "sha": "{main}"}),
    Step("PATCH", f"{HOME}/git/refs/heads/new", 200, {"sha": "{work}"}),
    Step("DELETE", f"{HOME}/git/refs/heads/new", 204),
    Step("DELETE", f"{HOME}/git/refs/heads/new", 422),
    Step("GET", f"{HOME}/contents/README.md"),
    Step("GET", f"{HOME}/contents/docs"),
    Step("GET", f"{HOME}/contents/.github/CODEOWNERS"),
    Step("GET", f"{HOME}/contents/nothing", 404),
    Step("GET", f"{HOME}/commits"),
    Step("GET", f"{HOME}/commits/main"),
    Step("GET", f"{HOME}/labels"),
    Step("POST", f"{HOME}/labels", 201, {"name": "overnight: blocked", "color": "d93f0b"}),
    Step("POST", f"{HOME}/labels", 422, {"name": "Overnight: Blocked", "color": "d93f0b"}),
    Step("GET", f"{HOME}/labels/overnight%3A%20blocked"),
    Step("PATCH", f"{HOME}/labels/overnight%3A%20blocked", 200, {"new_name": "overnight: failed"}),
    Step("DELETE", f"{HOME}/labels/overnight%3A%20failed", 204),
    Step("GET", f"{HOME}/milestones"),
    Step("POST", f"{HOME}/milestones", 201, {"title": "Spring", "due_on": "2026-04-01T00:00:00Z"}),
    Step("GET", f"{HOME}/milestones/1"),
    Step("PATCH", f"{HOME}/milestones/1", 200, {"description": "Before the guests come"}),
    Step("GET", f"{HOME}/issues?state=all&per_page=2"),
    Step("POST", f"{HOME}/issues", 201, {"title": "Tracking", "body": "See #1", "labels": ["bug"]}),
    Step("POST", f"{HOME}/issues", 422, {"title": ""}),
    Step("POST", "/repos/acme/attic/issues", 403, {"title": "x"}),
    Step("GET", _issue()),
    Step("GET", f"{HOME}/issues/3", 410),
    Step("GET", f"{HOME}/issues/99", 404),
    Step("PUT", _issue("/lock"), 204, {"lock_reason": "resolved"}),
    Step("GET", _issue()),
    Step("POST", _issue("/comments"), 403, {"body": "Late"}, APP),
    Step("DELETE", _issue("/lock"), 204),
    Step("GET", f"{HOME}/issues/{{moved}}", 301),
    Step("POST", f"{HOME}/issues/{{moved}}/comments", 410, {"body": "Where?"}),
    Step("PATCH", _issue(), 200, {"title": "First!", "milestone": 1}),
    Step("PATCH", f"{HOME}/issues/2", 200, {"state": "closed", "state_reason": "not_planned"}),
    Step("PATCH", f"{HOME}/issues/2", 200, {"state": "open"}),
    Step("GET", _issue("/labels")),
    Step("POST", _issue("/labels"), 200, {"labels": ["overnight: ok"]}),
    Step("DELETE", _issue("/labels/overnight%3A%20ok")),
    Step("DELETE", _issue("/labels/overnight%3A%20ok"), 404),
    Step("PUT", _issue("/labels"), 200, {"labels": ["bug"]}),
    Step("DELETE", _issue("/labels"), 204),
    Step("GET", _issue("/comments")),
    Step("POST", _issue("/comments"), 201, {"body": "A report"}),
    Step("POST", _issue("/comments"), 422, {"body": " "}),
    Step("POST", _issue("/comments"), 422, {"body": "x" * 65_537}),
    Step("GET", f"{HOME}/issues/comments"),
    Step("GET", f"{HOME}/issues/comments/{{comment}}"),
    Step("PATCH", f"{HOME}/issues/comments/{{comment}}", 200, {"body": "Another"}),
    Step("DELETE", f"{HOME}/issues/comments/{{comment}}", 204),
    Step("GET", _issue("/dependencies/blocked_by")),
    Step("POST", _issue("/dependencies/blocked_by"), 201, {"issue_id": "{second}"}),
    Step("GET", f"{HOME}/issues/2/dependencies/blocking"),
    Step("DELETE", _issue("/dependencies/blocked_by/{second}")),
    Step("GET", _issue("/sub_issues")),
    Step("POST", _issue("/sub_issues"), 201, {"sub_issue_id": "{second}"}),
    Step("GET", f"{HOME}/issues/2/parent"),
    Step("DELETE", _issue("/sub_issue"), 200, {"sub_issue_id": "{second}"}),
    Step("GET", f"{HOME}/pulls?state=all&head=acme:work"),
    Step("POST", f"{HOME}/pulls", 201, {"title": "More", "head": "more", "base": "main", "body": "Fixes #2"}),
    Step("POST", f"{HOME}/pulls", 422, {"title": "More", "head": "more", "base": "main"}),
    Step("GET", _pull()),
    Step("PATCH", _pull(), 200, {"body": "Closes #1"}),
    Step("GET", _pull("/files")),
    Step("GET", _pull("/commits")),
    Step("GET", _pull("/merge"), 404),
    Step("POST", _pull("/requested_reviewers"), 201, {"reviewers": ["ann"], "team_reviewers": ["cooks"]}),
    Step("DELETE", _pull("/requested_reviewers"), 200, {"reviewers": ["ann"]}),
    Step("POST", _pull("/reviews"), 200, {"event": "COMMENT", "body": "Hm"}),
    Step("GET", _pull("/reviews")),
    Step("POST", _pull("/reviews"), 200, {"event": "REQUEST_CHANGES", "body": "No"}, OWNER),
    Step("PUT", _pull("/reviews/{review}/dismissals"), 200, {"message": "Settled", "event": "DISMISS"}),
    Step("PUT", _pull("/reviews/{review}/dismissals"), 422, {"message": "Settled"}),
    Step("PUT", _pull("/update-branch", 6), 422, {"expected_head_sha": "{main}"}),
    Step("PUT", _pull("/update-branch", 6), 202, {}),
    Step("POST", _pull("/comments"), 201,
         {"body": "Why?", "path": "a.txt", "line": 1, "side": "RIGHT", "commit_id": "{work}"}),
    Step("GET", _pull("/comments")),
    Step("POST", _pull("/comments/{note}/replies"), 201, {"body": "Because"}),
    Step("PUT", _pull("/merge"), 405, {"merge_method": "merge"}),
    Step("PUT", _pull("/merge"), 409, {"merge_method": "merge", "sha": "{main}"}),
    Step("POST", f"{HOME}/statuses/{{work}}", 201, {"state": "success", "context": "ci"}),
    Step("GET", f"{HOME}/commits/{{work}}/status"),
    Step("GET", f"{HOME}/commits/{{work}}/statuses"),
    Step("POST", f"{HOME}/check-runs", 201,
         {"name": "tests", "head_sha": "{work}", "status": "in_progress"}, APP),
    Step("GET", f"{HOME}/commits/{{work}}/check-runs"),
    Step("PATCH", f"{HOME}/check-runs/{{run}}", 200,
         {"status": "completed", "conclusion": "success", "output": {"title": "ok", "summary": "ok"}}, APP),
    Step("PUT", _pull("/merge"), 200, {"merge_method": "squash", "sha": "{work}"}),
    Step("GET", _pull("/merge"), 204),
    Step("GET", _pull()),
    Step("GET", _issue("/events")),
    Step("GET", _issue("/timeline")),
    Step("GET", f"{HOME}/issues/4/timeline"),
    Step("GET", f"{HOME}/issues/4/events"),
    Step("GET", f"{HOME}/issues/2/timeline"),
    Step("GET", f"{HOME}/issues/comments/{{comment}}", 404),
)  # fmt: skip


def converse(root: Path, tree: Path) -> list[Answer]:
    """Make every call against a fresh forge and return the answers in order."""
    tokens = {BOT: "bot:write", APP: "ci[bot]:write", OWNER: "acme:admin", READER: "eve:read"}
    with running_forge(root, tokens) as running:
        known = _scene(running, tree)
        answers = []
        for step in STEPS:
            path, sent = step.path.format_map(known), _filled(step.body, known)
            answer = requests.request(
                step.method, f"{running.rest_url}{path}", json=sent, allow_redirects=False, timeout=10,
                headers={"Authorization": f"Bearer {step.token}"} if step.token else {},
            )  # fmt: skip
            body = answer.json() if answer.content else None
            answers.append(Answer(path, answer.status_code, sent, body))
            _remember(known, step, body)
        return answers


def _scene(running: Any, tree: Path) -> dict[str, Any]:
    forge, home = running.forge, "acme/pantry"
    forge.create_repository("acme", "larder", tree=tree)
    forge.rename_repository("acme/larder", "pantry")
    forge.create_repository("acme", "attic", archived=True)
    forge.add_collaborator(home, "ann", "maintain")
    forge.create_issue(home, "First", "One", author="ann", labels=["bug"], issue_type="Bug")
    second = forge.create_issue(home, "Second", None, author="eve", author_association="NONE")
    forge.delete_issue(forge.create_issue(home, "Gone"))
    forge.commit(home, "queued", {"b.txt": "b\n"}, "Queue", "ann")
    forge.change_repository(home, queues=("queued",))
    main = forge.bare(home).branch("main")
    work = forge.commit(home, "work", {"a.txt": "a\n", "docs/guide.md": None}, "Work", "bot")
    forge.create_pull_request(home, "bot", title="Work", head="work", body="See #1")
    forge.commit(home, "more", {"c.txt": "c\n"}, "More", "bot")
    ruleset = forge.add_ruleset(
        home, "Guarded", branches=("guarded",), contexts=("ci",), approvals=1, linear_history=True,
        keep=True, no_force_pushes=True, resolved_threads=True, queue=QueueRules(),
    )  # fmt: skip
    moved = forge.create_issue(home, "Elsewhere")
    forge.create_repository("acme", "cellar")
    forge.transfer(moved, "acme/cellar")
    forge.commit(home, "behind", {"d.txt": "d\n"}, "Behind", "bot")
    forge.create_pull_request(home, "bot", title="Behind", head="behind")
    forge.commit(home, "main", {"e.txt": "e\n"}, "Meanwhile", "ann")
    forge.protect(home, "main", contexts=["ci"], approvals=0)
    known = {"second": second.id, "main": main, "work": work}
    return {**known, "ruleset": ruleset.id, "moved": moved.number}


def _filled(body: Any, known: dict[str, Any]) -> Any:
    if not isinstance(body, dict):
        return body
    names = {f"{{{name}}}": value for name, value in known.items()}
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in body.items()}


def _remember(known: dict[str, Any], step: Step, body: Any) -> None:
    """Keep the ids that later steps ask for."""
    for name, path in {
        "comment": _issue("/comments"),
        "note": _pull("/comments"),
        "run": f"{HOME}/check-runs",
    }.items():
        if step.method == "POST" and step.path == path and step.status == 201:
            known[name] = body["id"]
    if step.path == _pull("/reviews") and step.method == "POST":
        known["review"] = body["id"]
