from __future__ import annotations

import pytest

from include.overnight.adapters.gates.junit import TestStatus as Status
from include.overnight.adapters.gates.junit import read_junit, speaks_junit


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "python -m pytest -q",
        "python3.11 -B -m pytest tests -k 'a or b'",
        "uv run pytest",
        "CI=1 poetry run python -m pytest",
        "coverage run -m pytest -q",
        ".venv/bin/pytest",
        "set -e\nmake build\npytest -q",
        "make && pytest",
    ],
)
def test_a_plain_start_of_pytest_is_recognized(command):
    assert speaks_junit(command)


@pytest.mark.parametrize(
    "command",
    [
        "make pytest",
        "npm test",
        "pytest | tee log",
        "pytest && echo done",
        "pytest --junitxml=x",
        "echo pytest",
    ],
)
def test_what_options_cannot_be_added_to_is_left_alone(command):
    assert not speaks_junit(command)


def test_the_worst_result_of_a_test_counts(tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text(
        "<testsuites><testsuite><testcase classname='m' name='a'/>"
        "<testcase classname='m' name='a'><error/></testcase>"
        "<testcase classname='m' name='b'><skipped/></testcase></testsuite></testsuites>"
    )
    assert read_junit(report) == {"m::a": Status.FAILED, "m::b": Status.SKIPPED}


@pytest.mark.parametrize("content", ["", "<a", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "\0"])
def test_a_hostile_report_is_no_report(tmp_path, content):
    report = tmp_path / "junit.xml"
    report.write_text(content)
    assert read_junit(report) == {}
    link = tmp_path / "link.xml"
    link.symlink_to("/etc/passwd")
    assert read_junit(link) == {}
    assert read_junit(tmp_path / "none") == {}
