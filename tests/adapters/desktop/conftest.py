"""A desk of its own for every test, and a git that reads nobody's configuration."""

import pytest

from tests.adapters.desktop.staging import copy_desk, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("desktop") / "template")


@pytest.fixture(autouse=True)
def nobodys_configuration(monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def desk(template, tmp_path):
    return copy_desk(template, tmp_path / "desk")


def pytest_terminal_summary(terminalreporter):
    """Say in one line how many states of a checkout were tried, and how they ended."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    safe = sum("test_a_safe_checkout_is_merged" in node for node in passed)
    unsafe = sum("test_an_unsafe_checkout_is_untouched" in node for node in passed)
    if safe or unsafe:
        terminalreporter.write_line(
            f"desktop matrix: {safe + unsafe} explicit states, {safe} merged and taken back, "
            f"{unsafe} untouched to the byte with their reason; test_any_state.py tries more"
        )
