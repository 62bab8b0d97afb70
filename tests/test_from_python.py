"""What a notebook calls: the seeds' functions, on a real ledger, with tasks that fail as models do."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import include.overnight as overnight
from include.overnight.adapters.ledger import upgrade
from include.overnight.assembly import Overnight
from include.overnight.credentials import from_environment
from include.overnight.domain.errors import FailureKind, FenceLost, ModelFailure
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services import executing
from include.overnight.settings import load_settings

from .fakes import ToldClock

PROJECT = Path(__file__).resolve().parents[1]
ARCHITECTURE = overnight.ModelSelectionContext(
    "architecture", "high", files_affected=20, is_architecture_task=True, quota_remaining=45
)


class Told(Overnight):
    """A desk whose clock is told, so that no test waits for a backoff."""

    clock = ToldClock()


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "overnight.toml").write_text(f'home = "{tmp_path}"\n[quota]\nhourly = 1\n')
    settings = load_settings(tmp_path / "overnight.toml", {})
    desk = Told(settings, from_environment({"OPENAI_API_KEY": "k"}, frozenset({"OPENAI_API_KEY"})))
    upgrade(desk.ledger_url)
    return desk


def failing_on(**kinds):
    """Return a task that fails with a kind on some tiers (dots and dashes as underscores), and its calls."""
    calls = []

    def task(tier):
        calls.append(tier)
        kind = kinds.get(tier.replace("-", "_").replace(".", "_"))
        if kind:
            raise ModelFailure(kind, f"{tier} says {kind}")
        return f"done by {tier}"

    return task, calls


def test_the_seeds_example_runs_on_the_top_tier_exempt_from_quota(desk):
    task, calls = failing_on()
    result, event = overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    assert (result, calls) == ("done by gpt-5.1", ["gpt-5.1"])
    assert (event.type, event.metadata["to"]) == ("model_escalation", "gpt-5.1")
    assert event.metadata["exempt"]
    assert event.metadata["justification"] == "architecture_update"
    use = overnight.get_quota_usage(desk=desk)
    assert (use.daily, use.hourly, use.concurrent, use.hourly_limit) == (0, 0, 0, 1)


def test_a_failing_provider_is_left_for_the_next_tier_down_and_every_run_is_on_record(desk):
    task, calls = failing_on(gpt_5_1=FailureKind.AUTH, gpt_4_turbo=FailureKind.TRANSPORT)
    result, event = overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    assert result == "done by gpt-4"
    assert calls == ["gpt-5.1", *["gpt-4-turbo"] * 4, "gpt-4"]
    failed = desk.ledger.events(EventQuery(types=(EventType.MODEL_ESCALATION_FAILED,), oldest_first=True))
    assert [row.metadata["to"] for row in failed] == ["gpt-5.1", "gpt-4-turbo"]
    assert event.metadata["from"] == "gpt-4-turbo"


def test_a_tier_that_refused_one_task_is_asked_again_by_the_next(desk):
    task, _ = failing_on(gpt_5_1=FailureKind.AUTH)
    overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    healthy, calls = failing_on()
    overnight.execute_with_escalation(ARCHITECTURE, healthy, desk=desk)
    assert calls == ["gpt-5.1"]


def test_with_the_quota_used_up_the_next_cheaper_tier_runs(desk):
    heavy = overnight.ModelSelectionContext("build", is_heavy_task=True)
    task, calls = failing_on()
    overnight.execute_with_escalation(heavy, task, desk=desk)
    _, event = overnight.execute_with_escalation(heavy, task, desk=desk)
    assert calls == ["gpt-4-turbo", "gpt-4"]
    assert "quota_exhausted" in event.metadata["reason"]
    assert overnight.get_quota_usage(desk=desk).hourly == 1


def test_a_call_inside_a_call_takes_a_seat_of_its_own(desk):
    heavy = overnight.ModelSelectionContext("build", is_heavy_task=True)
    inner, calls = failing_on()

    def outer(tier):
        calls.append(tier)
        overnight.execute_with_escalation(heavy, inner, desk=desk)
        assert overnight.get_quota_usage(desk=desk).concurrent == 1

    overnight.execute_with_escalation(heavy, outer, desk=desk)
    assert calls == ["gpt-4-turbo", "gpt-4"], "one escalation an hour is allowed"
    assert overnight.get_quota_usage(desk=desk).hourly == 1


def test_a_task_whose_slot_was_lost_is_not_called_again(desk, monkeypatch):
    def task(tier):
        calls.append(tier)
        (reserved,) = desk.ledger.events(EventQuery(types=(EventType.QUOTA_RESERVED,)))
        desk.quota.release(reserved.metadata["lease"], "expired")
        next(thread for thread in threading.enumerate() if thread.name == "lease").join(5)
        raise ModelFailure(FailureKind.TRANSPORT, "no answer")

    calls = []
    monkeypatch.setattr(executing, "LEASE_SECONDS", 0.04)
    with pytest.raises(FenceLost):
        overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    assert calls == ["gpt-5.1"]


def test_with_every_tier_down_the_last_failure_is_raised_and_no_slot_is_kept(desk):
    everywhere = dict.fromkeys(("gpt_5_1", "gpt_4_turbo", "gpt_4"), FailureKind.INSUFFICIENT_QUOTA)
    task, calls = failing_on(**everywhere)
    with pytest.raises(ModelFailure, match="all model tiers are down"):
        overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    assert calls == ["gpt-5.1", "gpt-4-turbo", "gpt-4"]
    assert overnight.get_quota_usage(desk=desk).concurrent == 0


def test_what_a_task_raises_of_its_own_comes_through_and_frees_its_slot(desk):
    def task(tier):
        raise ZeroDivisionError(tier)

    with pytest.raises(ZeroDivisionError):
        overnight.execute_with_escalation(ARCHITECTURE, task, desk=desk)
    assert overnight.get_quota_usage(desk=desk).concurrent == 0


def test_importing_the_package_imports_nothing_heavy():
    script = (
        "import sys, include.overnight as o; o.select_model; "
        "print([m for m in ('sqlalchemy', 'openai', 'pydantic_ai', 'airflow', 'github') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(AttributeError, match="no attribute 'select_modle'"):
        _ = overnight.select_modle
