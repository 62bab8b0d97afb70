"""Variables that look like a setting and are none: somebody meant another one."""

from __future__ import annotations

from collections.abc import Mapping, Set
from difflib import get_close_matches

from .layers import NESTED, PREFIX
from .schema import FileSettings

OTHERS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("SETTINGS", "API_URL", "API_TOKEN", "API_TOKEN_FILE", "LEDGER_SIGNING_KEY"),
        *("FAILPOINT", "CANARY", "SELF_TEST_CANARY", "LIVE_REPOSITORY", "BENCH_POSTGRESQL"),
        *("CODEX", "CONTRACTS", "DEMO", "PROMPT_FILE"),
    )
)
"""Variables of ours that are no settings: of the command line, of tests and of the demo."""


def misspelt(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each variable that looks like a setting's and is none."""
    known = {f"{PREFIX}{key.upper()}" for key in FileSettings.model_fields}
    wrong = [
        name
        for name in sorted(environ)
        if name.upper().startswith(PREFIX) and name.upper().partition(NESTED)[0] not in known | OTHERS
    ]
    return tuple(
        f"{name} is no setting and has no effect: "
        f"{f'did you mean {near}?' if (near := _nearest(name.upper(), known)) else 'remove it'}"
        for name in wrong
    )


def _nearest(name: str, known: Set[str]) -> str:
    head, separator, rest = name.partition(NESTED)
    if near := get_close_matches(head, sorted(known), n=1, cutoff=0.9):
        return f"{near[0]}{separator}{rest}"
    for table in sorted(known, key=len, reverse=True):
        if name.startswith(f"{table}_"):  # one underscore where a key of a table wants two
            return f"{table}{NESTED}{name.removeprefix(table).lstrip('_')}"
    return ""
