"""A stage per test."""

import pytest

from ..staging import open_stage


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened
