"""Tools that start, stop and retry: there only where a person started the server with `--allow-writes`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ..adapters.deployment import Deployment
from ..domain.errors import SettingsError
from ..domain.issues import split_full_name
from .reading_tools import Document

Repository = Annotated[str, Field(description="OWNER/NAME of a configured repository.")]
Night = Annotated[str, Field(min_length=1, description="A night's id.")]


@dataclass(frozen=True, slots=True)
class WritingTools:
    """What can be done in a deployment; its own rights of the token's person hold."""

    deployment: Deployment

    def tools(self) -> Sequence[Callable[..., Document]]:
        """Return the tools, under the names that an assistant sees."""
        return (self.start_night, self.stop, self.retry)

    def start_night(
        self,
        repository: Repository,
        issues: Annotated[list[int] | None, Field(description="Only these issues.")] = None,
        max_issues_per_run: Annotated[int | None, Field(ge=1)] = None,
        dry_run: Annotated[bool | None, Field(description="Write nothing to GitHub.")] = None,
        plan_only: Annotated[bool | None, Field(description="Call no model either.")] = None,
    ) -> Document:
        """Start a night of a repository; while one is running, that one is the answer. It spends money."""
        wishes = {"issues": issues, "max_issues_per_run": max_issues_per_run}
        wishes |= {"dry_run": dry_run, "plan_only": plan_only}
        try:
            owner, name = split_full_name(repository)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        said = {key: value for key, value in wishes.items() if value is not None}
        return self._post("overnight", body={"owner": owner, "repo": name, **said})

    def stop(self, night: Night, now: bool = False) -> Document:
        """Stop a night: no new attempt starts; with `now`, running ones end before their next request."""
        return self._post("nights", night, "stop", body={"now": now})

    def retry(self, night: Night, issue: Annotated[int, Field(ge=1)], anew: bool = False) -> Document:
        """Go on with an issue where its night left it; with `anew`, in a new round under the same budget."""
        return self._post("nights", night, "issues", issue, "retry", body={"anew": anew})

    def _post(self, *path: object, body: Document) -> Document:
        done: Document = self.deployment.post(*path, body=body)
        return done
