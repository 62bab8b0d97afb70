"""A failpoint is free when off, and kills exactly where and when it is told to."""

import signal
import subprocess
import sys

import pytest

from include.overnight.failpoints import VARIABLE, arm
from tests.architecture.sources import PROJECT

PASSING = """
from include.overnight.failpoints import failpoint
for passage in range(3):
    failpoint({!r})
    print(passage)
"""


def passing(word, point="publish.after_push"):
    env = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", VARIABLE: word}
    command = [sys.executable, "-u", "-c", PASSING.format(point)]
    return subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(("word", "passed"), [("publish.after_push", 0), ("publish.after_push:3", 2)])
def test_the_process_dies_at_the_passage_that_was_named(word, passed):
    done = passing(word)
    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.split()) == passed


@pytest.mark.parametrize("word", ["", "publish.after_push:4", "judge.after_verdict"])
def test_every_other_passage_is_free(word):
    done = passing(word)
    assert (done.returncode, len(done.stdout.split())) == (0, 3)


def test_a_file_kills_one_process_alone(tmp_path):
    file = tmp_path / "word"
    file.write_text("publish.after_push:2")
    assert passing(f"@{file}").returncode == -signal.SIGKILL
    assert not file.exists()
    assert passing(f"@{file}").returncode == 0


def test_a_name_that_nobody_has_is_refused():
    with pytest.raises(ValueError, match="there is no failpoint"):
        arm("publish.nowhere")
