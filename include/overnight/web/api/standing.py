"""`/health` and `/desktop`: whether everything is there, and how checkouts stand."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from fastapi import Request
from fastapi.responses import JSONResponse

from ...assembly import Overnight
from ...domain.errors import OvernightError, SettingsError
from ...domain.events import Event, EventType
from ...services.appraising import usable_tiers
from ...services.desktop_reports import take_report
from ...services.watching import builders, desktop_standings
from ..guarding import Operator, Right, Viewer, check
from ..house import House
from ..shapes.reports import DesktopReportDocument, DesktopReportWish
from ..shapes.standing import BuilderDocument, DesktopDocument, DesktopsDocument, HealthDocument, HealthPart
from .reaching import Desk, HouseOf, View, router

routes = router("health")


@routes.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, person: Viewer) -> JSONResponse:
    """Return the description of this API."""
    document = dict(request.app.openapi())
    document["servers"] = [{"url": request.scope.get("root_path", "") or "/"}]
    return JSONResponse(document)


@routes.get("/health")
def health(house: HouseOf, person: Viewer) -> HealthDocument:
    """Say whether settings and ledger answer and a model can be used; it is 200 either way."""
    parts = [_part(name, look, house) for name, look in _LOOKS]
    return HealthDocument(ok=all(part.ok for part in parts), version=_version(), parts=parts)


@routes.get("/desktop")
def desktops(desk: Desk, sight: View) -> DesktopsDocument:
    """Return what every desktop said last, and which builder builds."""
    found = [
        DesktopDocument.model_validate(one) for one in desktop_standings(desk) if sight.named(one.full_name)
    ]
    standings = builders(desk, desk.settings.values.switching.rules())
    return DesktopsDocument(
        desktops=found, builders=[BuilderDocument.model_validate(one) for one in standings]
    )


@routes.post("/desktop", status_code=201)
def report(wish: DesktopReportWish, person: Operator, desk: Desk) -> DesktopReportDocument:
    """Take what a machine found in its checkout; the same report sent again is taken once."""
    name = desk.settings.repository(wish.full_name).name
    check(person, Right.OPERATE, name)
    told = {**wish.metadata, "desktop": wish.desktop, "full_name": name, "reported_by": person.name}
    event = Event(EventType(wish.type), wish.description, wish.severity, metadata=told)
    return DesktopReportDocument(event=take_report(desk, event, wish.id).id)


def _part(name: str, look: Callable[[House], str], house: House) -> HealthPart:
    try:
        return HealthPart(name=name, ok=True, detail=look(house))
    except OvernightError as error:
        return HealthPart(name=name, ok=False, detail=str(error))


def _settings(house: House) -> str:
    desk: Overnight = house.desks()
    return f"{len(desk.settings.values.repositories)} repositories configured"


def _ledger(house: House) -> str:
    desk = house.desks()
    desk.ledger.nights(limit=1)
    return "answers"


def _models(house: House) -> str:
    try:
        return usable_tiers(house.desks())
    except ValueError as error:
        raise SettingsError(str(error)) from error


_LOOKS: tuple[tuple[str, Callable[[House], str]], ...] = (
    ("settings", _settings),
    ("ledger", _ledger),
    ("models", _models),
)


def _version() -> str:
    try:
        return version("overnight")
    except PackageNotFoundError:
        return "source"
