"""`overnight quota`: escalations used and left, the throttle, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import typer

from ..assembly import Overnight
from ..documents import to_document
from ..domain.approvals import OVERRIDE, Approval
from ..domain.orders import QuotaCap
from ..ports import QuotaUse
from ..settings.orders import guaranteed, quota_cap
from .approve import MOMENTS, WhoOption, WhyOption, end_of, give, in_utc
from .console import JsonOption, RepositoryOption, print_json, say, speaking
from .desk import chosen_repository, desk, names_by_id, node_id
from .tables import row, show, table

app = typer.Typer(help="Escalations used and left.")
SUBJECT = f"{OVERRIDE}:quota"
_EVERYBODY = "organization"


@dataclass(frozen=True, slots=True)
class _Scope:
    """One row: escalations used, the limits (None: no cap of its own) and what is left."""

    name: str
    used: QuotaUse
    limit: QuotaCap | None
    left: QuotaUse | None
    part: QuotaCap | None = None
    """What is kept for it while its night runs."""


@app.callback(invoke_without_command=True)
def command(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show escalations used and left, the throttle, and what waits for a person's word."""
    if context.invoked_subcommand:
        return
    with speaking():
        house = desk()
        told = _told(house)
        if as_json:
            print_json(told)
        else:
            _show(told)


@app.command("override")
def override_command(
    who: WhoOption,
    why: WhyOption,
    until: Annotated[datetime, typer.Option(formats=MOMENTS, help="Moment in UTC at which it ends.")],
    repository: RepositoryOption = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="For the whole organization, not one repository.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Lift the daily and hourly limits until a moment; slots at once and dollars stay limited."""
    with speaking():
        house = desk()
        place = "" if everywhere else node_id(house, chosen_repository(house, repository))
        given = give(house, Approval(SUBJECT, who, why, repository=place, until=in_utc(until)))
        if as_json:
            print_json(to_document(given))
        else:
            say(f"Daily and hourly limits do not bind{end_of(given)}; every escalation names {who}'s word.")


def _told(house: Overnight) -> dict[str, Any]:
    names = names_by_id(house)
    return {
        "scopes": [asdict(scope) for scope in _scopes(house, names)],
        "throttle": list(house.quota.throttled()),
        "overrides": [
            _named(to_document(word), names) for place in ("", *names) for word in _overrides(house, place)
        ],
        "queue": [_named(entry, names) for entry in house.approvals.queue()],
    }


def _scopes(house: Overnight, names: Mapping[str, str]) -> Iterator[_Scope]:
    """Yield the organization, then each repository that a night was about or that has a cap."""
    shared = house.settings.values.quota
    yield _scope(_EVERYBODY, house.quota.use(), QuotaCap(shared.daily, shared.hourly, shared.concurrent))
    caps = {one.name.lower(): quota_cap(house.settings, one) for one in house.settings.values.repositories}
    for place, name in sorted(names.items(), key=lambda item: item[1]):
        scope = _scope(name, house.quota.use(place), caps.pop(name.lower(), None))
        yield replace(scope, part=guaranteed(house.settings, name))
    for one in house.settings.values.repositories:
        if one.name.lower() in caps:  # no night yet, so nothing is used
            scope = _scope(one.name, QuotaUse(0, 0, 0), caps[one.name.lower()])
            yield replace(scope, part=guaranteed(house.settings, one.name))


def _scope(name: str, used: QuotaUse, limit: QuotaCap | None) -> _Scope:
    if limit is None:
        return _Scope(name, used, None, None)
    left = QuotaUse(
        max(0, limit.daily - used.daily),
        max(0, limit.hourly - used.hourly),
        max(0, limit.concurrent - used.concurrent),
    )
    return _Scope(name, used, limit, left)


def _overrides(house: Overnight, place: str) -> tuple[Approval, ...]:
    words = house.approvals.in_force(place)
    return tuple(
        word for word in words if word.subject == SUBJECT and word.granted and word.repository == place
    )


def _named(entry: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    place = entry["repository"]
    return {**entry, "repository": names.get(place, place) or _EVERYBODY}


def _show(told: dict[str, Any]) -> None:
    made = table("Escalations", "today (UTC)", "this hour", "at once", "for")
    for scope in told["scopes"]:
        row(made, *(_of(scope, kind) for kind in ("daily", "hourly", "concurrent")), scope["name"])
    show(made)
    throttle = "; ".join(told["throttle"])
    say(
        f"Throttle open: {throttle}. Escalations that need agreement are refused."
        if throttle
        else "Throttle closed."
    )
    for word in told["overrides"]:
        say(f"Limits lifted for {word['repository']} until {word['until']} by {word['who']}: {word['why']}")
    _show_queue(told["queue"])


def _of(scope: Mapping[str, Any], kind: str) -> str:
    used, limit = scope["used"][kind], scope["limit"]
    part = f" ({scope['part'][kind]} its own)" if scope["part"] else ""
    return (f"{used} of {limit[kind]}" if limit else str(used)) + part


def _show_queue(queue: list[dict[str, Any]]) -> None:
    made = table("Waiting for a person", "kind", "issue", "subject, repository, why")
    for entry in queue:
        about = f"{entry['subject']}, {entry['repository']}"
        row(made, entry["kind"], f"#{entry['issue']}", about, details=(str(entry.get("why") or ""),))
    show(made)
    if queue:
        say("Answer with `overnight approve ISSUE --subject SUBJECT --who NAME --why REASON`.")
    else:
        say("Nothing waits for a person.")
