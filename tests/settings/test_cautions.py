"""Values that are allowed and yet not what somebody meant are told with their key and what to do."""

import pytest

from include.overnight.settings import cautions, load_settings

ONE = '[[repositories]]\nname = "acme/box"\n'


@pytest.fixture
def told(tmp_path):
    def tell(text: str) -> tuple[str, ...]:
        path = tmp_path / "overnight.toml"
        path.write_text(text)
        return cautions(load_settings(path, {}))

    return tell


def test_plain_settings_give_no_cause(told):
    assert told(ONE + "quota_limits = { daily = 50, hourly = 1 }\n") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            ONE + "quota_limits = { daily = 60 }\n",
            ("acme/box", "quota_limits.daily = 60", "counts as 50", "raise [quota] daily"),
        ),
        ('setup_hosts = ["pypi.org"]\n', ("setup_hosts has no effect", "setup_network")),
        ("local_above_top = true\n", ("local_above_top has no effect",)),
        (
            'ladder = ["gpt-4"]\n[models."gpt-5.1"]\nmodel = "x"\n',
            ("models.gpt-5.1 is not used", "`ladder` leaves gpt-5.1 out"),
        ),
        ('[gates]\nreviewer_tier = "local-builder"\n', ("add [models.local-builder]",)),
        ("allow_unknown_prices = true\n", ("no dollar limit holds",)),
    ],
)
def test_a_value_that_is_lowered_or_without_effect_is_told(told, text, words):
    (said,) = told(text)
    assert [word for word in words if word not in said] == [], said


def test_each_key_that_is_too_high_is_told(told):
    assert len(told(ONE + "quota_limits = { daily = 99, hourly = 99, concurrent = 99 }\n")) == 3
