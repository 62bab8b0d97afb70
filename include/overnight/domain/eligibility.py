"""Whether an issue may be worked on at all: what people say in it will be read by a model that acts."""

from __future__ import annotations

from .issues import Issue
from .milestones import aware
from .plans import Exclusion, PlanFacts, PlanRules

TRUSTED_PERMISSIONS = frozenset({"admin", "maintain", "write"})


def why_excluded(issue: Issue, rules: PlanRules, facts: PlanFacts) -> Exclusion | None:
    """Return why an issue is not to be worked on, None when it is eligible."""
    if issue.state.lower() != "open":
        return _exclusion(issue, "ineligible", f"it is {issue.state.lower()}")
    if _has_label(issue, rules.own_label):
        return _exclusion(issue, "ineligible", f"Overnight's own (label `{rules.own_label}`)")
    if _has_label(issue, rules.skip_label):
        return _exclusion(issue, "skip_label", f"label `{rules.skip_label}`")
    if distrust := why_untrusted(issue, rules):
        return _exclusion(issue, "untrusted", distrust)
    revised = {one.pull_request for one in facts.revisions if one.issue == issue.number}
    for pull in sorted(issue.pull_requests, key=lambda pull: pull.number):
        if pull.is_open and pull.number not in revised:
            by = f" by {pull.author}" if pull.author else ""
            return _exclusion(
                issue, "has_pull_request", f"open pull request #{pull.number}{by} would close it"
            )
    if issue.number in facts.handled and issue.number not in rules.only:
        return _exclusion(issue, "handled", facts.handled[issue.number])
    return None


def why_untrusted(issue: Issue, rules: PlanRules) -> str:
    """Return why an issue's text is not to be trusted, "" when it is.

    Trust comes from the author's association, or from the permission of whoever set the ok label; an edit by
    somebody without that permission after the label was set revokes it.
    """
    if issue.author_association.upper() in {name.strip().upper() for name in rules.trusted_associations}:
        return ""
    if not _has_label(issue, rules.ok_label):
        return (
            f"its author {issue.author or 'nobody known'} is {issue.author_association or 'NONE'} to this "
            f"repository; a maintainer may set the label `{rules.ok_label}`"
        )
    return _why_label_fails(issue, rules.ok_label)


def _why_label_fails(issue: Issue, label: str) -> str:
    vetting = issue.vetting
    if vetting is None:
        return f"label `{label}` is there, but GitHub does not say who set it; a maintainer must set it again"
    if vetting.permission.lower() not in TRUSTED_PERMISSIONS:
        return (
            f"label `{label}` was set by {vetting.actor}, who has permission {vetting.permission or 'none'}; "
            "it takes write, maintain or admin"
        )
    if _edited_by_outsider_since(issue):
        return (
            f"edited by {issue.editor or 'somebody unknown'} after {vetting.actor} set the label `{label}`; "
            "a maintainer must look again"
        )
    return ""


def _edited_by_outsider_since(issue: Issue) -> bool:
    if issue.edited_at is None or issue.vetting is None:
        return False
    if issue.editor_permission.lower() in TRUSTED_PERMISSIONS:
        return False
    return aware(issue.edited_at) > aware(issue.vetting.at)


def _has_label(issue: Issue, label: str) -> bool:
    return label.strip().lower() in issue.label_names


def _exclusion(issue: Issue, kind: str, reason: str) -> Exclusion:
    return Exclusion(issue.number, issue.title, reason, kind)
