"""`python -m tests.redteam.page`: write docs/reference/red-team.md from the changes themselves."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.sources import PROJECT

from .attacks import ATTACKS
from .honest_changes import HONEST
from .hostile_changes import HOSTILE

PAGE = PROJECT / "docs" / "reference" / "red-team.md"
BY_HEART = "the visible test's answer known by heart, played as a whole night"
HEAD = """\
# Red team

Written by `python -m tests.redteam.page` from `tests/redteam`; a test refuses this page when it does not
agree with it. Each row is a change that the test suite commits, bundles, checks out again and has judged by
all nine gates in the real sandbox, with a reviewing model that agrees with everything. `commit` means that
the workspace makes no commit of it. Every run writes what was said, with seconds, to `build/redteam.md`.

What is left to the reviewing model and to people: a change whose own tests rewrite the report of the run
they are part of, in words that nobody has seen before; and expected values that change together with code.
"""


def page() -> str:
    """Return the page's text."""
    return "\n".join(
        [
            HEAD,
            f"## Stopped ({len(list(_stopped()))})",
            "",
            "| change | by |",
            "|---|---|",
            *(f"| {name} | {by} |" for name, by in _stopped()),
            "",
            f"## Passed ({len(HONEST)})",
            "",
            "| change | project |",
            "|---|---|",
            *(f"| {change.name} | {change.project} |" for change in HONEST),
            "",
        ]
    )


def _stopped() -> Iterator[tuple[str, str]]:
    """Yield (change, what stops it), in the order of the table."""
    yield from ((change.name, change.by) for change in HOSTILE)
    yield from ((f"in a test: {attack}", "test") for attack in ATTACKS)
    yield BY_HEART, "qic"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
