"""The morning message, by Apprise (mail, chat, push)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

log = logging.getLogger(__name__)


def notify(urls: Sequence[str], title: str, body: str) -> bool:
    """Send a message to every Apprise URL; a message that cannot be sent never fails a night."""
    if not urls:
        return False
    import apprise  # a tenth of a second, paid only where somebody is told

    sender = apprise.Apprise()
    understood = [sender.add(url) for url in urls]
    if not all(understood):
        log.warning("notify: an Apprise URL in the settings is not understood")
    sent = bool(sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.MARKDOWN))
    if not sent:
        log.warning("notify: the message was not delivered to everybody")
    return sent
