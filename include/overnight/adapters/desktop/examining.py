"""The health of a checkout: is it there, is it usable, is its remote, its disk, its clock."""

from __future__ import annotations

import shlex
import shutil
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from ...domain.checkouts import Checkout
from ...domain.desktops import Finding
from ...domain.drift import CheckoutState
from ...domain.refusals import listed
from .places import Place

LEAST_FREE_BYTES = 2 * 1024**3
MOST_SKEW = timedelta(minutes=5)
_SECONDS = 5.0
_NO_PLACE = "clone it there, or name its folder: `path` of [[desktops]] in overnight.toml, or LOCAL_…_PATH"


def examine(
    place: Place | None, checkout: Checkout, state: CheckoutState, now: datetime
) -> tuple[Finding, ...]:
    """Return what is found; without a place only why there is none."""
    name = checkout.name
    if place is None:
        return (Finding(f"{name} checkout", False, state.problem, fix=_NO_PLACE),)
    git = f"git -C {shlex.quote(str(place.path))}"
    busy = (*state.operations, *state.locks, *(("conflicts",) if state.unmerged else ()))
    dirty = f"uncommitted changes in {listed(state.dirty)}" if state.dirty else "clean"
    return (
        Finding(
            f"{name} checkout",
            not state.problem,
            state.problem or str(place.path),
            fix=f"`{git} remote -v` shows them; mend them, or `remote` and `repository` in overnight.toml",
        ),
        Finding(
            f"{name} remote",
            not state.unreachable,
            state.unreachable or state.url,
            fix=f"`{git} fetch {shlex.quote(checkout.remote)}` must work here without a question",
        ),
        Finding(
            f"{name} branch",
            state.branch == state.expected or not state.expected,
            f"on {state.branch or 'no branch'}" + (f", not on {state.expected}" if state.expected else ""),
            blocks=False,
            fix=f"`{git} switch {shlex.quote(state.expected)}`",
        ),
        Finding(
            f"{name} work tree",
            not state.dirty,
            dirty,
            blocks=False,
            fix=f"commit them, or `{git} stash`",
        ),
        Finding(
            f"{name} at rest",
            not busy,
            f"under way: {', '.join(busy)}" if busy else "yes",
            blocks=False,
            fix=f"finish or abort it: `{git} status` says how; a lock that no git holds is removed by hand",
        ),
        _disk(name, place.path),
        _clock(place, state, now),
    )


def _disk(name: str, path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    detail = f"{free / 1024**3:.1f} GiB free"
    enough = free >= LEAST_FREE_BYTES
    return Finding(
        f"{name} disk",
        enough,
        detail if enough else f"{detail}: {LEAST_FREE_BYTES // 1024**3} are needed",
        fix="remove what is not needed any more",
    )


def _clock(place: Place, state: CheckoutState, now: datetime) -> Finding:
    skew = _skew(place, state, now)
    name = f"{state.checkout.name} clock"
    if skew is None:
        return Finding(name, True, "nothing to compare it with")
    seconds = skew.total_seconds()
    passed = abs(skew) <= MOST_SKEW
    told = f"{abs(seconds):.0f} seconds {'behind' if seconds > 0 else 'ahead of'} the remote's"
    fix = "set this machine's clock: `timedatectl set-ntp true`"
    return Finding(name, passed, told if not passed else "agrees with the remote's", fix=fix)


def _skew(place: Place, state: CheckoutState, now: datetime) -> timedelta | None:
    """Return the remote's time minus ours: by its Date header, else by a commit that lies in our future."""
    server = _server_time(state.url)
    if server is not None:
        return server - now
    if not state.remote_sha:
        return None
    text = place.git.attempt("log", "-1", "--format=%ct", state.remote_sha, "--").text
    if not text.isdigit():
        return None
    return max(timedelta(0), datetime.fromtimestamp(int(text), UTC) - now)


def _server_time(url: str) -> datetime | None:
    """Ask the remote's host for its time, without any credential; whatever status it answers has a date."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(f"{parts.scheme}://{host}/", method="HEAD")  # noqa: S310  checked above
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            date = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        with error:
            date = error.headers.get("Date")
    except (OSError, HTTPException):
        return None
    try:
        return parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
