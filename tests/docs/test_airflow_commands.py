"""What a guide says to type to Airflow, to systemd and in the morning exists as it is written."""

import configparser
import re
import shlex

import pytest
from airflow.cli import cli_parser

from ..architecture.sources import PROJECT

GUIDES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
DEPLOYMENT = (PROJECT / "docs" / "guides" / "deployment.md").read_text()
TYPED = sorted(
    {line for guide in GUIDES for line in re.findall(r"^(airflow .+)$", guide.read_text(), re.MULTILINE)}
)
CELERY = "airflow celery worker"


@pytest.mark.parametrize("typed", [line for line in TYPED if not line.startswith(CELERY)])
def test_airflow_understands_what_a_guide_says_to_type(typed):
    cli_parser.get_parser().parse_args(shlex.split(typed, comments=True)[1:])


def test_the_celery_worker_is_a_command_of_the_provider_that_is_locked():
    from airflow.providers.celery.cli.definition import get_celery_cli_commands

    (celery,) = get_celery_cli_commands()
    worker = next(one for one in celery.subcommands if one.name == "worker")
    flags = {flag for argument in worker.args for flag in argument.flags}
    typed = [line for line in TYPED if line.startswith(CELERY)]
    assert typed
    assert {word for line in typed for word in line.split() if word.startswith("-")} <= flags


def test_the_unit_of_systemd_can_be_read_and_ends_as_airflow_wants():
    (text,) = re.findall(r"```ini\n(.*?)```", DEPLOYMENT, re.DOTALL)
    unit = configparser.ConfigParser()
    unit.optionxform = str
    unit.read_string(text)
    assert unit["Service"]["KillSignal"] == "SIGINT"
    assert unit["Service"]["ExecStart"].endswith("airflow scheduler")
