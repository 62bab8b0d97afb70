"""The real GitHub and a paid model: one dry night, one escalation, one look at a desktop's remote."""

import asyncio
import os
import subprocess
from decimal import Decimal

import pytest
from pydantic_ai.messages import ModelRequest, UserPromptPart
from pydantic_ai.models import ModelRequestParameters

from include.overnight.adapters.ledger import uuid7
from include.overnight.adapters.models.metering import MeteredModel
from include.overnight.beginning import begin_night
from include.overnight.domain.models import Tier
from include.overnight.ports import Ask
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.settings import make_order

from .conftest import MOST_USD

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]


def test_a_dry_night_of_one_issue_ends_with_a_reason_and_within_the_limit(desk, repository):
    night, admission = begin_night(desk, repository, trigger="cli", night=uuid7(desk.clock.now()))
    assert admission.admitted, admission.reason
    finished = run_night(desk, open_night(desk, night))
    assert finished.status == "completed"
    assert finished.dry_run
    assert len(finished.issues) <= 1
    for issue in finished.issues:
        assert issue.status in ("judged", "failed", "blocked", "parked", "skipped"), issue.reason
        assert issue.reason
        assert issue.pull_request is None
    assert desk.budgets.spent() <= Decimal(str(MOST_USD))
    assert desk.ledger.verify() == ()


def test_one_escalated_request_is_leased_metered_and_paid(desk, repository):
    tier, night = Tier.GPT_5_1, uuid7(desk.clock.now())
    order = make_order(desk.settings, repository, night, trigger="cli", now=desk.clock.now())
    node = desk.tracker.repository(order.owner, order.name).node_id
    grant = desk.quota.lease(Ask(order, node, 1, tier, "complex_reasoning", 120))
    assert grant.lease, grant.reason
    try:
        budget = desk.budgets.open(order, node, 1, f"{night}/1/1")
        answer, usage = asyncio.run(_ask(MeteredModel(desk.rungs.endpoints[tier], budget)))
    finally:
        desk.quota.release(grant.lease, "accepted")
    assert "ready" in answer.lower()
    assert usage.tokens > 0
    assert Decimal(0) < usage.cost_usd < Decimal("0.05")
    assert desk.budgets.spent(night=night) == usage.cost_usd
    used = desk.quota.use(node)
    assert (used.daily, used.concurrent) == (1, 0)
    assert desk.budgets.spent() <= Decimal(str(MOST_USD))


async def _ask(model):
    question = ModelRequest(parts=[UserPromptPart("Answer with the one word: ready")])
    try:
        response = await model.request([question], None, ModelRequestParameters())
    finally:
        await model.close()
    return response.text or "", model.usage


def test_the_desktops_checkout_reaches_its_remote(repository):
    path = os.environ.get("LOCAL_FOREMAN_APP_PATH")
    if not path:
        pytest.skip("LOCAL_FOREMAN_APP_PATH not set: no desktop to look at")
    plain = {name: os.environ[name] for name in ("HOME", "PATH", "SSH_AUTH_SOCK") if name in os.environ}
    done = subprocess.run(
        ["git", "-C", path, "fetch", "--dry-run", "origin"],
        env={**plain, "GIT_TERMINAL_PROMPT": "0"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
