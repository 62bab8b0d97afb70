"""`overnight lessons`: what the gates have taught about a repository, and what people teach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ..documents import to_document
from ..domain.lessons import Lesson
from ..services.teaching import lessons, retire_lesson, teach
from .approve import WhoOption, WhyOption
from .console import JsonOption, RepositoryOption, print_json, say, speaking
from .desk import chosen_repository, desk, names_by_id, node_id
from .tables import row, show, table

app = typer.Typer(help="Lessons: what builders are told, and what gate qiel enforces.")


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    repository: RepositoryOption = None,
    retired: Annotated[bool, typer.Option("--retired", help="Also those that a person retired.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the lessons in force, most recently seen first; of all repositories unless one is named."""
    if context.invoked_subcommand:
        return
    with speaking():
        house = desk()
        found = lessons(house, node_id(house, repository) if repository else "")
        told = [lesson for lesson in found if retired or not lesson.retired]
        if as_json:
            print_json([to_document(lesson) for lesson in told])
        else:
            show_lessons(told, names_by_id(house))


@app.command("teach")
def teach_command(
    advice: Annotated[str, typer.Argument(help="One sentence that every builder is told.")],
    who: WhoOption,
    pattern: Annotated[
        str, typer.Option(help="Regular expression; a change that adds a line matching it fails gate qiel.")
    ] = "",
    scope: Annotated[str, typer.Option(help="Glob of the paths it is about; * crosses folders.")] = "*",
    repository: RepositoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Teach a lesson; with a pattern it is enforced, without one it advises."""
    with speaking():
        house = desk()
        about = node_id(house, chosen_repository(house, repository))
        taught = teach(house, about, advice, who, pattern=pattern, scope=scope)
        if as_json:
            print_json(to_document(taught))
        else:
            say(f"Taught, {'enforced' if taught.pattern else 'as advice'}: {taught.advice} ({taught.id})")


@app.command("retire")
def retire_command(
    lesson: Annotated[str, typer.Argument(help="The lesson's id.")],
    who: WhoOption,
    why: WhyOption,
    as_json: JsonOption = False,
) -> None:
    """Put a lesson out of force for ever, however often it is learnt again."""
    with speaking():
        gone = retire_lesson(desk(), lesson, who, why)
        if as_json:
            print_json(to_document(gone))
        else:
            say(f"Retired ({gone.retired}): {gone.advice}")


def show_lessons(told: Sequence[Lesson], names: dict[str, str]) -> None:
    """Print lessons, each with what it enforces, where it comes from and how often it was used."""
    if not told:
        say("No lesson is on record.")
        return
    made = table("Lessons", "repository", "lesson")
    for lesson in told:
        pattern = f"enforced: /{lesson.pattern}/" if lesson.pattern else "advice"
        scope = f" in {lesson.scope}" if lesson.scope not in ("", "*") else ""
        seen = f", last seen {lesson.last_seen:%Y-%m-%d}" if lesson.last_seen else ""
        row(
            made,
            names.get(lesson.repository, lesson.repository),
            lesson.advice,
            details=(
                f"{pattern}{scope}",
                f"from {lesson.source or 'nobody knows'}, used {lesson.uses} times{seen}",
                f"retired by {lesson.retired}" if lesson.retired else "",
                lesson.id,
            ),
        )
    show(made)
