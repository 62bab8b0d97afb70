"""Examine GitHub for the doctor: token, rights on each repository, requests left, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..domain.errors import OvernightError
from ..domain.issues import split_full_name
from ..domain.projects import ProjectField
from ..ports.examining import Account, Examiner
from .appraising import Check
from .projects import PERMISSION

_WIDE = ("repo",)
_PUBLIC_ONLY = "public_repo"
_SKEW_SECONDS, _WRONG_SECONDS = 10.0, 60.0
"""An App's key is refused when the clock is a minute off, and leases of other machines end early or late."""
_LOW = 0.1
"""Part of the hour's requests below which a night deserves a look first."""


def github_checks(examiner: Examiner, repositories: Sequence[str]) -> Iterator[Check]:
    """Yield the checks of the credential; what cannot be asked is a failed check, never an exception."""
    try:
        account = examiner.account()
    except OvernightError as error:
        yield Check("token scopes", False, str(error))
        return
    yield _scopes(account)
    yield from _rights(examiner, repositories)
    yield from _limits(account)
    yield _clock(account)


def _scopes(account: Account) -> Check:
    name, scopes = "token scopes", account.scopes
    if scopes is None:
        return Check(name, True, "not a classic token: its rights are tried below, repository by repository")
    told = ", ".join(scopes) or "none"
    if set(_WIDE) & set(scopes):
        return Check(name, True, f"classic token: {told}")
    if _PUBLIC_ONLY in scopes:
        return Check(name, True, f"classic token: {told}; it reaches public repositories only", caution=True)
    fix = "make one with the scope `repo`, or a fine-grained one: contents, issues, pull requests: write"
    return Check(name, False, f"classic token without the scope `repo` (it has: {told}): {fix}")


def _rights(examiner: Examiner, repositories: Sequence[str]) -> Iterator[Check]:
    for full_name in repositories:
        name = f"rights on {full_name}"
        try:
            found = examiner.access(*split_full_name(full_name))
        except OvernightError as error:
            yield Check(name, False, str(error))
            continue
        refused = [f"{one.right} ({one.detail})" for one in found if one.granted is False]
        if refused:
            fix = "give the token these permissions, and its account the role `write`"
            yield Check(name, False, f"lacking: {'; '.join(refused)}: {fix}")
            continue
        granted = ", ".join(one.right for one in found if one.granted)
        untold = ", ".join(one.right for one in found if one.granted is None)
        only = f"; {untold}: only a write can tell, `overnight init` makes the first" if untold else ""
        yield Check(name, True, f"{granted}{only}")


def _limits(account: Account) -> Iterator[Check]:
    if not account.limits:
        yield Check("rate limit", True, "this server does not limit")
    for resource, limit in account.limits.items():
        told = f"{limit.left} of {limit.limit} requests left until {limit.resets_at:%H:%M} UTC"
        if limit.left == 0:
            told += ": wait until then, or use a token that no other program uses"
        low = 0 < limit.left < limit.limit * _LOW
        yield Check(f"rate limit, {resource}", limit.left > 0, told, caution=low)


def _clock(account: Account) -> Check:
    if account.server_time is None:
        return Check("clock", True, "GitHub did not tell its time")
    off = (account.asked_at - account.server_time).total_seconds()
    told = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} GitHub's"
    if abs(off) < _SKEW_SECONDS:
        return Check("clock", True, told)
    fix = "let the system keep time (`timedatectl set-ntp true`): leases, windows and App tokens go by it"
    return Check("clock", abs(off) < _WRONG_SECONDS, f"{told}: {fix}", caution=abs(off) < _WRONG_SECONDS)


def project_checks(examiner: Examiner, fields: Sequence[ProjectField]) -> Iterator[Check]:
    """Yield whether each project that shall show our status has its field and options; cautions only."""
    for field in fields:
        name = f"project {field.place}"
        try:
            lacking = examiner.lacking_options(field)
        except OvernightError as error:
            yield Check(name, True, f"{error}. {PERMISSION}", caution=True)
            continue
        told = f"its field {field.field} has no {', '.join(lacking)}: add it, or name another one"
        yield Check(name, True, told if lacking else f"field {field.field}", caution=bool(lacking))


def pool_check(read: Callable[[], dict[str, int] | None], at_once: int) -> Check:
    """Return whether Airflow has the pools that a night's tasks name.

    :param read: returns pool → slots, None where there is no Airflow.
    """
    try:
        pools = read()
    except OvernightError as error:
        return Check("pools", False, str(error))
    if pools is None:
        return Check("pools", True, "not looked at: no Airflow here (AIRFLOW_HOME is not set)")
    missing = [name for name in (BUILDS, ISSUES) if name not in pools]
    if missing:
        return Check("pools", False, f"missing: {', '.join(missing)}: `overnight settings apply` makes them")
    told = f"{BUILDS}: {pools[BUILDS]} slots, {ISSUES}: {pools[ISSUES]}"
    if pools[BUILDS] != at_once:
        return Check("pools", True, f"{told}; {at_once} escalations at once are allowed", caution=True)
    return Check("pools", True, told)


BUILDS, ISSUES = "overnight_builds", "overnight_issues"
"""The pools of a night's tasks, as its DAG names them."""
