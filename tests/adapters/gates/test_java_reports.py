from __future__ import annotations

import os
from pathlib import Path

import pytest

from include.overnight.adapters.gates.suite.java_reports import read_java
from include.overnight.adapters.gates.suite.results import TestStatus

REPORT = '<testsuite><testcase classname="box.{0}" name="big"/>{1}</testsuite>'
RED = '<testcase classname="box.BoxTest" name="red"><failure/></testcase>'


def write(path: Path, text: str, when: float = 100.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (when, when))


@pytest.mark.parametrize("command", ["mvn --offline test", "sh ./gradlew --offline test"])
def test_reports_of_this_run_tell_the_tests_one_by_one(tmp_path, command):
    write(tmp_path / "target/surefire-reports/TEST-box.xml", REPORT.format("BoxTest", RED))
    write(tmp_path / "sub/build/test-results/test/TEST-lid.xml", REPORT.format("LidTest", ""))
    write(tmp_path / "old/target/surefire-reports/TEST-old.xml", REPORT.format("OldTest", ""), when=50.0)
    write(tmp_path / "docs/TEST-none.xml", REPORT.format("NoTest", ""))
    assert read_java(tmp_path, command, 100.0) == {
        "box.BoxTest::big": TestStatus.PASSED,
        "box.BoxTest::red": TestStatus.FAILED,
        "box.LidTest::big": TestStatus.PASSED,
    }
    assert read_java(tmp_path, "make test", 100.0) == {}


def test_a_link_out_of_the_tree_is_not_followed(tmp_path):
    write(tmp_path / "away/surefire-reports/TEST-box.xml", REPORT.format("BoxTest", ""))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/target").symlink_to(tmp_path / "away")
    assert read_java(tmp_path / "tree", "mvn test", 0.0) == {}
