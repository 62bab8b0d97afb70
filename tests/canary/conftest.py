"""One night over three issues, with a canary in every text that reaches it."""

import logging
from dataclasses import dataclass, field, replace

import pytest

from include.overnight.adapters.ledger import upgrade
from include.overnight.adapters.ledger.engine import close_engine
from include.overnight.credentials import from_environment
from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.nights import Night
from include.overnight.domain.reviewing import Judgement, Review
from include.overnight.settings import load_settings

from ..fakes import ScriptedAdvisor, ScriptedBuilder, StagedDesk, writes
from ..staging import FILES, REPOSITORY, TOKEN, Stage, open_stage
from .planted import KINDS, Canary, Sower

SUITE = """\
import os
import sys
import unittest

import box

NOISE = open("notes.txt").read()


class BoxTest(unittest.TestCase):
    def test_a_box_has_a_size(self):
        print(NOISE)
        print(NOISE, file=sys.stderr)
        self.assertEqual(box.size(2, 3), 6, NOISE)
"""


class LeakyBuilder(ScriptedBuilder):
    """Says secrets in its summary and its transcript."""

    words = ""

    def collect(self, handle):
        built = super().collect(handle)
        return replace(built, summary=self.words, transcript=f'[{{"content": "{_escaped(self.words)}"}}]')


def _escaped(text):
    return text.replace("\n", "\\n")


@dataclass
class Sown:
    """What was planted where, and the night that went over it."""

    stage: Stage
    desk: StagedDesk
    night: Night
    canaries: list[Canary]
    logs: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


class Field:
    """Hands out canaries, kind after kind, and remembers them."""

    def __init__(self):
        self._sower, self.canaries = Sower(), []

    def text(self, count=1):
        """Return so many fresh canaries as they would stand in a text, a line each."""
        fresh = [self._sower.of(KINDS[(len(self.canaries) + n) % len(KINDS)]) for n in range(count)]
        self.canaries += fresh
        return "\n".join(one.text for one in fresh)

    def known(self):
        """Return a canary that no shape gives away: only the environment knows it."""
        self.canaries.append(Canary("known value", secret := f"heron.{self._sower.word(24).lower()}", secret))
        return secret


class Listener(logging.Handler):
    """Keeps every line that anything logs, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def sown(tmp_path_factory):
    home, ground = tmp_path_factory.mktemp("canaries"), Field()
    environment = {
        "GITHUB_TOKEN": TOKEN,
        "OPENAI_API_KEY": ground.known(),
        "SHOP_PASSWORD": ground.known(),
        "AIRFLOW_CONN_SHOP": f"postgresql://me:{ground.known()}@db/shop",
        "AIRFLOW_CONN_CHAT": f'{{"conn_type": "http", "password": "{ground.known()}"}}',
    }
    known = [one.secret for one in ground.canaries]
    files = FILES | {
        "test_box.py": SUITE,
        "notes.txt": ground.text(12) + "\n" + "\n".join(known),
        "AGENTS.md": f"Use tabs.\n{ground.text(2)}\n",
    }
    listener = Listener()
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        with open_stage(home, files) as stage:
            yield _played(stage, ground, environment, known, listener)
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


def _played(stage, ground, environment, known, listener):
    numbers = [
        stage.issue(f"{title} {ground.text()}", f"- [ ] it works\n{ground.text(3)}\n{known[0]}")
        for title in ("Add a colour", "Add a shape", "Add a lid")
    ]
    for number in numbers:
        issue = stage.forge.issue(REPOSITORY, number)
        stage.forge.comment(issue, "lead", f"mind this: {ground.text(2)}")
    words = ground.text(5)
    failure = ModelFailure(FailureKind.REFUSAL, f"400 {ground.text(3)} {known[1]}")
    scripts = {
        numbers[0]: [writes("colour.py", "RED = 1\n")],
        numbers[1]: [failure, writes("box.py", "def size(a, b):\n    return 0\n")],
        numbers[2]: [writes("lid.py", "LID = 1\n")],
    }
    said = ground.text(3)

    def opinion(brief):
        verdict = "lid" not in brief.diff
        quote = next(
            (line[1:] for line in brief.diff.splitlines() if line[:1] == "+" and line[:3] != "+++"), ""
        )
        told = tuple(Judgement(text, verdict, quote if verdict else f"no: {said}") for text in brief.criteria)
        return Review(told, model="scripted", tier="gpt-4")

    path = stage.home / "overnight.toml"
    path.write_text(
        f'home = "{stage.home / "work"}"\ngithub_url = "{stage.running.rest_url}"\n'
        f'notify = ["json://127.0.0.1:9/{ground.known()}"]\n'
        f'[[repositories]]\nname = "{REPOSITORY}"\ndry_run = false\n'
        f'[repositories.commands]\nenvironment = {{ SHOP_KEY = "{ground.text()}" }}\n'.replace("\n\n", "\n")
    )
    settings = load_settings(path, {})
    settings.home.mkdir(exist_ok=True)
    builder = LeakyBuilder(scripts)
    builder.words = f"{words}\n{known[2]}"
    told = []
    desk = StagedDesk(
        settings,
        from_environment(environment, frozenset({"OPENAI_API_KEY"})),
        scripted=builder,
        counsel=ScriptedAdvisor(plans=[f"1. do it {ground.text(2)}"], opinion=opinion),
        tellers=(lambda title, body: told.append(f"{title}\n{body}"),),
    )
    upgrade(desk.ledger_url)
    night = stage.night(desk)
    close_engine(desk.ledger_url)
    return Sown(stage, desk, night, ground.canaries, listener.lines, told)
