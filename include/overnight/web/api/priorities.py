"""`/priorities`: what people want first."""

from __future__ import annotations

from ...services.prioritizing import Priority, priorities, set_priority
from ..guarding import Operator, Right, check
from ..shapes.learning import PrioritiesDocument, PriorityDocument, PriorityWish
from .reaching import Desk, IssueNumber, RepositoryName, View, router

routes = router("priorities", more=(404,))


@routes.get("/priorities")
def list_priorities(desk: Desk, sight: View, repository: RepositoryName = None) -> PrioritiesDocument:
    """List the priorities that people set, most urgent first."""
    names = sight.names() if repository is None else [desk.settings.repository(repository).name]
    places = [place for name in names if (place := sight.id_of(name))]
    found = [_named(one, sight) for place in places for one in priorities(desk, place)]
    return PrioritiesDocument(priorities=found)


@routes.put("/priorities/{issue}")
def put_priority(
    issue: IssueNumber, wish: PriorityWish, desk: Desk, sight: View, person: Operator
) -> PriorityDocument:
    """Set an issue's priority, lowest first, null takes it back; it holds for what has not begun."""
    check(person, Right.OPERATE, wish.repository)
    place = sight.id_of(wish.repository, ask=True)
    return _named(set_priority(desk, place, issue, wish.priority, who=person.name, why=wish.why), sight)


def _named(one: Priority, sight: View) -> PriorityDocument:
    document = PriorityDocument.model_validate(one)
    document.repository = sight.name_of(document.repository)
    return document
