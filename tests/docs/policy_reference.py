"""`python -m tests.docs.policy_reference`: write docs/reference/gsr-model.md from the settings as shipped."""

from pathlib import Path

from include.overnight.cli.policy import policy_page
from include.overnight.settings import load_settings

from ..architecture.sources import PROJECT

PAGE = PROJECT / "docs" / "reference" / "gsr-model.md"
NOTE = """\
This page shows the settings as shipped, and a test refuses it when it does not agree with them
(`python -m tests.docs.policy_reference` writes it). `overnight models policy` prints yours.
"""


def page() -> str:
    """Return the page's text."""
    title, rest = policy_page(load_settings(Path("/nowhere/overnight.toml"), {})).split("\n\n", 1)
    return f"{title}\n\n{NOTE}\n{rest.split(chr(10), 2)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
