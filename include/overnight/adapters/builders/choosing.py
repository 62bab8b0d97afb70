"""Make the builder that settings name; a table of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...domain.errors import SettingsError
from ...ports import Builder, Sandbox
from ...settings.sections import BUILT_IN_BUILDERS, BuilderSettings
from ..models.endpoints import ModelEndpoint

if TYPE_CHECKING:
    from ..git import GitWorkspace
    from ..github.wire import Wire
    from .sessions import Sessions


@dataclass(frozen=True, slots=True)
class Workbench:
    """What builders are made of.

    :param wire: GitHub for the builder `copilot`, asked for when it is needed.
    :param workspace: git with the token of the moment.
    :param sessions: where attempts are kept in the middle, for a retry to go on from.
    """

    endpoints: Mapping[str, ModelEndpoint]
    sandbox: Callable[[], Sandbox]
    clean: Callable[[str], str]
    wire: Callable[[], Wire]
    workspace: Callable[[], GitWorkspace]
    sessions: Callable[[], Sessions | None] = lambda: None


def builder_settings(name: str, tables: Mapping[str, BuilderSettings]) -> BuilderSettings:
    """Return the settings of a repository's `builder`; SettingsError when it names none."""
    if name in tables:
        return tables[name]
    match name:
        case "openai" | "local" | "copilot":
            return BuilderSettings(kind=name)
        case _:
            known = ", ".join(sorted({*BUILT_IN_BUILDERS, *tables}))
            raise SettingsError(f"builder {name!r} is not known ({known}): write a [builders.{name}]")


def make_builder(name: str, said: BuilderSettings, bench: Workbench) -> Builder:
    """Return the builder of a kind; SettingsError when this machine cannot run it."""
    return _MAKERS[said.kind](name, said, bench)


def _agent(name: str, said: BuilderSettings, bench: Workbench) -> Builder:
    from .agent import AgentBuilder  # seconds of imports that no other kind needs

    return AgentBuilder(bench.endpoints, bench.sandbox(), bench.clean, sessions=bench.sessions())


def _command(name: str, said: BuilderSettings, bench: Workbench) -> Builder:
    from .command import CommandBuilder
    from .command_line import CommandLine

    line = CommandLine(
        command=said.command,
        prompt=said.prompt,
        speech=said.speech,
        tier=said.tier,
        environment=said.environment,
        programs=said.programs,
        requests=said.requests,
    )
    return CommandBuilder(name, line, bench.endpoints, bench.sandbox(), bench.clean)


def _copilot(name: str, said: BuilderSettings, bench: Workbench) -> Builder:
    from ..git.adopting import adopt
    from .copilot import CopilotBuilder, CopilotSettings
    from .copilot_github import CopilotOnGitHub

    settings = CopilotSettings(said.model, said.custom_agent, said.look_again_seconds)
    return CopilotBuilder(
        name,
        CopilotOnGitHub(bench.wire()),
        lambda repository, tree, sha: adopt(bench.workspace(), repository, tree, sha),
        bench.clean,
        settings,
    )


_MAKERS: Mapping[str, Callable[[str, BuilderSettings, Workbench], Builder]] = {
    "openai": _agent,
    "local": _agent,
    "command": _command,
    "copilot": _copilot,
}
