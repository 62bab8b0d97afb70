"""Names for branches, made from titles that anybody may have written."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 50
"""Characters of a slug; GitHub allows more, people do not read more."""


def slug(title: str, limit: int = MAX_SLUG) -> str:
    """Return lower-case ASCII words joined by "-", at most `limit` characters, never empty."""
    plain = unicodedata.normalize("NFKD", title[:1000]).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(words) > limit:
        whole, _, _ = words[: limit + 1].rpartition("-")
        words = whole or words[:limit]
    return words or "issue"


def branch_name(prefix: str, number: int, title: str) -> str:
    """Return the branch of an issue, "<prefix><number>-<slug>"."""
    return f"{prefix}{number}-{slug(title)}"
