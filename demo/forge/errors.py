"""What the forge refuses, with GitHub's status and words."""

from dataclasses import dataclass, field

_GRAPHQL_TYPES = {401: "FORBIDDEN", 403: "FORBIDDEN", 404: "NOT_FOUND", 410: "NOT_FOUND"}


@dataclass(eq=False)
class Refusal(Exception):
    """A request GitHub would not fulfil; `errors` are the details of a 422."""

    status: int
    message: str
    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def graphql_type(self) -> str:
        return _GRAPHQL_TYPES.get(self.status, "UNPROCESSABLE")


def not_found() -> Refusal:
    """Say that it is not there, which is also what GitHub says when you may not see it."""
    return Refusal(404, "Not Found")


def invalid(resource: str, field_name: str, code: str = "invalid", message: str = "") -> Refusal:
    """Refuse a field of a body, in the shape of GitHub's validation errors."""
    detail = {"resource": resource, "field": field_name, "code": code}
    return Refusal(422, "Validation Failed", [{**detail, "message": message} if message else detail])
