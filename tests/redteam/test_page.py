"""The reference page agrees with the changes."""

from . import page


def test_the_page_is_what_its_script_writes():
    assert page.PAGE.read_text() == page.page(), f"run: python -m {page.__name__}"
