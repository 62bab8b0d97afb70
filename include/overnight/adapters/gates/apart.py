"""Have a reader of hostile files run in a process of its own: no variables, a time limit, a memory limit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...domain.errors import OvernightError

_MEMORY_BYTES = 2 * 1024**3
_TOLD = 300


class ReaderFailed(OvernightError):
    """The reader did not come to an end: its reason goes into the gate's result."""


def read_apart(script: str, asked: Any, seconds: float) -> Any:
    """Return what a script beside this file answers to a JSON document.

    It runs isolated: neither the working directory nor this folder is on its path, so nothing of a
    repository can take a library's place. ReaderFailed when it crashes, is killed or needs too long.
    """
    command = [sys.executable, "-I", str(Path(__file__).parent / script), str(_MEMORY_BYTES)]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked).encode(), capture_output=True, env={}, timeout=seconds, cwd="/"
        )
    except subprocess.TimeoutExpired as error:
        raise ReaderFailed(f"reading the files took longer than {seconds:g} seconds") from error
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        last = lines[-1][:_TOLD] if lines else "it said nothing"
        raise ReaderFailed(f"reading the files ended with exit code {done.returncode}: {last}")
    return json.loads(done.stdout)
