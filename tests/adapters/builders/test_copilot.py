"""The builder `copilot` against a forge with GitHub's agent beside it, on real git."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from include.overnight.adapters.builders.copilot import CopilotBuilder, CopilotSettings
from include.overnight.adapters.builders.copilot_tasks import STATES, Session, Standing, Task, used
from include.overnight.adapters.git.adopting import adopt
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import (
    FailureKind,
    ModelFailure,
    NotFound,
    RepositoryUnusable,
    Stuck,
    TimedOut,
)
from include.overnight.ports import Handle, Pending

from ..models.healers import TableHealer
from .conftest import PlainBudget
from .sites import GREETING, CopilotSite, collected, copilot_site


@pytest.fixture
def site() -> Iterator[CopilotSite]:
    with copilot_site() as made:
        yield made


def begin(site: CopilotSite, builder: CopilotBuilder | None = None, **changes: Any) -> Handle:
    budget, healer = PlainBudget(Decimal(1)), TableHealer(patient=False)
    builder = builder or site.builder()
    return builder.begin(site.commission(**changes), site.tree(), budget, healer)


def assigned(site: CopilotSite) -> list[dict[str, Any]]:
    entries = site.running.requests("POST")
    return [entry.body for entry in entries if entry.path.endswith("/assignees")]


def comments(site: CopilotSite) -> list[str]:
    forge, task = site.running.forge, site.agent.tasks[-1]
    pull = forge.pull_request("acme/pantry", task.pull or 0)
    return [comment.body for comment in forge.comments(pull)]


def test_the_issue_is_assigned_beside_its_people_with_base_lessons_and_commands(site):
    commission = {"lessons": ("Run the linter.",), "commands": (("test", "make test"),)}
    begin(site, **commission)
    (body,) = assigned(site)
    assert body["assignees"] == ["copilot-swe-agent[bot]"]
    assignment = body["agent_assignment"]
    assert (assignment["target_repo"], assignment["base_branch"]) == ("acme/pantry", "main")
    assert "Run the linter." in assignment["custom_instructions"]
    assert "make test" in assignment["custom_instructions"]
    assert "model" not in assignment


def test_a_model_and_a_custom_agent_of_settings_are_asked_for(site):
    settings = CopilotSettings(model="gpt-5.4", custom_agent="careful")
    builder = CopilotBuilder("copilot", site.hub(), lambda *_: None, str, settings)
    begin(site, builder)
    assert assigned(site)[0]["agent_assignment"]["model"] == "gpt-5.4"
    assert assigned(site)[0]["agent_assignment"]["custom_agent"] == "careful"


def test_any_worker_goes_on_with_a_handle_and_looks_again_while_it_works(site):
    handle = begin(site)
    builder = site.builder()
    assert builder.collect(handle) == Pending(60.0)
    site.agent.work(GREETING, "in_progress")
    assert isinstance(site.builder().collect(handle), Pending)
    site.agent.work({"more.txt": "more\n"})
    outcome = collected(site.builder(), handle)
    assert sorted(path.name for path in site.folder.iterdir()) == ["README.md", "hello.txt", "more.txt"]
    assert outcome.model == "gpt-5.2-codex"


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"type": "premium_requests", "amount": 1.5}, "Copilot used 1.5 premium requests."),
        ({"type": "ai_credits", "amount": 2_340_000_000}, "Copilot used 2.3 AI credits."),
        (None, ""),
    ],
)
def test_what_github_says_it_used_is_on_record_and_no_dollar_is_booked(site, usage, told):
    site.usage = usage
    builder = site.builder()
    outcome = site.finish(builder, begin(site, builder))
    assert ("Copilot used" in outcome.summary) == bool(told)
    assert told in outcome.summary
    assert outcome.usage.cost_usd == 0
    assert json.loads(outcome.transcript)["used"] == told.removeprefix("Copilot used ").removesuffix(".")


def test_feedback_goes_to_the_open_pull_request_and_the_old_work_does_not_count(site):
    builder = site.builder()
    site.finish(builder, begin(site, builder))
    site.workspace.rollback(site.tree(), site.tree().base.sha)
    again = begin(site, builder, attempt=2, feedback="The test gate failed: 1 of 3.")
    begin(site, builder, attempt=2, feedback="The test gate failed: 1 of 3.")
    assert len(assigned(site)) == 1
    (comment,) = comments(site)
    assert "@copilot" in comment
    assert "The test gate failed: 1 of 3." in comment
    assert isinstance(builder.collect(again), Pending)
    site.agent.work({"hello.txt": "hello, world\n"})
    collected(builder, again)
    assert (site.folder / "hello.txt").read_text() == "hello, world\n"


def test_a_worker_that_died_after_assigning_does_not_assign_twice(site):
    begin(site)
    builder = site.builder()
    outcome = site.finish(builder, begin(site, builder))
    assert len(assigned(site)) == 1
    assert outcome.summary


def test_after_a_closed_pull_request_the_agent_is_assigned_anew(site):
    builder = site.builder()
    site.finish(builder, begin(site, builder))
    forge = site.running.forge
    forge.edit_issue(forge.pull_requests("acme/pantry")[0], "ann", state="closed")
    handle = begin(site, builder, attempt=2)
    assert len(assigned(site)) == 2
    site.agent.work({"other.txt": "x\n"})
    collected(builder, handle)
    assert (site.folder / "other.txt").exists()


@pytest.mark.parametrize("how", ["disabled", "silently"])
def test_an_agent_that_may_not_be_assigned_is_a_model_that_is_not_on_offer(site, how):
    site.agent.enabled, site.agent.refuses_silently = how != "disabled", how == "silently"
    with pytest.raises(ModelFailure) as caught:
        begin(site)
    assert caught.value.kind is FailureKind.MODEL_GONE


def test_a_token_that_may_only_read_is_a_failure_of_kind_auth(site):
    site.running.forge.allow(next(iter(site.running.forge.world.tokens)), "night-owl", "read")
    with pytest.raises(ModelFailure) as caught:
        begin(site)
    assert caught.value.kind is FailureKind.AUTH


def test_a_base_that_is_not_on_github_cannot_be_built_on(site):
    tree = site.tree()
    stacked = replace(tree, base=replace(tree.base, bundles=("file:///bundle",)))
    with pytest.raises(ModelFailure, match="not on GitHub yet"):
        site.builder().begin(site.commission(), stacked, PlainBudget(Decimal(1)), TableHealer())
    assert assigned(site) == []


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("waiting_for_user", Stuck, "asks a question"),
        ("cancelled", Stuck, "cancelled"),
        ("timed_out", TimedOut, "took too long"),
        ("failed", ModelFailure, "failed at GitHub"),
    ],
)
def test_a_session_that_ends_otherwise_is_a_failure_with_its_reason(site, state, kind, words):
    handle = begin(site)
    site.agent.work(GREETING, state)
    with pytest.raises(kind, match=words):
        site.builder().collect(handle)


def test_a_pull_request_that_a_person_closed_is_not_taken(site):
    handle = begin(site)
    site.agent.work(GREETING, "in_progress")
    forge = site.running.forge
    forge.edit_issue(forge.pull_requests("acme/pantry")[0], "ann", state="closed")
    with pytest.raises(Stuck, match="was closed before the gates"):
        site.builder().collect(handle)


def test_without_a_look_at_tasks_the_pull_requests_draft_state_tells(site):
    site.agent.shows_tasks = False
    handle = begin(site)
    site.agent.work(GREETING, "in_progress")
    assert isinstance(site.builder().collect(handle), Pending)
    site.agent.work({"more.txt": "x\n"})
    assert collected(site.builder(), handle).model == "copilot"


def test_somebody_elses_pull_request_for_the_issue_is_not_the_agents(site):
    forge = site.running.forge
    handle = begin(site)
    forge.commit("acme/pantry", "theirs", {"x.txt": "x\n"}, "Work", "ann")
    forge.create_pull_request("acme/pantry", "ann", title="Mine", head="theirs", body=f"Fixes #{site.number}")
    assert isinstance(site.builder().collect(handle), Pending)


def test_a_tree_of_another_worker_says_to_begin_again(site):
    handle = begin(site)
    site.workspace.close_tree(site.tree())
    with pytest.raises(NotFound, match="begin the build again here"):
        site.builder().collect(handle)


def test_a_verdict_is_said_once_and_wakes_nobody(site):
    builder = site.builder()
    handle = begin(site, builder)
    assert builder.tell(handle, "night-1", "too early") == ""
    site.finish(builder, handle)
    for _ in range(2):
        url = builder.tell(handle, "night-1", "Red: @copilot broke 2 tests.")
    assert url.endswith("/pull/2")
    assert [text.splitlines()[-1] for text in comments(site)] == ["Red: Copilot broke 2 tests."]


def test_work_that_is_withdrawn_ends_the_assignment_and_closes_the_pull_request_once(site):
    builder = site.builder()
    handle = begin(site, builder)
    builder.withdraw(handle, "stopped before there was a pull request")
    assert not builder._hub.is_assigned(site.repository, site.number)
    handle = begin(site, builder)
    site.finish(builder, handle)
    for _ in range(2):
        builder.withdraw(handle, "The night was stopped by @copilot.")
    pull = site.running.forge.issue("acme/pantry", site.agent.tasks[-1].pull or 0)
    assert pull.state == "closed"
    assert [text.splitlines()[-1] for text in comments(site)] == ["The night was stopped by Copilot."]


def test_who_wrote_the_commits_is_kept(site):
    builder = site.builder()
    outcome = site.finish(builder, begin(site, builder))
    (author,) = outcome.authors
    assert author.startswith("copilot-swe-agent[bot] <")


def test_only_what_the_branch_changed_comes_onto_an_older_base(site):
    tree = site.tree()
    site.running.forge.commit("acme/pantry", "main", {"later.txt": "later\n"}, "Work", "ann")
    handle = begin(site)
    site.agent.work(GREETING)
    (tree.path / "untracked.txt").write_text("stays")
    collected(site.builder(), handle)
    assert sorted(path.name for path in tree.path.iterdir()) == ["README.md", "hello.txt", "untracked.txt"]


def test_a_branch_that_does_not_fit_the_base_is_stuck_and_leaves_the_tree_alone(site):
    tree = site.tree()
    site.running.forge.commit("acme/pantry", "main", {"README.md": "Larder\n"}, "Work", "ann")
    handle = begin(site)
    site.agent.work({"README.md": "Cellar\n"})
    with pytest.raises(Stuck, match=r"both changed README\.md"):
        site.builder().collect(handle)
    assert (tree.path / "README.md").read_text() == "Pantry\n"


def test_a_commit_that_github_has_not_is_named(site):
    with pytest.raises(RepositoryUnusable, match="is gone"):
        adopt(site.workspace, site.repository, site.tree(), "1" * 40)


def test_a_base_branch_that_is_gone_is_taken_by_its_commit(site):
    handle = begin(site)
    site.agent.work(GREETING)
    head = site.running.forge.pull_requests("acme/pantry")[0].head_sha
    tree = replace(site.tree(), base=Base("gone", site.tree().base.sha))
    adopt(site.workspace, site.repository, tree, head)
    assert (site.folder / "hello.txt").exists()
    assert handle.builder == "copilot"


def test_usage_is_summed_before_it_is_rounded():
    sessions = [Session("completed", "", unit="ai_credits", amount=40_000_000.0)] * 3
    assert used(sessions) == "0.1 AI credits"
    assert used([*sessions, Session("completed", "", unit="premium_requests", amount=0.5)]) == (
        "0.1 AI credits, 0.5 premium requests"
    )


def test_every_state_of_githubs_has_a_meaning_and_a_new_one_counts_as_work():
    assert {STATES[state] for state in STATES} == set(Standing)
    assert Task("t", "brand_new").standing("") is Standing.WORKING
    old = Task("t", "completed", (Session("completed", "2026-01-01T00:00:00Z"),))
    assert old.standing("2026-01-02T00:00:00Z") is Standing.WORKING
    assert old.standing("") is Standing.DONE


@pytest.mark.parametrize("state", ["waiting_for_user", "cancelled", "timed_out", "failed"])
def test_a_later_attempt_asks_again_where_the_last_session_failed(site, state):
    begin(site)
    site.agent.work(GREETING, state)
    builder = site.builder()
    handles = [begin(site, builder, attempt=2) for _ in range(2)]
    assert len(comments(site)) == 1
    assert isinstance(builder.collect(handles[-1]), Pending)
    site.agent.work({"hello.txt": "hello again\n"})
    collected(builder, handles[-1])
    assert (site.folder / "hello.txt").read_text() == "hello again\n"
