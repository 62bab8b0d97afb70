"""What people are told, by Apprise (mail, chat, push) and by whatever else can tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)
_SILENT = logging.CRITICAL + 1
"""Apprise logs the address it sends to, and an address is a token; what went wrong is told below."""


def notify(urls: Sequence[str], title: str, body: str) -> bool:
    """Send a message to every Apprise URL; a message that cannot be sent never fails a night."""
    if not urls:
        return False
    import apprise  # a tenth of a second, paid only where somebody is told

    logging.getLogger("apprise").setLevel(_SILENT)
    sender = apprise.Apprise()
    understood = [sender.add(url) for url in urls]
    if not all(understood):
        log.warning("notify: an Apprise URL in the settings is not understood")
    try:
        sent = bool(sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.MARKDOWN))
    except Exception as error:  # noqa: BLE001  a service's plugin may raise whatever its library does
        log.warning("notify: a service raised %s", type(error).__name__)
        sent = False
    if not sent:
        log.warning("notify: the message was not delivered to everybody")
    return sent


def tell(tellers: Sequence[Callable[[str, str], None]], title: str, body: str) -> bool:
    """Let every teller tell; one that fails hinders neither the others nor the night."""
    told = [_tells(teller, title, body) for teller in tellers]
    return bool(told) and all(told)


def _tells(teller: Callable[[str, str], None], title: str, body: str) -> bool:
    try:
        teller(title, body)
    except Exception as error:  # noqa: BLE001  its text may hold what it was opened with
        log.warning("notify: a notifier raised %s", type(error).__name__)
        return False
    return True
