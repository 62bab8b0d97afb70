"""Secrets in what a change adds: detect-secrets' plugins and our own patterns; the match is never told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from .disguises import decoded, glued, looks_random

_URL = "credentials in a URL"
_FEWEST_DIGITS = 2
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GitHub token", re.compile(r"\b(?:gh[opusr]_[A-Za-z0-9_.\-]{20,}|github_pat_[A-Za-z0-9_]{20,})")),
    ("OpenAI key", re.compile(r"\bsk-(?:proj-|svcacct-|admin-|ant-)?[A-Za-z0-9_-]{20,}")),
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b")),
    ("AWS secret key", re.compile(r"aws_secret_access_key\W{1,5}[A-Za-z0-9/+=]{40}\b", re.IGNORECASE)),
    (
        "private key",
        re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d"),
    ),
    ("Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("Google client secret", re.compile(r"\bGOCSPX-[A-Za-z0-9_-]{20,}|\bya29\.[A-Za-z0-9_-]{30,}")),
    ("Azure key", re.compile(r"\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}")),
    ("Slack token", re.compile(r"\b(?:xox[abeposr]|xapp)-[A-Za-z0-9-]{10,}")),
    ("Slack hook", re.compile(r"hooks\.slack\.com/(?:services|workflows)/T[A-Za-z0-9]+/[A-Za-z0-9/_-]{10,}")),
    ("GitLab token", re.compile(r"\bgl(?:pat|dt|ptt|rt|oas|cbt|ft|soat)-[A-Za-z0-9_.-]{16,}")),
    ("Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}")),
    (
        "package registry token",
        re.compile(r"\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{30,}|\bdckr_pat_[\w-]{20,}"),
    ),
    ("DigitalOcean token", re.compile(r"\bdo[oprt]_v1_[a-f0-9]{40,}")),
    ("Stripe key", re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}")),
    ("JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    (
        _URL,
        re.compile(
            r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{1,80}:"
            r"(?!(?i:pass|passwd|password|pwd|tiger|secret|user|username|postgres|root|guest|test|change-?me|example"
            r"|x+|\*+|\.+)@)[^\s/@'\"{}$<>%]{3,80}@[\w.-]+"
        ),
    ),
)
"""By prefix and alphabet, never by length: GitHub's installation tokens grew and will again."""

_PLUGINS = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "DiscordBotTokenDetector"),
    *("GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector"),
    *("OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector"),
    *("SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector"),
)
"""Those that know a token by its form; guesses by entropy or the word "password" stop honest work."""

_SHORTEST = 12
_MAX_LINE = 20_000


def secrets_in(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield (line number, kind of secret) for each line that seems to hold one; never the secret.

    Seen through: base64, hexadecimal and reversed text, and strings that are put together from several parts
    or lines.
    """
    plugins = _plugins()
    kept = [(number, text) for number, text in lines]
    found: set[int] = set()
    for number, text in kept:
        if len(text) < _SHORTEST:
            continue
        for start in range(0, max(len(text), 1), _MAX_LINE):
            part = text[max(start - 200, 0) : start + _MAX_LINE]
            kind = _kind(part, plugins) or _disguised(part)
            if kind:
                found.add(number)
                yield number, kind
                break
    for numbers, text in glued(kept):
        kind = _by_pattern(text, glued=True)
        if kind and not found.intersection(numbers):
            found.update(numbers)
            yield numbers[0], f"{kind}, put together from parts,"


def _kind(text: str, plugins: tuple[Any, ...]) -> str:
    if kind := _by_pattern(text):
        return kind
    for plugin in plugins:
        if plugin.analyze_line(filename="change", line=text, line_number=1):
            return str(plugin.secret_type)
    return ""


def _by_pattern(text: str, *, glued: bool = False) -> str:
    """Return the kind of secret in a text; words put together by us must look the part, digits and all."""
    for kind, pattern in _PATTERNS:
        match = pattern.search(text)
        if match and not (glued and (kind == _URL or len(re.findall("[0-9]", match[0])) < _FEWEST_DIGITS)):
            return kind
    return ""


def _disguised(text: str) -> str:
    for plain in decoded(text):
        if kind := _by_pattern(plain):
            return f"{kind}, encoded,"
    if kind := _by_pattern(text[::-1], glued=True):
        return f"{kind}, turned round,"
    return "random text under a secret's name" if looks_random(text) else ""


@cache
def _plugins() -> tuple[Any, ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Any = get_mapping_from_secret_type_to_class().values()
    known = {plugin.__name__: plugin for plugin in classes}
    return tuple(known[name]() for name in _PLUGINS)
