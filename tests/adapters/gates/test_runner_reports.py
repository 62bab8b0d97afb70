from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from include.overnight.adapters.detection import detect
from include.overnight.adapters.gates.suite.reporters import Places, reporter_of
from include.overnight.adapters.gates.suite.results import TestStatus
from include.overnight.adapters.gates.suite.runner_reports import (
    read_cargo,
    read_go,
    read_jest,
    read_mocha,
    read_pairs,
    read_tap,
)

OK, BAD, ASIDE = TestStatus.PASSED, TestStatus.FAILED, TestStatus.SKIPPED
JEST = {
    "testResults": [
        {
            "name": "/work/src/a.test.js",
            "status": "failed",
            "assertionResults": [
                {"ancestorTitles": ["box"], "title": "is big", "status": "passed"},
                {"ancestorTitles": ["box"], "title": "is red", "status": "failed"},
                {"ancestorTitles": [], "title": "later", "status": "pending"},
            ],
        },
        {"name": "/work/src/b.test.js", "status": "failed", "assertionResults": []},
    ]
}
MOCHA = {
    "passes": [{"fullTitle": "box is big", "file": "/work/test/a.js"}],
    "failures": [{"fullTitle": "box is red", "file": "/work/test/a.js"}],
    "pending": [{"fullTitle": "box later", "file": "/work/test/a.js"}],
}
GO = "\n".join(
    json.dumps(event)
    for event in (
        {"Action": "run", "Package": "box", "Test": "TestBig"},
        {"Action": "output", "Package": "box", "Test": "TestBig", "Output": "--- PASS"},
        {"Action": "pass", "Package": "box", "Test": "TestBig"},
        {"Action": "fail", "Package": "box", "Test": "TestRed"},
        {"Action": "skip", "Package": "box", "Test": "TestLater"},
        {"Action": "fail", "Package": "broken"},
    )
)
CARGO = """\
     Running unittests src/lib.rs (target/debug/deps/box-1f)
running 3 tests
test tests::big ... ok
test tests::red - should panic ... FAILED
test tests::later ... ignored, slow
test result: FAILED. 1 passed; 1 failed
   Doc-tests box
test src/lib.rs - add (line 3) ... ok
test result: ok. 1 passed
"""
TAP = "TAP version 13\n# box\nok 1 is big\nnot ok 2 is red\nok 3 later # SKIP\nok 4 is big\n1..4\n# tests 4\n"


@pytest.mark.parametrize(
    ("read", "report", "tests"),
    [
        (
            read_jest,
            json.dumps(JEST),
            {
                "src/a.test.js::box > is big": OK,
                "src/a.test.js::box > is red": BAD,
                "src/a.test.js::later": ASIDE,
                "src/b.test.js": BAD,
            },
        ),
        (
            read_mocha,
            json.dumps(MOCHA),
            {"test/a.js::box is red": BAD, "test/a.js::box later": ASIDE, "test/a.js::box is big": OK},
        ),
        (
            read_go,
            GO,
            {"box::TestBig": OK, "box::TestRed": BAD, "box::TestLater": ASIDE, "broken": BAD},
        ),
        (
            read_cargo,
            CARGO,
            {
                "src/lib.rs::tests::big": OK,
                "src/lib.rs::tests::red": BAD,
                "src/lib.rs::tests::later": ASIDE,
                "doc box::src/lib.rs - add": OK,
            },
        ),
        (read_tap, TAP, {"box::is big": OK, "box::is red": BAD, "box::later": ASIDE, "box::is big (2)": OK}),
        (read_pairs, '["a", "passed"]\n["a", "failed"]\n["b", "what?"]\n', {"a": BAD, "b": BAD}),
    ],
)
def test_each_runners_report_is_read(tmp_path, read, report, tests):
    (tmp_path / "report").write_text(report)
    assert read(tmp_path / "report") == tests


@pytest.mark.parametrize("read", [read_jest, read_mocha, read_go, read_cargo, read_tap, read_pairs])
@pytest.mark.parametrize("report", ["{", "[1]", '{"testResults": 3}', "\0", "nonsense", "{}\n{"])
def test_what_is_no_report_tells_no_test(tmp_path, read, report):
    (tmp_path / "report").write_text(report)
    assert not read(tmp_path / "report")
    (tmp_path / "link").symlink_to(tmp_path / "report")
    assert read(tmp_path / "link") is None


@pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed here")
def test_what_is_detected_for_a_crate_tells_its_tests(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(
        '[package]\nname = "crate1"\nversion = "0.1.0"\n[lib]\ndoctest = false\n'
    )
    (tmp_path / "src/lib.rs").write_text("#[test]\nfn big() {}\n#[test]\n#[ignore]\nfn later() {}\n")
    known = reporter_of(detect(["Cargo.toml", "src/lib.rs"], lambda _: "").test, tmp_path)
    assert known is not None
    reporter, before, found = known
    command = before + reporter.told(found, Places(f"{tmp_path}/report", ""))
    subprocess.run(["/bin/bash", "-c", command], cwd=tmp_path, check=True)
    assert reporter.read(tmp_path / "report") == {"src/lib.rs::big": OK, "src/lib.rs::later": ASIDE}
