"""What a guide tells people to type exists: commands, options, settings, variables, files."""

import itertools
import re
import shlex
import tomllib

import pytest

from include.overnight.adapters.overnight_file import parse_overnight_file
from include.overnight.cli.console import Exit
from include.overnight.domain.events import EventType
from include.overnight.domain.gates import GateName
from include.overnight.settings import VARIABLES, FileSettings

from ..architecture.sources import PROJECT
from .command_reference import commands

GUIDES = [
    *(PROJECT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((PROJECT / "docs").glob("*.md")),
    *sorted((PROJECT / "docs" / "decisions").glob("*.md")),
    *sorted((PROJECT / "docs" / "guides").glob("*.md")),
]
GUIDE = {str(path.relative_to(PROJECT)): path.read_text() for path in GUIDES}
COMMANDS = commands()
OTHER_VARIABLES = {
    "OVERNIGHT_API_TOKEN",
    "OVERNIGHT_API_TOKEN_FILE",
    "OVERNIGHT_API_URL",
    "OVERNIGHT_LEDGER_SIGNING_KEY",
    "OVERNIGHT_SETTINGS",
}


def _typed(text):
    """Yield every `overnight …` that a guide shows, inline or on a line of a block."""
    yield from re.findall(r"`(overnight [^`\n]+)`", text)
    yield from re.findall(r"^(overnight [^\n]+)$", text, re.MULTILINE)


TYPED = sorted({(name, typed) for name, text in GUIDE.items() for typed in _typed(text)})


def _called(words):
    """Return the command that the words call, and the words after it."""
    for length in (3, 2):
        if " ".join(words[:length]) in COMMANDS:
            return COMMANDS[" ".join(words[:length])], words[length:]
    return None, words


@pytest.mark.parametrize(("guide", "typed"), TYPED, ids=lambda value: value)
def test_a_command_that_a_guide_shows_exists_with_its_options(guide, typed):
    words = shlex.split(typed.split(">")[0], comments=True)
    if words[1] == "--version" or (
        len(words) == 2 and any(name.startswith(f"overnight {words[1]} ") for name in COMMANDS)
    ):
        return
    command, given = _called(words)
    assert command is not None, f"{guide}: no such command: {typed}"
    options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
    assert {word for word in given if word.startswith("-")} <= options.keys(), f"{guide}: {typed}"
    for name, value in itertools.pairwise(given):
        if name == "--type":
            assert value in set(EventType)


def test_every_rule_of_a_gate_is_explained_in_the_guide():
    package = PROJECT / "include" / "overnight"
    sources = [*(package / "adapters" / "gates").rglob("*.py"), package / "domain" / "opinions.py"]
    made = re.compile(r"""(?:Finding|_row)\(\s*"([a-z_]+)",""")
    rules = {rule for source in sources for rule in made.findall(source.read_text())} | {"suppression"}
    explained = set(re.findall(r"`([a-z_]+)`", GUIDE["docs/guides/gates.md"]))
    assert len(rules) > 40
    assert rules - explained == set()


def test_every_gate_has_its_row_in_the_guide():
    rows = re.findall(r"^\| ([a-z]+) \|", GUIDE["docs/guides/gates.md"], re.MULTILINE)
    assert rows[1 : len(GateName) + 1] == list(GateName)


def test_every_command_is_told_of_in_a_guide():
    told = {" ".join(words[:length]) for _, typed in TYPED for words in [typed.split()] for length in (2, 3)}
    assert {name for name in COMMANDS if name not in told} <= {"overnight db downgrade", "overnight db check"}


def test_every_exit_code_is_documented():
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", GUIDE["docs/operate.md"], re.MULTILINE)}
    assert codes == {*map(int, Exit)}


def test_every_toml_example_is_valid_settings():
    for text in GUIDE.values():
        for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
            FileSettings.model_validate(tomllib.loads(block))


def test_the_example_of_overnight_yml_is_valid():
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE["docs/configure.md"], re.DOTALL)
    assert dict(parse_overnight_file(block).steps)["lint"] == "ruff check ."


def test_every_variable_that_a_guide_or_the_example_names_is_read():
    known = {*VARIABLES.values(), *OTHER_VARIABLES}
    texts = {**GUIDE, ".env.example": (PROJECT / ".env.example").read_text()}
    for name, text in texts.items():
        named = set(re.findall(r"\b(?:OVERNIGHT|DESKTOP)_[A-Z_]+\b", text))
        assert {one for one in named if one.partition("__")[0] not in known} == set(), name


def test_the_variables_that_a_first_night_needs_are_told_of_and_in_the_example():
    example = (PROJECT / ".env.example").read_text()
    keys = ("execution_enabled", "home", "ledger_url", "storage_url", "desktop_builder_enabled")
    for variable in (*(VARIABLES[key] for key in keys), "GITHUB_TOKEN", "OPENAI_API_KEY"):
        assert f"`{variable}`" in GUIDE["docs/configure.md"]
        assert variable in example


@pytest.mark.parametrize("name", GUIDE)
def test_a_path_of_ours_that_a_guide_names_exists(name):
    written = ("build/", "tests/docs/")
    for path in re.findall(
        r"`((?:include|dags|demo|docs|tests|bench|adapters|domain|settings|cli)/[\w./-]+)`", GUIDE[name]
    ):
        places = (PROJECT / path, PROJECT / "include" / "overnight" / path)
        assert path.startswith(written) or any(place.exists() for place in places), path


ABSENT = ("gitlab", "bitbucket", "gitea", "jira", "gvisor", "firecracker", "kubernetesexecutor", "slack bot")
"""What somebody may look for, and what is not there: no document claims it."""


@pytest.mark.parametrize("name", GUIDE)
def test_no_document_claims_what_is_absent(name):
    assert [word for word in ABSENT if word in GUIDE[name].lower()] == []


def test_the_readme_leads_to_every_guide_and_every_reference():
    pages = [path for path in (PROJECT / "docs").rglob("*.md") if path.parent.name != "decisions"]
    names = {str(path.relative_to(PROJECT)) for path in pages}
    assert {name for name in names if f"({name})" not in GUIDE["README.md"]} == set()
