"""`make demo NIGHT=desktop`: the paid models are down, a desktop builds, and they get the work back."""

import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.adapters.ledger import upgrade, uuid7
from include.overnight.assembly import Overnight, key_names
from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.domain.checkouts import Checkout, configured
from include.overnight.domain.models import ENTRY_TIER
from include.overnight.domain.nights import Night, document
from include.overnight.services.handing_over import HandOver, hand_over
from include.overnight.services.reading import open_night
from include.overnight.services.running import run_night
from include.overnight.services.switching import check_builders
from include.overnight.services.syncing import Synced, sync_checkout
from include.overnight.settings import load_settings

from .airflow_home import PROJECT
from .desks import BUSY, LEVEL, open_desks, push_upstream
from .forge import Forge, RunningForge, running_forge
from .model import running_model
from .processes import free_port
from .showing import show_checks, show_night
from .spoons import REPOSITORY, plant, write_scripts
from .stage import KEY, LOCAL_MODEL, TOKEN, local_builder

HOME = PROJECT / "build" / "demo-desktop"
LONGEST_BREAK = 90.0
"""Seconds: an endpoint that failed five times is left alone for a minute."""


@dataclass
class Story:
    """What happened, for the checks."""

    desk: Overnight
    nights: list[Night] = field(default_factory=list)
    synced: dict[str, Synced] = field(default_factory=dict)
    handed: dict[str, HandOver] = field(default_factory=dict)
    phases: list[str] = field(default_factory=list)


def play(home: Path, console: Console) -> int:
    """Play it from the beginning; return 0 when everything that it claims is true."""
    from .desktop_checking import check_story

    os.environ.update({"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"})
    logging.disable(logging.INFO)  # what the work says on its way would stand between the tables
    began = time.monotonic()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    try:
        story = _play(home.resolve(), console)
    except (RuntimeError, OSError) as error:
        print(f"the demo stopped: {error}", file=sys.stderr)
        return 1
    checks = check_story(story)
    show_checks(checks, console)
    console.print(f"{time.monotonic() - began:.0f} seconds; everything lies in {home}")
    return 0 if all(check.holds for check in checks) else 1


def _play(home: Path, console: Console) -> Story:
    paid = free_port()
    with _stage(home, paid) as (running, story):
        console.print("[bold]The paid models are down[/] (nobody listens on their port); the night begins")
        _night(story, console, 1, 2, 3)
        console.print("[bold]Meanwhile on two desktops[/]: a colleague has pushed, one has open work")
        push_upstream(running.forge)
        for checkout in _checkouts(story):
            story.synced[checkout.name] = sync_checkout(story.desk, GitDesktop(), checkout)
            story.handed[checkout.name] = hand_over(story.desk, GitDesktop(), checkout)
            console.print(f"  {checkout.name}: {story.synced[checkout.name].drift.decision.reason}")
        offered = tuple(sorted({model.model for model in story.desk.settings.models.values()}))
        with running_model(
            home / "scripts", key=KEY, journal=home / "model.jsonl", port=paid, models=offered
        ):
            console.print("[bold]The paid models are back[/]")
            _until_the_breaker_closes(story.desk, console)
            _checked(story, console, 2)
            _night(story, console, 4)
            _checked(story, console, 1)
    return story


@contextmanager
def _stage(home: Path, paid: int) -> Iterator[tuple[RunningForge, Story]]:
    """Serve a forge and the desktop's model, with two checkouts on the desks, until the block ends."""
    with ExitStack() as stack:
        forge = stack.enter_context(Forge(home / "forge"))
        running = stack.enter_context(running_forge(forge, {TOKEN: "overnight-bot:write"}))
        plant(forge, home / "tree")
        scripts = write_scripts(home / "scripts")
        local = stack.enter_context(
            running_model(scripts, journal=home / "local.jsonl", models=(LOCAL_MODEL,))
        )
        settings = home / "overnight.toml"
        settings.write_text(_settings(home, running, paid, int(local.url.rpartition(":")[2])))
        open_desks(home / "desks", running.git_url(REPOSITORY), TOKEN)
        loaded = load_settings(settings, {})
        owned = from_environment({"GITHUB_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}, key_names(loaded))
        desk = Overnight(loaded, owned)
        upgrade(desk.ledger_url)
        yield running, Story(desk)
        desk.database.close()


def _settings(home: Path, running: RunningForge, paid: int, local: int) -> str:
    desks = "".join(
        f'[[desktops]]\nname = "{name}"\npath = "{home / "desks" / name}"\nrepository = "{REPOSITORY}"\n'
        for name in (LEVEL, BUSY)
    )
    return f"""\
home = "{home / "work"}"
github_url = "{running.rest_url}"
openai_url = "http://127.0.0.1:{paid}/v1"
desktop_builder_enabled = true
{local_builder(local)}
[switching]
failures = 2
healthy_checks = 2
stable_minutes = 0

[gates]
review = false  # a review takes another tier, and this night has one
generate_tests = false

[[repositories]]
name = "{REPOSITORY}"
dry_run = false

{desks}"""


def _night(story: Story, console: Console, *numbers: int) -> None:
    desk = story.desk
    params = {"issues": list(numbers)}
    begun, admission = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params=params
    )
    if not admission.admitted:
        raise RuntimeError(f"the night was not admitted: {admission.reason}")
    night = run_night(desk, open_night(desk, begun))
    story.nights.append(night)
    show_night(document(night), desk.budgets.spent(), console)


def _checked(story: Story, console: Console, times: int) -> None:
    """Check both builders as desktop sync does every half hour."""
    desk = story.desk
    for _ in range(times):
        standing = check_builders(desk, desk.rungs.primary_health, desk.settings.values.switching.rules())
        story.phases.append(str(standing.phase))
        console.print(f"  both builders checked: {standing.phase}")


def _until_the_breaker_closes(desk: Overnight, console: Console) -> None:
    endpoint = desk.tier_facts()[ENTRY_TIER].endpoint
    end = time.monotonic() + LONGEST_BREAK
    while (why := desk.circuits.why_open(endpoint, looking=True)) and time.monotonic() < end:
        console.print(f"  {why}", style="dim")
        time.sleep(10)


def _checkouts(story: Story) -> tuple[Checkout, ...]:
    return configured(story.desk.settings.values.desktops, {})
