from __future__ import annotations

from pathlib import Path

import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox
from tests.adapters.gates.cases import Bench


@pytest.fixture(scope="session")
def sandbox() -> BubblewrapSandbox:
    return BubblewrapSandbox()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
