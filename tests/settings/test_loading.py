"""Settings: defaults, then the file, then the environment; every message names the key and the fix."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from include.overnight.domain.errors import SettingsError
from include.overnight.domain.models import LADDER
from include.overnight.domain.plans import SequenceType
from include.overnight.settings import cautions, load_settings, origin_of, settings_path
from include.overnight.settings.tiers import PRESETS

ONE = '[[repositories]]\nname = "acme/box"\n'
RULE = '[[model_rules]]\nname = "ours"\n'


@pytest.fixture
def load(tmp_path):
    def write(text: str, **environ: str):
        path = tmp_path / "overnight.toml"
        path.write_text(text)
        return load_settings(path, environ)

    return write


def message(load, text: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(text, **environ)
    return str(caught.value)


def test_without_a_file_the_defaults_stand_and_no_repository_is_configured(tmp_path):
    settings = load_settings(tmp_path / "nothing.toml", {})
    assert settings.path is None
    assert settings.values.repositories == ()
    assert settings.values.limits.night_usd == Decimal(20)


def test_the_file_wins_over_the_default_and_the_environment_over_the_file(load):
    text = 'home = "/from/file"\ngithub_url = "http://file"\n'
    settings = load(text, OVERNIGHT_HOME="/from/environment")
    assert settings.home == Path("/from/environment")
    assert settings.values.github_url == "http://file"
    assert settings.origins["home"] == "OVERNIGHT_HOME"
    assert settings.origins["github_url"].endswith("overnight.toml")
    assert settings.origins["openai_url"] == "default"


def test_an_empty_variable_says_nothing(load):
    assert load('home = "/from/file"\n', OVERNIGHT_HOME="").home == Path("/from/file")


def test_every_key_has_its_variable_and_those_of_tables_too(load):
    text = "[limits]\nnight_usd = 20\nissue_usd = 2\n"
    settings = load(
        text, OVERNIGHT_LIMITS__NIGHT_USD="5", OVERNIGHT_NOTIFY='["json://x"]', DESKTOP_BUILDER_ENABLED="1"
    )
    assert (settings.values.limits.night_usd, settings.values.limits.issue_usd) == (Decimal(5), Decimal(2))
    assert settings.values.notify == ("json://x",)
    assert settings.values.desktop_builder_enabled is True
    from_where = {
        key: origin_of(key, settings.origins) for key in ("limits.night_usd", "notify", "gates.review")
    }
    assert from_where == {
        "limits.night_usd": "OVERNIGHT_LIMITS__NIGHT_USD",
        "notify": "OVERNIGHT_NOTIFY",
        "gates.review": "default",
    }
    assert origin_of("limits.issue_usd", settings.origins).endswith("overnight.toml")
    assert origin_of("desktop_builder_enabled", settings.origins) == "DESKTOP_BUILDER_ENABLED"


def test_a_whole_list_of_repositories_can_stand_in_the_environment(load):
    settings = load(ONE, OVERNIGHT_REPOSITORIES='[{"name": "acme/pantry", "max_issues_per_run": 3}]')
    assert [(one.name, one.max_issues_per_run) for one in settings.values.repositories] == [
        ("acme/pantry", 3)
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("OVERNIGHT_NOTIFY", "mailto://x", ("notify", "as JSON", "OVERNIGHT_LIMITS__NIGHT_USD=5")),
        ("OVERNIGHT_LIMITS__NIGHT_USD", "-1", ("OVERNIGHT_LIMITS__NIGHT_USD: limits.night_usd", "greater")),
        ("OVERNIGHT_LIMITS__NIHGT_USD", "1", ("limits.nihgt_usd", "mend the spelling")),
        ("OVERNIGHT_SANDBOX", "maybe", ("OVERNIGHT_SANDBOX: sandbox", "got 'maybe'")),
    ],
)
def test_a_wrong_variable_is_named_with_its_fix(load, name, text, words):
    said = message(load, "", **{name: text})
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("1", True), ("0", False)])
def test_switches_of_the_environment_are_read_as_people_write_them(load, text, value):
    assert load("", OVERNIGHT_EXECUTION_ENABLED=text).values.execution_enabled is value


def test_a_changed_file_is_read_again(load, tmp_path):
    assert load('home = "/one"\n').home == Path("/one")
    path = tmp_path / "overnight.toml"
    path.write_text('home = "/two"\n')
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))
    assert load_settings(path, {}).home == Path("/two")


def test_the_path_comes_from_the_environment_else_from_this_folder():
    assert settings_path({"OVERNIGHT_SETTINGS": "/etc/overnight.toml"}) == Path("/etc/overnight.toml")
    assert settings_path({}) == Path("overnight.toml").absolute()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limit = 3\n", ("limit", "remove it, or mend the spelling")),
        (ONE + "max_isues = 3\n", ("repositories[0].max_isues", "remove it, or mend the spelling")),
        (ONE + "max_issues_per_run = 0\n", ("max_issues_per_run", "greater than 0")),
        (ONE + 'window = "1-7"\n', ("repositories[0].window", "got '1-7'")),
        (ONE + 'timezone = "Mars/Olympus"\n', ("timezone", "IANA name such as Europe/Zurich")),
        (ONE + 'sequence_order = ["qa", "qa"]\n', ("sequence_order names a type twice",)),
        (ONE + 'sequence_order = ["tests"]\n', ("sequence_order[0]", "'architecture'", "got 'tests'")),
        (ONE + ONE, ("acme/box is configured twice",)),
        ('[[repositories]]\nname = "box"\n', ("repositories[0].name", "got 'box'")),
        ('[models.gpt-9]\nmodel = "x"\n', ("gpt-9 is no tier", "local-builder")),
        ("[limits]\nnight_usd = -1\n", ("limits.night_usd", "greater than or equal to 0")),
        ('sandbox = "maybe"\n', ("sandbox", "'bubblewrap', 'backend' or 'none'")),
        ("[limits\n", ("overnight.toml", "not valid TOML", "line 1")),
        ("[quota]\ndaily = -1\n", ("quota.daily", "greater than or equal to 0")),
        ("[limits]\nnight_usd = nan\n", ("limits.night_usd", "finite")),
        ("[throttle]\ndaily_share = 80\n", ("throttle.daily_share", "less than or equal to 1")),
        ("[throttle]\nfailed_last_hour = -1\n", ("throttle.failed_last_hour", "greater than 0")),
        (ONE + "quota_limits = { hourly = -2 }\n", ("repositories[0].quota_limits.hourly",)),
        (
            'ladder = ["gpt-4", "gpt-5.1", "gpt-4"]\n',
            ("ladder", "in a circle (gpt-4 → gpt-5.1 → gpt-4)", "name each rung once"),
        ),
        ('ladder = ["gpt-4", "gpt-9"]\n', ("ladder", "'gpt-9' is no rung", "gpt-4-turbo")),
        ('ladder = ["gpt-5.1", "gpt-4"]\n', ("ladder", "order is fixed", "leave rungs out")),
        ('ladder = ["gpt-5.1"]\n', ("ladder", "gpt-4 is where issues start")),
        (
            '[models.gpt-4]\nmodel = "x"\ninput_usd_per_mtok = 1\n',
            ("models.gpt-4", "output_usd_per_mtok missing", "0 for a local model"),
        ),
        (
            '[models.gpt-4]\nmodel = "x"\ncached_usd_per_mtok = 1\n',
            ("input_usd_per_mtok and output_usd_per_mtok missing",),
        ),
        ('[models.gpt-4]\nmodel = "x"\nparallel = 0\n', ("models.gpt-4.parallel", "greater than 0")),
        ('[models.gpt-4]\nmodel = "x"\ntool_style = "json"\n', ("tool_style", "'native' or 'text'")),
        (RULE + 'tier = "gpt-9"\n', ("model_rules[0].tier", "'gpt-9' is no tier")),
        (RULE + 'tier = "gpt-5.1"\n', ("model_rules[0]", "gpt-5.1 is an escalation and needs a tag")),
        (RULE + 'tier = "gpt-5.1"\ntag = "fun"\n', ("model_rules[0]", "'fun' justifies nothing")),
        (RULE + 'tier = "gpt-4"\nexempt = true\n', ("gpt-4 is no escalation", "remove it")),
        (RULE + 'tier = "gpt-4"\ncomplexity = ["hard"]\n', ("model_rules[0].complexity[0]", "got 'hard'")),
        (RULE + 'tier = "gpt-4"\nfiles_at_least = -1\n', ("files_at_least",)),
        ('setup_hosts = ["https://pypi.org"]\n', ("setup_hosts[0]", "write it bare, such as pypi.org")),
        ('[gates]\nreviewer_tier = "gpt-9"\n', ("gates.reviewer_tier", "'gpt-9' is no tier")),
        ("[learning]\nexploration_share = 2\n", ("learning.exploration_share", "less than or equal to 1")),
    ],
)
def test_what_is_wrong_is_named_with_its_key_and_its_fix(load, text, words):
    said = message(load, text)
    assert [word for word in words if word not in said] == [], said


def test_what_is_wrong_in_the_environment_names_the_variable(load):
    said = message(load, "", OVERNIGHT_EXECUTION_ENABLED="maybe")
    assert "OVERNIGHT_EXECUTION_ENABLED" in said
    assert "got 'maybe'" in said


def test_every_mistake_is_told_at_once(load):
    said = message(load, ONE + "max_issues_per_run = 0\nparallel_issues = 0\n")
    assert len(said.splitlines()) == 2


def test_bytes_that_are_not_text_are_a_settings_error(tmp_path):
    path = tmp_path / "overnight.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(path, {})


def test_a_partial_order_is_completed_in_the_default_order(load):
    (repository,) = load(ONE + 'sequence_order = ["build", "qa"]\n').values.repositories
    rest = [kind for kind in SequenceType if kind not in ("build", "qa")]
    assert list(repository.sequence_order) == ["build", "qa", *rest]


def test_an_unconfigured_repository_names_the_key_and_the_command(load):
    with pytest.raises(SettingsError) as caught:
        load(ONE).repository("acme/other")
    assert '[[repositories]] with name = "acme/other"' in str(caught.value)
    assert "overnight init acme/other" in str(caught.value)


def test_a_repository_is_found_whatever_its_case(load):
    assert load(ONE).repository("ACME/Box").name == "acme/box"


def test_one_schedule_or_several_read_the_same(load):
    several = load(ONE + 'schedule_expression = ["0 2 * * *", "0 4 * * 6"]\n').repository("acme/box")
    assert several.schedules == ("0 2 * * *", "0 4 * * 6")
    assert load(ONE).repository("acme/box").schedules == ("0 2 * * *",)


def test_ledger_and_storage_stand_in_the_home_unless_they_are_named(load):
    settings = load('home = "/srv/night"\n')
    assert settings.ledger_url == "sqlite:////srv/night/ledger.db"
    assert settings.storage_url == "file:///srv/night/objects"
    assert load('storage_url = "s3://bucket"\n').storage_url == "s3://bucket"


def test_a_model_of_the_file_takes_the_presets_place_and_the_others_stay(load):
    settings = load('preset = "seeds"\n[models.gpt-4]\nmodel = "mine"\n')
    assert settings.models["gpt-4"].model == "mine"
    assert settings.models["gpt-4-turbo"].model == "gpt-4-turbo"
    assert load("").models["gpt-4"].model != "gpt-4"


def test_a_rung_that_the_ladder_leaves_out_has_no_model(load):
    settings = load('ladder = ["gpt-4", "gpt-5.1"]\n[models.local-builder]\nmodel = "mine"\n')
    assert set(settings.models) == {"gpt-4", "gpt-5.1", "local-builder"}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_a_model_for_every_rung(load, preset):
    assert list(load(f'preset = "{preset}"\n').models) == list(LADDER)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("OVERNIGHT_LIMITS_NIGHT_USD", "did you mean OVERNIGHT_LIMITS__NIGHT_USD?"),
        ("OVERNIGHT_LIMTS__NIGHT_USD", "did you mean OVERNIGHT_LIMITS__NIGHT_USD?"),
        ("OVERNIGHT_EXECUTION_ENABLE", "did you mean OVERNIGHT_EXECUTION_ENABLED?"),
        ("OVERNIGHT_NONSENSE", "remove it"),
    ],
)
def test_a_variable_that_is_no_setting_is_told_of_with_the_nearest_one(tmp_path, caplog, name, near):
    settings = load_settings(tmp_path / "none.toml", {name: "5"})
    assert cautions(settings) == (f"{name} is no setting and has no effect: {near}",)
    assert near in caplog.text


def test_variables_that_are_read_elsewhere_are_no_mistake(tmp_path):
    environ = {
        "OVERNIGHT_FAILPOINT": "@x",
        "OVERNIGHT_API_URL": "http://x",
        "OVERNIGHT_API_TOKEN_FILE": "token",
        "OVERNIGHT_LIMITS__NIGHT_USD": "5",
    }
    assert load_settings(tmp_path / "none.toml", environ).misspelt == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [("schedule_expression = []", "at least 1 item"), ('window = "02:00-02:00"', "never opens")],
)
def test_a_schedule_that_never_comes_is_refused(tmp_path, line, words):
    path = tmp_path / "overnight.toml"
    path.write_text(f'[[repositories]]\nname = "acme/box"\n{line}\n')
    with pytest.raises(SettingsError, match=words):
        load_settings(path, {})
