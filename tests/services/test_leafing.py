"""Cursors: what is no cursor is refused, and a place that no longer matches is found by its moment."""

from datetime import UTC, datetime

import pytest

from include.overnight.domain.errors import SettingsError
from include.overnight.services.leafing import Cursor, read_cursor

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def test_a_cursor_is_read_back_as_it_was_written():
    cursor = Cursor(AT, "019a9d2e-7b3c")
    assert read_cursor(cursor.text()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "ü",
        "!!!!",
        "AAAA",
        Cursor(AT, "").text(),
        Cursor(datetime(2026, 3, 1), "naive").text(),  # noqa: DTZ001 - that is the point
        Cursor(datetime.max.replace(tzinfo=UTC), "end").text(),
        Cursor(datetime.min.replace(tzinfo=UTC), "begin").text(),
    ],
)
def test_what_is_no_cursor_is_refused_in_words(text):
    with pytest.raises(SettingsError, match="start without one"):
        read_cursor(text)
