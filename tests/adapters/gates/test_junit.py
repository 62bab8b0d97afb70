from __future__ import annotations

import pytest

from include.overnight.adapters.gates.suite.junit import read_junit
from include.overnight.adapters.gates.suite.results import TestStatus as Status


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
    assert read_junit(report) is None
    link = tmp_path / "link.xml"
    link.symlink_to("/etc/passwd")
    assert read_junit(link) is None
    assert read_junit(tmp_path / "none") is None
