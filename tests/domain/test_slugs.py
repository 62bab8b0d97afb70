from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.slugs import MAX_SLUG, branch_name, slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Add a CSV export", "add-a-csv-export"),
        ("  Ünïcödé & más!  ", "unicode-mas"),
        ("漢字", "issue"),
        ("", "issue"),
        ("../../etc/passwd.lock", "etc-passwd-lock"),
        ("-rf --force @{u} ~^:?*[\\", "rf-force-u"),
        ("x" * 80, "x" * 50),
        (
            "one two three four five six seven eight nine tenth word",
            "one-two-three-four-five-six-seven-eight-nine-tenth",
        ),
        ("a" * 45 + " bcdefgh", "a" * 45),
    ],
)
def test_a_title_becomes_a_slug(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_branch_carries_prefix_number_and_slug() -> None:
    assert branch_name("overnight/", 12, "Add X") == "overnight/12-add-x"


@given(st.text(max_size=200))
def test_every_title_makes_a_name_that_git_takes(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title))
    assert len(slug(title)) <= MAX_SLUG
