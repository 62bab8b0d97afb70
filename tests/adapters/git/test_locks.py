from __future__ import annotations

import subprocess
import sys

import pytest

from include.overnight.adapters.git.locks import locked
from include.overnight.domain.errors import Contended


def test_a_second_holder_is_told_to_come_again(tmp_path):
    with (
        locked(tmp_path / "x.lock"),
        pytest.raises(Contended, match=r"x\.lock"),
        locked(tmp_path / "x.lock", 0.1),
    ):
        pass


def test_a_killed_holder_frees_the_lock(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from include.overnight.adapters.git.locks import locked\n"
        f"with locked(Path({str(tmp_path / 'x.lock')!r})): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == -9
    with locked(tmp_path / "x.lock", 1.0):
        pass
