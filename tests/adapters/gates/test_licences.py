from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import parse_diff
from include.overnight.adapters.gates.protection.licences import missing_headers
from include.overnight.adapters.git import listing

HEADER = "# SPDX-License-Identifier: MIT\n"
LICENSED = {f"src/m{number}.py": f"{HEADER}x = {number}\n" for number in range(4)}


def found(bench, before, after) -> list[tuple[str, str]]:
    case = bench.case(before, after)
    base = listing(case.base, case.change.base.sha)
    return [(f.path, f.message) for f in missing_headers(case, parse_diff(case.diff), base)]


def test_a_new_file_needs_the_header_of_its_like_and_none_may_lose_it(bench):
    after = {
        "src/new.py": "x = 1\n",
        "src/good.py": f"#!/usr/bin/env python\n{HEADER}",
        "src/empty.py": "",
        "src/other.js": "let x\n",
        "src/m0.py": "x = 0\n",
        "src/m1.py": f"{HEADER}x = 9\n",
    }
    assert found(bench, LICENSED, after) == [
        ("src/m0.py", "the licence header is taken away"),
        ("src/new.py", "no licence header; other .py files have one"),
    ]


@pytest.mark.parametrize(
    "before", [{"a.py": HEADER, "b.py": HEADER}, LICENSED | {"a.py": "a\n", "b.py": "b\n"}, {"a.py": "x\n"}]
)
def test_below_four_fifths_or_three_files_it_is_no_custom(bench, before):
    assert found(bench, before, {"new.py": "x = 1\n"}) == []


def test_a_renamed_file_keeps_its_header(bench):
    after = {"src/m0.py": None, "src/moved.py": LICENSED["src/m0.py"]}
    assert found(bench, LICENSED, after) == []
