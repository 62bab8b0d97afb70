"""How a target repository wants to be built: `.overnight.yml` of the base commit, else what is detected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..domain.orders import Commands, NightOrder
from .detection import detect
from .overnight_file import FILE, OvernightFile, parse_overnight_file

ReadFile = Callable[[str], str | None]

_STEPS = ("setup", "build", "lint", "test")


class RepositoryCommands:
    """The CommandReader port."""

    def read(self, order: NightOrder, files: Sequence[str], read_file: ReadFile) -> Commands:
        """Return the commands of a commit; the order's own win, then `.overnight.yml`, then detection.

        :param files: every path of the base commit.
        :param read_file: returns a file of the base commit as text, None when absent.

        SettingsError names file, line and key. `source` says what decided.
        """
        found = detect(files, read_file, setup=order.setup_network)
        text = read_file(FILE) if FILE in files else None
        if text is not None:
            found = _with_file(found, parse_overnight_file(text))
        return found if order.commands is None else _overridden(found, order.commands)


def _with_file(detected: Commands, file: OvernightFile) -> Commands:
    """Put the file's keys over what was detected; a key that is there but empty switches the step off."""
    steps = {step: text for step, text in file.steps if step in _STEPS}
    left = [step for step in _STEPS if step not in steps and getattr(detected, step)]
    source = f"{FILE}; {', '.join(left)} {detected.source}" if left else FILE
    merged = replace(
        detected,
        **steps,
        source=source,
        environment=_merged(detected.environment, file.environment),
        protected_paths=file.protected_paths,
        tests_optional=file.tests_optional,
        labels=file.labels,
        limits=file.limits,
    )
    return replace(merged, test=file.with_services(merged.test))


def _overridden(found: Commands, ordered: Commands) -> Commands:
    """Put the settings' commands over the repository's; its protected paths stay protected."""
    steps = {step: getattr(ordered, step) for step in _STEPS if getattr(ordered, step)}
    return replace(
        found,
        **steps,
        source=ordered.source or (f"settings; else {found.source}" if found.source else "settings"),
        environment=_merged(found.environment, ordered.environment),
        protected_paths=tuple(dict.fromkeys((*found.protected_paths, *ordered.protected_paths))),
        tests_optional=ordered.tests_optional or found.tests_optional,
    )


def _merged(
    below: tuple[tuple[str, str], ...], above: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    return tuple({**dict(below), **dict(above)}.items())
