"""Secrets in what a change adds: detect-secrets' plugins and our own patterns; the match is never told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GitHub token", re.compile(r"\b(?:gh[opusr]_[A-Za-z0-9_.\-]{20,}|github_pat_[A-Za-z0-9_]{20,})")),
    ("OpenAI key", re.compile(r"\bsk-(?:proj-|svcacct-|admin-|ant-)?[A-Za-z0-9_-]{20,}")),
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b")),
    ("AWS secret key", re.compile(r"aws_secret_access_key\W{1,5}[A-Za-z0-9/+=]{40}\b", re.IGNORECASE)),
    ("private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("Slack token", re.compile(r"\bxox[abposr]-[A-Za-z0-9-]{10,}")),
    (
        "credentials in a URL",
        re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{1,80}:[^\s/@'\"{}$<>%]{3,80}@[\w.-]+"),
    ),
)
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
    """Yield (line number, kind of secret) for each line that seems to hold one; never the secret."""
    plugins = _plugins()
    for number, text in lines:
        if len(text) < _SHORTEST:
            continue
        for start in range(0, max(len(text), 1), _MAX_LINE):
            part = text[max(start - 200, 0) : start + _MAX_LINE]
            kind = _kind(part, plugins)
            if kind:
                yield number, kind
                break


def _kind(text: str, plugins: tuple[Any, ...]) -> str:
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    for plugin in plugins:
        if plugin.analyze_line(filename="change", line=text, line_number=1):
            return str(plugin.secret_type)
    return ""


@cache
def _plugins() -> tuple[Any, ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Any = get_mapping_from_secret_type_to_class().values()
    known = {plugin.__name__: plugin for plugin in classes}
    return tuple(known[name]() for name in _PLUGINS)
