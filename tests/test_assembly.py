"""The desk: parts made when first touched, tiers that say why they cannot be used, one pace for GitHub."""

import subprocess
import sys
from decimal import Decimal

import pytest

from include.overnight.adapters.ledger import upgrade
from include.overnight.assembly import key_names, open_overnight
from include.overnight.domain.errors import NotAuthorized
from include.overnight.domain.models import LADDER
from include.overnight.settings import load_settings

LOCAL = '[models.local-builder]\nmodel = "qwen"\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = ""\n'


@pytest.fixture
def desk(tmp_path):
    def make(text: str = "", **environ: str):
        path = tmp_path / "overnight.toml"
        path.write_text(f'home = "{tmp_path / "home"}"\n{text}')
        return open_overnight(load_settings(path, environ), environ=environ)

    return make


def test_opening_a_desk_touches_neither_disk_nor_network(desk, tmp_path):
    desk(GITHUB_TOKEN="token-4711")
    assert not (tmp_path / "home").exists()


def test_every_tier_without_its_key_names_the_variable(desk):
    tiers = desk().available_tiers()
    assert {tiers[tier] for tier in LADDER} == {"OPENAI_API_KEY not set"}


def test_with_a_key_the_ladder_is_usable_and_the_local_builder_names_its_switch(desk):
    tiers = desk(OPENAI_API_KEY="key-47110815").available_tiers()
    assert [tiers[tier] for tier in LADDER] == ["", "", ""]
    assert tiers["local-builder"] == "DESKTOP_BUILDER_ENABLED is not true"


def test_a_local_builder_that_does_not_answer_says_so(desk):
    tiers = desk(LOCAL, DESKTOP_BUILDER_ENABLED="true").available_tiers()
    assert tiers["local-builder"] not in ("", "DESKTOP_BUILDER_ENABLED is not true")


def test_the_names_of_the_keys_come_from_the_models(desk):
    text = '[models."gpt-5.1"]\nmodel = "x"\napi_key_env = "OTHER_KEY"\n'
    assert key_names(desk(text).settings) == {"OPENAI_API_KEY", "OTHER_KEY"}


def test_without_a_token_whoever_asks_github_hears_the_fix(desk):
    with pytest.raises(NotAuthorized, match="GITHUB_TOKEN not set"):
        desk().tracker.login()


def test_secrets_are_known_to_the_redactor_from_the_beginning(desk):
    opened = desk(GITHUB_TOKEN="token-4711-4711", OPENAI_API_KEY="key-47110815")
    said = opened.redactor.clean("token-4711-4711 and key-47110815")
    assert "4711" not in said


def test_only_a_forge_on_this_machine_is_written_to_without_a_pause(desk):
    ours = desk('github_url = "http://127.0.0.1:8081/api/v3"')
    assert ours.github._pace.seconds_between_writes == 0
    assert desk("write_spacing_seconds = 0").github._pace.seconds_between_writes == 1.0


def test_whatever_writes_to_github_keeps_one_pace(desk):
    ours = desk(GITHUB_TOKEN="token-4711")
    ours.settings.home.mkdir()
    upgrade(ours.ledger_url)
    assert ours.writer._wire._pacer is ours.issues._wire._pacer is ours.github.pacer


def test_a_price_is_known_for_every_rung_and_none_is_dearer_than_the_one_above(desk):
    prices = [desk().list_price(tier, 100_000, 10_000) for tier in LADDER]
    assert prices == sorted(prices)
    assert prices[0] > 0


def test_a_tier_that_is_not_set_costs_nothing(desk):
    assert desk().list_price("local-builder", 1000, 1000) == Decimal(0)


def test_the_desk_alone_loads_no_sdk():
    code = "import sys, include.overnight.assembly; print({'openai', 'github', 'git'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
