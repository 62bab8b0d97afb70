"""What the live tests need of their environment, and the limits they never spend beyond."""

import json
import os
from pathlib import Path

import pytest

from include.overnight.adapters.ledger import upgrade
from include.overnight.assembly import Overnight, open_overnight
from include.overnight.settings import load_settings

NEEDED = ("GITHUB_TOKEN", "OPENAI_API_KEY", "OVERNIGHT_LIVE_REPOSITORY")
OWN = ("OVERNIGHT_HOME", "OVERNIGHT_LEDGER_URL", "OVERNIGHT_STORAGE_URL")
MOST_USD = 0.50
"""All live tests together: one ledger, whose month ends here. Reserved before a request is sent."""


@pytest.fixture(scope="session")
def repository() -> str:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        pytest.skip(f"{', '.join(missing)} not set: nothing was sent to GitHub or to a model")
    return os.environ["OVERNIGHT_LIVE_REPOSITORY"]


@pytest.fixture(scope="session")
def settings_file(repository: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for one repository under a hard limit, with short answers."""
    home = tmp_path_factory.mktemp("live")
    file = home / "overnight.toml"
    file.write_text(
        f"home = {json.dumps(str(home / 'work'))}\n"
        f"[limits]\nattempt_usd = {MOST_USD / 2}\nissue_usd = {MOST_USD}\n"
        f"night_usd = {MOST_USD}\nmonth_usd = {MOST_USD}\n"
        '[models."gpt-5.1"]\nmodel = "gpt-5.1"\nmax_output_tokens = 2000\n'
        f"[[repositories]]\nname = {json.dumps(repository)}\n"
        "dry_run = true\nmax_issues_per_run = 1\nenable_model_escalation = false\n"
    )
    return file


@pytest.fixture(scope="session")
def desk(settings_file: Path) -> Overnight:
    # A person's own ledger and storage are none of these tests' business, their services are.
    environ = {name: value for name, value in os.environ.items() if name not in OWN}
    opened = open_overnight(load_settings(settings_file, environ), environ=environ)
    opened.settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(opened.ledger_url)
    return opened
