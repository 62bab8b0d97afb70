"""Connections that never wait: sleeps are written down, not slept."""

from collections.abc import Callable, Iterator
from itertools import count

import github
import pytest

from demo.forge import Forge, RunningForge, running_forge
from include.overnight.adapters.github import (
    GitHubAccess,
    GitHubTracker,
    GitHubWriter,
    Pace,
    Pacer,
    Patience,
    connect,
)
from include.overnight.domain.issues import Repository

TOKEN = "ghp_test0000000000000000000000000000000000"


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    return Patience(sleep=slept.append)


@pytest.fixture
def client_for() -> Iterator[Callable[..., github.Github]]:
    """Return a client for a server, closed at the end."""
    clients: list[github.Github] = []

    def make(url: str, token: str = TOKEN) -> github.Github:
        clients.append(connect(GitHubAccess(url, token=token), pace=Pace.unhurried()))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningForge]:
    """One server for all tests: starting and stopping it costs more than most of them."""
    with (
        Forge(tmp_path_factory.mktemp("forge")) as scene,
        running_forge(scene, {TOKEN: "night-owl:write"}) as running,
    ):
        yield running


@pytest.fixture
def forge(served: RunningForge) -> Iterator[RunningForge]:
    """A forge with a new acme/pantry, on which our token belongs to night-owl and may write."""
    served.forge.allow(TOKEN, "night-owl", "write")
    made = served.forge.create_repository("acme", "pantry")
    served.forge.journal.clear()
    yield served
    served.forge.faults.clear()
    # Out of the way for the next test, without the redirect that a real renaming leaves behind.
    name = served.forge.world.store.repositories[made.id].full_name
    served.forge.change_repository(name, name=f"used-{made.id}", former_names=())


@pytest.fixture
def client(forge: RunningForge, client_for: Callable[..., github.Github]) -> github.Github:
    return client_for(forge.url)


@pytest.fixture
def tracker(client: github.Github, patience: Patience) -> GitHubTracker:
    return GitHubTracker(client, patience=patience)


@pytest.fixture
def pantry(tracker: GitHubTracker) -> Repository:
    return tracker.repository("acme", "pantry")


@pytest.fixture
def writer(client: github.Github, patience: Patience) -> GitHubWriter:
    def clean(text: str) -> str:
        return text.replace("hunter2", "[redacted]")

    # This clock stands at the end of all waits: what GitHub asks for is written down by `patience`.
    pacer = Pacer(Pace.unhurried(), clock=count(step=1_000_000.0).__next__)
    return GitHubWriter(client, clean=clean, pacer=pacer, patience=patience)
