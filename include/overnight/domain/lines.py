"""Foreign text on one line of ours."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\U000e0000-\U000e007f]"
)
_MENTION = re.compile(r"@(?=[\w-])")


def one_line(text: str, limit: int) -> str:
    """Return text as one visible line of at most `limit` characters: no markup that hides, no mention."""
    line = " ".join(_INVISIBLE.sub(" ", text).split())
    line = _MENTION.sub("@\u200d", line.replace("<!--", "‹!--").replace("`", "'"))
    return line if len(line) <= limit else line[: limit - 1] + "…"
