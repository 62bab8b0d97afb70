"""Scripts and which of their attempts answers."""

import pytest

from demo.model.scripts import ScriptError, load_script

TIERED = """
[[attempts]]
tier = "gpt-4"
turns = [{ text = "one on gpt-4" }]
[[attempts]]
turns = [{ text = "two on any" }]
[[attempts]]
model = "gpt-5.*"
turns = [{ text = "three on a gpt-5 model" }]
"""


@pytest.fixture
def load(tmp_path):
    def written(text):
        path = tmp_path / "001.toml"
        path.write_text(text)
        return load_script(path)

    return written


@pytest.mark.parametrize(
    ("number", "tier", "model", "text"),
    [
        (1, "gpt-4", "gpt-4.1", "one on gpt-4"),
        (2, "gpt-4", "gpt-4.1", "two on any"),
        (7, "gpt-4", "gpt-4.1", "two on any"),
        (1, "gpt-4-turbo", "gpt-4.1", "two on any"),
        (3, "gpt-5.1", "gpt-5.1", "three on a gpt-5 model"),
    ],
)
def test_an_attempt_is_counted_among_those_that_fit(load, number, tier, model, text):
    assert load(TIERED).attempt(number, tier, model).turns[0].text == text


def test_a_tier_without_any_attempt_has_none(load):
    script = load('[[attempts]]\ntier = "gpt-4"\nturns = [{ text = "x" }]\n')
    assert script.attempt(1, "gpt-5.1", "gpt-5.1") is None


@pytest.mark.parametrize(
    "text",
    [
        "[[attempts]]\nturns = [{}]",
        "[[attempts]]\n",
        "[[replies]]\nwhen = '('\ntext = 'x'",
        "not toml",
        "[[replies]]\nwhen = 'x'",
    ],
)
def test_a_malformed_script_is_named(load, text):
    with pytest.raises(ScriptError, match=r"001\.toml"):
        load(text)


def test_a_missing_script_is_named(tmp_path):
    with pytest.raises(ScriptError, match=r"no script 042\.toml"):
        load_script(tmp_path / "042.toml")


def test_a_turn_may_refuse_and_an_attempt_may_write_its_calls_as_text(load):
    script = load(
        '[[attempts]]\nmodel = "gpt-.*"\nturns = [{ refusal = "I will not." }]\n'
        '[[attempts]]\ncalls_as = "fence"\nturns = [{ tool = "read_file" }]\n'
    )
    assert [(one.turns[0].refusal, one.calls_as) for one in script.attempts] == [
        ("I will not.", ""),
        (None, "fence"),
    ]
