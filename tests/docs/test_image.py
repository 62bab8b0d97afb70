"""The image holds what Overnight reads there."""

import fnmatch
import re

import pytest

from include.overnight.settings import load_settings

from ..architecture.sources import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text()
ALLOWED = [
    line.removeprefix("!").rstrip("/")
    for line in (PROJECT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
]
COPIED = [
    source
    for sources in re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for source in sources.split()
]


@pytest.mark.parametrize(
    "name", ["overnight.toml", "airflow_settings.yaml", "dags", "plugins", "include", "bin"]
)
def test_what_a_deployment_reads_comes_into_the_image(name):
    assert name in ALLOWED
    assert any(fnmatch.fnmatch(name, source) for source in COPIED)


def test_nothing_is_copied_that_the_build_does_not_see():
    assert [one for one in COPIED if not any(fnmatch.fnmatch(name, one) for name in ALLOWED)] == []


def test_a_file_that_a_checkout_need_not_have_is_copied_by_a_wildcard():
    assert [one for one in COPIED if not (PROJECT / one).exists() and "[" not in one] == []


def test_an_image_without_the_file_takes_its_repositories_from_variables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    env = re.search(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE).group(1)
    said = dict(word.split("=", 1) for word in env.split())
    settings = load_settings(None, {**said, "OVERNIGHT_REPOSITORIES": '[{"name": "acme/box"}]'})
    assert [one.name for one in settings.values.repositories] == ["acme/box"]
