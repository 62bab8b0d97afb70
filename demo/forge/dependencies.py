"""Issue dependencies and sub-issues, with the limits GitHub sets."""

from .errors import Refusal, invalid, not_found
from .issues import record, touch
from .records import Dependency, Issue, SubIssue
from .world import World

MOST = 100
"""Sub-issues a parent may have, closed ones included."""


def blockers(world: World, issue: Issue) -> list[Issue]:
    """Return the issues this one waits for."""
    return _living(world, [edge.blocking for edge in world.store.dependencies.where("blocked", issue.id)])


def blocked(world: World, issue: Issue) -> list[Issue]:
    """Return the issues that wait for this one."""
    return _living(world, [edge.blocked for edge in world.store.dependencies.where("blocking", issue.id)])


def children(world: World, issue: Issue) -> list[Issue]:
    """Return the sub-issues in their order."""
    edges = sorted(world.store.sub_issues.where("parent", issue.id), key=lambda edge: edge.position)
    return _living(world, [edge.child for edge in edges])


def parent(world: World, issue: Issue) -> Issue | None:
    edge = world.store.sub_issues.get(issue.id)
    return world.issue_by_id(edge.parent) if edge else None


def _living(world: World, identifiers: list[int]) -> list[Issue]:
    found = (world.issue_by_id(identifier) for identifier in identifiers)
    return [issue for issue in found if issue is not None]


def block(world: World, issue: Issue, blocking: int, actor: str) -> Issue:
    """Make an issue wait for another, named by its database id; return the other."""
    other = _other(world, blocking)
    if other.id == issue.id:
        raise invalid("IssueDependency", "issue_id", "invalid", "An issue may not depend on itself")
    if (issue.id, other.id) in world.store.dependencies:
        raise invalid("IssueDependency", "issue_id", "already_exists", "Target issue has already been taken")
    world.store.dependencies.put(Dependency(issue.id, other.id))
    record(world, issue, "blocked_by_added", actor, blocking=other.id)
    touch(world, issue)
    return other


def unblock(world: World, issue: Issue, blocking: int, actor: str) -> Issue:
    """Take a dependency away; return the issue that was waited for."""
    other = _other(world, blocking)
    if (issue.id, blocking) not in world.store.dependencies:
        raise not_found()
    world.store.dependencies.remove((issue.id, blocking))
    record(world, issue, "blocked_by_removed", actor, blocking=other.id)
    touch(world, issue)
    return other


def adopt(world: World, issue: Issue, child: int, actor: str, *, replace_parent: bool = False) -> Issue:
    """Make an issue a sub-issue of another."""
    other = _other(world, child)
    edge = world.store.sub_issues.get(child)
    if edge is not None and not replace_parent:
        raise Refusal(
            422, "Validation Failed: Issue may not contain duplicate sub-issues or have two parents"
        )
    if other.id == issue.id or other.id in _ancestors(world, issue):
        raise Refusal(422, "Validation Failed: Issue may not be its own ancestor")
    position = world.store.sub_issues.count("parent", issue.id)
    if position >= MOST:
        raise Refusal(422, f"Validation Failed: Parent cannot have more than {MOST} sub-issues")
    if edge is not None:
        world.store.sub_issues.remove(child)
    world.store.sub_issues.put(SubIssue(issue.id, child, position))
    record(world, issue, "sub_issue_added", actor, sub_issue=child)
    record(world, other, "parent_issue_added", actor, parent=issue.id)
    return issue


def disown(world: World, issue: Issue, child: int, actor: str) -> Issue:
    """Part a sub-issue from its parent."""
    edge = world.store.sub_issues.get(child)
    if edge is None or edge.parent != issue.id:
        raise not_found()
    world.store.sub_issues.remove(child)
    record(world, issue, "sub_issue_removed", actor, sub_issue=child)
    return issue


def _ancestors(world: World, issue: Issue) -> set[int]:
    found: set[int] = set()
    edge = world.store.sub_issues.get(issue.id)
    while edge is not None and edge.parent not in found:
        found.add(edge.parent)
        edge = world.store.sub_issues.get(edge.parent)
    return found


def _other(world: World, identifier: int) -> Issue:
    found = world.issue_by_id(identifier)
    if found is None:
        raise not_found()
    return found
