"""Turn a template into a page: escaped, with a strict content security policy, and no inline script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...assembly import Overnight
from ..forging import form_token
from ..guarding import Person, Right, needs
from ..house import House, desk_of, house_of
from ..sights import Sight
from .formatting import FILTERS

_HERE = Path(__file__).parents[1]
STATIC = _HERE / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NAVIGATION = (
    ("", "Tonight"),
    ("nights", "Nights"),
    ("approvals", "Approvals"),
    ("pulls", "Pull requests"),
    ("costs", "Costs"),
    ("quality", "Quality"),
    ("priorities", "Priorities"),
    ("desktop", "Desktop"),
    ("events", "Events"),
)
DONE = {
    "started": "The night is on its way.",
    "running": "A night is running already; this is it.",
    "stopped": "The night is stopping: no new attempt starts.",
    "allowed": "Allowed. Later nights heed it.",
    "refused": "Refused. Nobody is asked again.",
    "retried": "The issue is taken up again; its events follow below.",
    "retired": "The lesson is retired.",
    "taught": "The lesson is taught.",
    "priority": "The priority is set, for plans to come and for what a running night has not begun.",
}
"""What may be said after a form: only words of ours, so no address can put others on a page."""


@dataclass(frozen=True)
class Visit:
    """One request for a page: who asks, what they see, and how the answer is rendered."""

    request: Request
    house: House
    desk: Overnight
    person: Person
    sight: Sight

    @property
    def base(self) -> str:
        """The address that all our pages begin with."""
        return str(self.request.scope.get("root_path", ""))

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """Return a page."""
        return HTMLResponse(render(template, {**self._frame(), **context}), status, headers=HEADERS)

    def url(self, path: str, **query: Any) -> str:
        """Return an address of ours; what is empty in the query is left out."""
        return address(self.base, path, **query)

    def _frame(self) -> dict[str, Any]:
        return {
            "base": self.base,
            "url": self.url,
            "person": self.person.name,
            "operates": self.person.may(Right.OPERATE, ""),
            "may": lambda right, name: self.person.may(Right(right), name),
            "token": form_token(self.person.name, self.house.guard.secret),
            "here": self.request.url.path,
            "done": DONE.get(self.request.query_params.get("done", ""), ""),
            "repositories": self.sight.names(),
        }


def _visit(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    desk: Annotated[Overnight, Depends(desk_of)],
    person: Annotated[Person, Depends(needs(Right.VIEW))],
) -> Visit:
    return Visit(request, house, desk, person, Sight(desk, person))


def _operated(
    visit: Annotated[Visit, Depends(_visit)], _: Annotated[Person, Depends(needs(Right.OPERATE))]
) -> Visit:
    return visit


Look = Annotated[Visit, Depends(_visit)]
"""A page that viewers see."""
Act = Annotated[Visit, Depends(_operated)]
"""A form that operators send."""


def address(base: str, path: str, **query: Any) -> str:
    """Return an address below a base; what is empty in the query is left out."""
    kept = [(name, value) for name, value in query.items() if value not in (None, "", (), [])]
    return f"{base}/{path.lstrip('/')}" + (f"?{urlencode(kept, doseq=True)}" if kept else "")


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a template as HTML."""
    return _environment().get_template(template).render(context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(navigation=NAVIGATION, version=_version(), now=lambda: datetime.now(UTC))
    return made


@lru_cache(maxsize=1)
def _version() -> str:
    """Return what changes when a static file does, so that browsers may keep them for long."""
    content = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()) if file.is_file())
    return sha256(content).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a long list that is all at hand."""

    rows: Sequence[Any]
    number: int
    last: int
    total: int


def leaf(rows: Sequence[Any], number: int, size: int = 50) -> Leaf:
    """Return a page of a list; a number beyond its end is the last page."""
    last = max(1, -(-len(rows) // size))
    number = min(max(number, 1), last)
    return Leaf(rows[(number - 1) * size : number * size], number, last, len(rows))
