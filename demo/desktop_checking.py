"""What the desktop's night is there to show, each with its evidence."""

from collections.abc import Callable, Mapping
from pathlib import Path

from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.domain.models import ENTRY_TIER, Tier

from .checking import Check
from .desks import BUSY, LEVEL, UNFINISHED
from .desktop import Story

LADDER_OF_A_SWITCH = ["primary → desktop", "desktop → trial", "trial → primary"]


def check_story(story: Story) -> list[Check]:
    """Return every claim with its proofs; a claim without any is false."""
    return [Check(claim, tuple(found), bool(found)) for claim, found in _proved(story)]


def _proved(story: Story) -> list[tuple[str, list[str]]]:
    return [(claim, proofs(story)) for claim, proofs in CLAIMS.items()]


def _events(story: Story, *types: EventType) -> tuple[Event, ...]:
    return story.desk.ledger.events(EventQuery(types=types, limit=None, oldest_first=True))


def _failed(story: Story) -> list[str]:
    finished = _events(story, EventType.ATTEMPT_FINISHED)
    failed = [one for one in finished if one.metadata["outcome"] == "unavailable"]
    return [f"#{one.issue} on {one.metadata['tier']}: {one.metadata['failure']}" for one in failed]


def _switched(story: Story) -> list[str]:
    switches = _events(story, EventType.BUILDER_SWITCH)
    steps = [f"{one.metadata['from']} → {one.metadata['to']}" for one in switches]
    reasons = [f"{step} ({one.metadata['reason']})" for step, one in zip(steps, switches, strict=True)]
    return reasons if steps == LADDER_OF_A_SWITCH else []


def _built_here(story: Story) -> list[str]:
    rows = [row for row in story.nights[0].issues if row.pull_request]
    here = [row for row in rows if row.attempts[-1]["tier"] == Tier.LOCAL_BUILDER]
    at_once = [row for row in here if len(row.attempts) == 1]
    told = [f"#{row.number} pull request #{row.pull_request}" for row in here]
    return told if at_once and len(here) == len(story.nights[0].issues) else []


def _given_back(story: Story) -> list[str]:
    (row,) = story.nights[1].issues
    tiers = [attempt["tier"] for attempt in row.attempts]
    right = row.pull_request and tiers == [ENTRY_TIER] and story.phases == ["desktop", "trial", "primary"]
    return [f"#{row.number} on {tiers[0]}, pull request #{row.pull_request}"] if right else []


def _merged(story: Story) -> list[str]:
    synced = story.synced[LEVEL]
    moved = synced.moved
    return [f"{LEVEL} at {moved.after[:12]}, kept as {moved.backup}"] if moved and synced.in_sync else []


def _left_alone(story: Story) -> list[str]:
    synced = story.synced[BUSY]
    path = Path(synced.drift.state.checkout.path) / "README.md"
    untouched = path.read_text(encoding="utf-8") == UNFINISHED and synced.moved is None
    return [f"{BUSY}: {synced.drift.decision.reason}"] if untouched and not synced.in_sync else []


def _handed_over(story: Story) -> list[str]:
    handed = story.handed
    there = all(Path(one.summary).is_file() and len(one.opened.branches) == 3 for one in handed.values())
    return [f"{name}: 3 branches, {one.summary}" for name, one in handed.items()] if there else []


def _shown(story: Story) -> list[str]:
    from include.overnight.services.watching import desktop_standings

    standings = desktop_standings(story.desk)
    named = {one.name for one in standings} >= {LEVEL, BUSY, "builder"}
    return [f"{one.name}: {one.told}" for one in standings] if named else []


def _proof_of_chain(story: Story) -> list[str]:
    return [] if story.desk.ledger.verify() else ["no problem in any stream"]


CLAIMS: Mapping[str, Callable[[Story], list[str]]] = {
    "the paid models failed": _failed,
    "every switch is an event with its reason": _switched,
    "the desktop built the night, and after the switch at once": _built_here,
    "the paid models got the work back after one trial": _given_back,
    "a clean desk was brought level, with a way back": _merged,
    "a desk with unfinished work was left untouched": _left_alone,
    "the night's branches and its page lie on both desks": _handed_over,
    "desktops and builders stand on the dashboard": _shown,
    "the ledger's chains hold": _proof_of_chain,
}
"""Claim → its proofs, empty when the story does not show it."""
