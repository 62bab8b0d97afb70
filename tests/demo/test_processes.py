"""Programs are started in sessions of their own and ended with everything they began."""

import json
import os
import signal
import socket
import sys
import time

import psutil
import pytest

from demo import processes
from demo.processes import Processes, free_port

DEAF = """
import signal, subprocess, sys, time
for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""
POLITE = """
import signal, sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.fixture
def running(tmp_path):
    programs = Processes(tmp_path / "run")
    yield programs
    programs.stop()


def _start(programs, name, source):
    pid = programs.start(name, [sys.executable, "-c", source], env=os.environ, cwd=programs.folder.parent)
    end = time.monotonic() + 10
    while not programs.last_words(name) and time.monotonic() < end:
        time.sleep(0.02)
    return pid


def test_a_program_is_interrupted_before_it_is_killed(running):
    _start(running, "polite", POLITE)
    running.stop()
    assert running.last_words("polite") == "ready\ninterrupted"


def test_a_program_of_a_shell_that_ignores_interrupts_can_still_be_interrupted(running):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _start(running, "polite", POLITE)
    finally:
        signal.signal(signal.SIGINT, before)
    running.stop()
    assert "interrupted" in running.last_words("polite")


def test_a_deaf_program_and_its_child_in_another_session_end_too(running, monkeypatch):
    monkeypatch.setattr(processes, "STEPS", [(sign, min(wait, 1.0)) for sign, wait in processes.STEPS])
    head = _start(running, "deaf", DEAF)
    child = int(running.last_words("deaf"))
    running.stop()
    for pid in (head, child):
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_another_object_stops_what_the_first_one_started(running):
    _start(running, "polite", POLITE)
    Processes(running.folder).stop()
    assert running.running() == {}
    assert not list(running.folder.glob("*.pid"))


def test_orphans_are_found_by_their_session_after_the_head_has_died(running):
    source = "import os, sys, time\nprint(os.fork(), flush=True)\ntime.sleep(60)"
    head = _start(running, "head", source)
    orphan = int(running.last_words("head").splitlines()[0]) or int(
        running.last_words("head").splitlines()[-1]
    )
    os.kill(head, signal.SIGKILL)
    running._children[head].wait()
    running.stop()
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE


def test_a_note_about_an_id_that_now_belongs_to_a_stranger_harms_nobody(running):
    running.folder.mkdir(parents=True)
    (running.folder / "old.pid").write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))
    assert running.running() == {}
    running.stop()  # would end this very test


def test_the_log_of_a_program_that_ended_is_in_the_error(running):
    running.start(
        "short",
        [sys.executable, "-c", "print('no such settings')"],
        env=os.environ,
        cwd=running.folder.parent,
    )
    running._children[next(iter(running._children))].wait()
    with pytest.raises(RuntimeError, match=r"short has ended;.*\nno such settings"):
        running.check(["short"])


def test_a_wanted_port_is_given_when_free_and_another_one_when_not():
    port = free_port()
    assert free_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert free_port(port) != port
