"""Repositories, who may do what in them, branches, refs, contents and commits."""

from dataclasses import replace

from ..bare import BareRepository
from ..errors import Refusal, invalid, not_found
from ..merging import settle
from ..rules import demands
from ..shapes.accounts import simple_user
from ..shapes.repositories import (
    branch_shape,
    commit_shape,
    content_shape,
    protection_shape,
    ref_shape,
    repository_shape,
    short_branch,
)
from .call import Call, Reply, Route

_SETTINGS = {
    "archived", "description", "allow_merge_commit", "allow_squash_merge", "allow_rebase_merge",
    "allow_auto_merge", "delete_branch_on_merge",
}  # fmt: skip
_ROLES = {"maintain": "write", "triage": "read"}
"""Roles that the older field `permission` does not know."""


def get_repository(call: Call) -> Reply:
    return Reply(repository_shape(call.world, call.repository, call.login))


def edit_repository(call: Call) -> Reply:
    fields = {name: value for name, value in call.body.items() if name in _SETTINGS}
    call.world.named(replace(call.repository, **fields, updated_at=call.world.now()))
    return get_repository(call)


def get_permission(call: Call) -> Reply:
    user = call.world.store.users.get(call.params["login"].lower())
    if user is None:
        raise Refusal(404, f"{call.params['login']} is not a user")
    level = call.world.permission_of(call.repository, user.login)
    shape = {**simple_user(call.world, user.login), "role_name": level}
    return Reply({"permission": _ROLES.get(level, level), "role_name": level, "user": shape})


def is_collaborator(call: Call) -> Reply:
    if call.world.association_of(call.repository, call.params["login"]) == "NONE":
        raise not_found()
    return Reply(status=204)


def list_branches(call: Call) -> Reply:
    refs = _git(call).refs("refs/heads/")
    rows = [(ref.removeprefix("refs/heads/"), sha) for ref, sha in refs.items()]
    return call.page(rows, lambda row: short_branch(call.world, call.repository, *row))


def get_branch(call: Call) -> Reply:
    name = call.params["branch"]
    sha = _git(call).branch(name)
    if sha is None:
        raise Refusal(404, "Branch not found")
    (commit,) = _git(call).commits(sha, limit=1)
    return Reply(branch_shape(call.world, call.repository, name, commit))


def get_protection(call: Call) -> Reply:
    name = call.params["branch"]
    if _git(call).branch(name) is None:
        raise Refusal(404, "Branch not found")
    protection = call.repository.protections.get(name)
    if protection is None:
        raise Refusal(404, "Branch not protected")
    return Reply(protection_shape(call.world, call.repository, name, protection))


def get_ref(call: Call) -> Reply:
    ref = f"refs/{call.params['ref']}"
    sha = _git(call).refs(ref).get(ref)
    if sha is None:
        raise not_found()
    return Reply(ref_shape(call.world, call.repository, ref, sha))


def matching_refs(call: Call) -> Reply:
    prefix = f"refs/{call.params['ref']}"
    rows = [row for row in _git(call).refs().items() if row[0].startswith(prefix)]
    return call.page(rows, lambda row: ref_shape(call.world, call.repository, *row))


def create_ref(call: Call) -> Reply:
    ref, sha = call.text("ref", "Reference"), call.text("sha", "Reference")
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise Refusal(422, "Reference name must start with 'refs/' and have at least two slashes.")
    if _git(call).refs(ref):
        raise Refusal(422, "Reference already exists")
    if _git(call).resolve(sha) is None:
        raise Refusal(422, "Object does not exist")
    _git(call).update_ref(ref, sha)
    return Reply(ref_shape(call.world, call.repository, ref, sha), 201)


def update_ref(call: Call) -> Reply:
    ref, sha = f"refs/{call.params['ref']}", call.text("sha", "Reference")
    old = _git(call).refs(ref).get(ref)
    if old is None or _git(call).resolve(sha) is None:
        raise Refusal(422, "Reference does not exist" if old is None else "Object does not exist")
    _refuse_protected(call, ref)
    if not call.body.get("force") and not _git(call).contains(sha, old):
        raise Refusal(422, "Update is not a fast forward")
    _git(call).update_ref(ref, sha)
    settle(call.world, call.repository, call.actor)
    return Reply(ref_shape(call.world, call.repository, ref, sha))


def delete_ref(call: Call) -> Reply:
    ref = f"refs/{call.params['ref']}"
    if ref not in _git(call).refs(ref):
        raise Refusal(422, "Reference does not exist")
    _refuse_protected(call, ref)
    _git(call).delete_ref(ref)
    settle(call.world, call.repository, call.actor)
    return Reply(status=204)


def _refuse_protected(call: Call, ref: str) -> None:
    name = ref.removeprefix("refs/heads/")
    asked = demands(call.repository, name)
    if asked.pull_requests or asked.keep or name == call.repository.default_branch:
        raise Refusal(422, f"Cannot change the protected branch {name} directly")


def get_contents(call: Call) -> Reply:
    ref, path = call.query.get("ref", call.repository.default_branch), call.params.get("path", "").strip("/")
    sha = _git(call).resolve(ref)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    found = _git(call).show(sha, path)
    if found is None:
        raise not_found()
    kind, blob = found
    if kind == "blob":
        return Reply(content_shape(call.world, call.repository, ref, path, kind, blob, _git(call).blob(blob)))
    return Reply(
        [
            content_shape(
                call.world, call.repository, ref, f"{path}/{name}".lstrip("/"), child_kind, child, None
            )
            for child_kind, child, name in _git(call).children(blob)
        ]
    )


def list_commits(call: Call) -> Reply:
    sha = _git(call).resolve(call.query.get("sha", call.repository.default_branch))
    if sha is None:
        raise not_found()
    return call.page(
        _git(call).commits(sha), lambda commit: commit_shape(call.world, call.repository, commit)
    )


def get_commit(call: Call) -> Reply:
    sha = _git(call).resolve(call.params["ref"])
    if sha is None:
        raise invalid("Commit", "sha", "invalid", f"No commit found for SHA: {call.params['ref']}")
    (commit,) = _git(call).commits(sha, limit=1)
    return Reply(commit_shape(call.world, call.repository, commit))


def _git(call: Call) -> BareRepository:
    return call.world.git(call.repository.id)


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", _REPO, get_repository),
    Route("PATCH", _REPO, edit_repository, "admin"),
    Route("GET", f"{_REPO}/collaborators/{{login}}/permission", get_permission),
    Route("GET", f"{_REPO}/collaborators/{{login}}", is_collaborator, "write"),
    Route("GET", f"{_REPO}/branches", list_branches),
    Route("GET", f"{_REPO}/branches/{{branch*}}/protection", get_protection, "admin"),
    Route("GET", f"{_REPO}/branches/{{branch*}}", get_branch),
    Route("GET", f"{_REPO}/git/ref/{{ref*}}", get_ref),
    Route("GET", f"{_REPO}/git/matching-refs/{{ref*}}", matching_refs),
    Route("POST", f"{_REPO}/git/refs", create_ref, "write"),
    Route("PATCH", f"{_REPO}/git/refs/{{ref*}}", update_ref, "write"),
    Route("DELETE", f"{_REPO}/git/refs/{{ref*}}", delete_ref, "write"),
    Route("GET", f"{_REPO}/contents", get_contents),
    Route("GET", f"{_REPO}/contents/", get_contents),
    Route("GET", f"{_REPO}/contents/{{path*}}", get_contents),
    Route("GET", f"{_REPO}/commits", list_commits),
    Route("GET", f"{_REPO}/commits/{{ref}}", get_commit),
)
