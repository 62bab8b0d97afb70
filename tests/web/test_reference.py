"""The page of the API agrees with the API."""

from . import api_reference


def test_the_page_is_what_its_script_writes():
    assert api_reference.PAGE.read_text() == api_reference.page(), f"run: python -m {api_reference.__name__}"
