"""`overnight run --follow`: a night of another process, watched until it ends or nobody looks any more."""

import io
import json
import os
import re
import signal
import subprocess
import threading
import time

import pytest
from rich.console import Console

from include.overnight.adapters.ledger import upgrade
from include.overnight.adapters.ledger.engine import close_engine
from include.overnight.assembly import Overnight
from include.overnight.cli.live import Bars, shown_steps
from include.overnight.credentials import from_environment
from include.overnight.services.stopping import stopped
from include.overnight.settings import load_settings

from ..architecture.sources import PROJECT
from ..web.seeding import Seeder
from .conftest import overnight

SETTINGS = 'home = "{home}"\n[[repositories]]\nname = "acme/box"\n[[repositories]]\nname = "acme/attic"\n'


@pytest.fixture
def elsewhere(tmp_path):
    """Return a night that another process runs, planned and with its first issue at work, and where it is."""
    (tmp_path / "overnight.toml").write_text(SETTINGS.format(home=tmp_path))
    desk = Overnight(load_settings(tmp_path / "overnight.toml", {}), from_environment({}, frozenset()))
    upgrade(desk.ledger_url)
    night = Seeder(desk, "night-one").start().plan(3)
    night.attempt(1)
    yield night, {"HOME": str(tmp_path), "OVERNIGHT_SETTINGS": str(tmp_path / "overnight.toml")}
    close_engine(desk.ledger_url)


def goes_on(night):
    """Finish the night bit by bit, as its own process would."""
    time.sleep(0.7)
    night.build(1).judge(1).publish(1).end(1)
    time.sleep(0.7)
    night.end(2, "failed", "gates stayed red").end(3, "skipped", "stopped").complete()


def test_each_event_is_told_as_it_comes_and_the_end_is_one_document(elsewhere):
    night, env = elsewhere
    other = threading.Thread(target=goes_on, args=(night,))
    other.start()
    result = overnight("run", "--follow", "--json", env=env)
    other.join()
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["totals"]["success"] == 1
    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in result.stderr.splitlines()]
    assert lines[0] == "Night of acme/box started (scheduled)"
    assert lines.index("#1: pull request #1001") < lines.index("#2 failed: gates stayed red")
    assert lines[-1].startswith("Night of acme/box completed")


def test_a_night_that_is_over_is_shown_and_a_repository_without_one_says_so(elsewhere):
    night, env = elsewhere
    missing = overnight("run", "--follow", "-r", "acme/attic", env=env)
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "no night of acme/attic is running" in missing.stderr
    night.end(1).end(2, "failed", "red").end(3, "crashed", "its worker died").complete()
    shown = overnight("run", "--follow", "--night", "night-one", env=env)
    assert shown.exit_code == 4
    assert "crashed" in shown.stdout
    assert "no night is running" in overnight("run", "--follow", env=env).stderr


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("run --follow --dry-run", "--follow starts nothing"),
        ("run --follow --issue 3", "--follow starts nothing"),
        ("run --night night-one", "--night goes with --follow"),
        ("run --follow --night nonsense", "no night nonsense"),
    ],
)
def test_a_mistake_is_named(elsewhere, words, cause):
    _, env = elsewhere
    result = overnight(*words.split(), env=env)
    assert result.exit_code == 2
    assert cause in result.stderr


def test_who_looks_away_leaves_the_night_running(elsewhere):
    night, env = elsewhere
    looking = subprocess.Popen(
        [PROJECT / "bin" / "overnight", "run", "--follow", "--json"],
        env={"PATH": os.environ["PATH"], **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert "Night of acme/box started" in looking.stderr.readline()
        looking.send_signal(signal.SIGINT)
        stdout, stderr = looking.communicate(timeout=60)
    finally:
        looking.kill()
        looking.wait()
    assert looking.returncode == 130
    assert "No longer looking: night night-one goes on" in stderr
    assert json.loads(stdout)["status"] == "running"
    assert not stopped(night.desk, "night-one")


def test_a_terminal_shows_the_night_and_each_issue_at_work_and_foreign_titles_do_no_harm(elsewhere):
    night, _ = elsewhere
    night.attempt(2).build(2).judge(2, red="test").end(2, "failed", "\x1b[2J[bold]red[/bold]").attempt(3)
    terminal = Console(file=io.StringIO(), force_terminal=True, width=140, color_system=None)
    bars = Bars(night.desk, terminal)
    bars.show(night.desk.ledger.night("night-one"))
    with terminal.capture() as drawn:
        terminal.print(bars.drawn.get_renderable())
    shown = drawn.get()
    assert "1 of 3 issues, $0.09" in shown
    assert "#1 Issue 1 wants a change" in shown
    assert "#3 <script>alert" in shown
    assert "build #1 attempt 1 on gpt-4" in shown
    assert "#2" not in shown
    assert "\x1b[2J" not in shown


def test_without_a_terminal_each_step_is_a_line(elsewhere, capfd):
    night, _ = elsewhere
    with shown_steps(night.desk, "night-one") as watch:
        watch("build", 1)
        watch("summarize", None)
    assert capfd.readouterr().err.splitlines() == ["build #1", "summarize"]
