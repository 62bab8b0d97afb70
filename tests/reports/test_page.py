"""The page needs nothing but itself, and nothing foreign in it acts."""

import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from include.overnight.domain.periods import Period, span_of
from include.overnight.reports.files import table_bytes, tidy_csv, write_tables
from include.overnight.reports.making import report_on
from include.overnight.reports.page import page
from include.overnight.reports.report import Facts, Report, Section, Table, Tile

EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(1)">'


class Outline(HTMLParser):
    """Collects tags with their attributes, and the text outside scripts."""

    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def html(database):
    from datetime import UTC, datetime

    facts = Facts(datetime(2026, 3, 20, 8, tzinfo=UTC))
    return page(report_on(database, Period.MONTH, date(2026, 3, 14), facts))


def outline(text):
    parser = Outline()
    parser.feed(text)
    return parser.tags


def made(*tables):
    span = span_of(Period.DAY, date(2026, 3, 14))
    facts = Facts(span.end)
    return Report(Period.DAY, span, EVIL, facts, (Tile(EVIL, EVIL),), (Section(EVIL, (EVIL,), tables),),
                  alerts=(EVIL,))  # fmt: skip


def test_nothing_is_fetched_from_anywhere(html):
    addressed = [tag for tag, attrs in outline(html) if {"src", "srcset", "data"} & attrs.keys()]
    assert addressed == []
    assert "link" not in {tag for tag, _ in outline(html)}
    assert "default-src 'none'" in html
    assert "@import" not in html.split("</style>")[0]


def test_plotlys_script_is_there_once_and_only_with_pictures(html):
    assert html.count("plotly.js v") == 1
    assert "<script>" not in page(made())


def test_it_follows_the_light_and_dark_of_the_reader(html):
    assert "prefers-color-scheme: dark" in html
    assert "color-scheme: light dark" in html


def test_every_picture_has_a_name_and_its_table_beside_it(html):
    tags = outline(html)
    for place, (tag, attrs) in enumerate(tags):
        if tag == "figure":
            assert attrs["role"] == "img"
            assert attrs["aria-label"]
            assert "table" in [name for name, _ in tags[place : place + 6]]


def test_tables_have_captions_and_scopes_and_can_be_scrolled_by_keyboard(html):
    tags = outline(html)
    counted = [name for name, _ in tags]
    assert counted.count("table") == counted.count("caption") > 5
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    assert all(attrs["tabindex"] == "0" for _, attrs in tags if attrs.get("class") == "scroll")
    assert ("html", {"lang": "en"}) in tags


def test_foreign_words_are_shown_and_never_act():
    frame = pd.DataFrame({"tier": [EVIL, "b"], "cost_usd": [1.0, 2.0]})
    text = page(made(Table("evil", EVIL, frame, "share")))
    assert [attrs for _, attrs in outline(text) if "onerror" in attrs] == []
    assert "<img" not in re.sub(r"<script>/\*\*.*?</script>", "", text, flags=re.DOTALL)
    assert text.count("<script>alert") == 0


def test_a_long_table_is_cut_and_says_so():
    assert "100 more rows" in page(made(Table("long", "Long", pd.DataFrame({"n": range(500)}))))


def test_a_spreadsheet_takes_no_title_for_a_formula():
    table = Table(
        "titles", "Titles", pd.DataFrame({"title": ["=HYPERLINK(1)", "-1+1", "fine"], "n": [-1, 0, 1]})
    )
    assert table_bytes(table, "csv").decode().splitlines()[1:] == ["'=HYPERLINK(1),-1", "'-1+1,0", "fine,1"]
    assert "'=HYPERLINK(1)" in tidy_csv(made(table))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_are_written_one_file_each_with_their_columns(tmp_path, form, database, facts):
    report = report_on(database, Period.WEEK, date(2026, 3, 14), facts)
    paths = write_tables(report, tmp_path / "out", form)
    read = pd.read_csv if form == "csv" else pd.read_parquet
    assert len(paths) == len(report.tables)
    for path, table in zip(paths, report.tables, strict=True):
        assert list(read(path).columns) == list(table.frame.columns)
        assert len(read(path)) == len(table.frame)
