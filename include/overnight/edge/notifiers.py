"""Airflow's notifiers as ways to tell people something: Slack, mail, whatever a provider brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..settings.sections import NotifierSettings


def tellers(notifiers: Sequence[NotifierSettings]) -> tuple[Callable[[str, str], None], ...]:
    """Return a teller for each notifier; its class is imported when something is told, not before."""
    return tuple(partial(_tell, one.notifier, one.arguments) for one in notifiers)


def _tell(path: str, arguments: Mapping[str, Any], title: str, body: str) -> None:
    """Make the notifier with the message in its arguments and let it send.

    `notify` is called and not the notifier itself: that would render the arguments as Jinja templates, and
    the message holds other people's words.
    """
    module, _, kind = path.rpartition(".")
    filled = {name: _filled(value, title, body) for name, value in arguments.items()}
    getattr(import_module(module), kind)(**filled).notify({})


def _filled(value: Any, title: str, body: str) -> Any:
    """Return an argument with the message put in, at any depth; foreign braces stay as they are."""
    if isinstance(value, str):
        return body.join(part.replace("{title}", title) for part in value.split("{body}"))
    if isinstance(value, Mapping):
        return {name: _filled(item, title, body) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, title, body) for item in value]
    return value
