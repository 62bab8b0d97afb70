"""Prove on this very machine that the sandbox confines, in well under a second."""

from __future__ import annotations

import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...domain.errors import SandboxUnavailable
from ...ports import Sandbox

_SECONDS = 10.0
_CANARY_NAME = "OVERNIGHT_SELF_TEST_CANARY"
_DONE = "all tried"
_PRIVILEGES = """
[ "$(id -u)" = 0 ] && echo 'breach: confined code is root'
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || echo 'breach: confined code has capabilities'
grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/self/status || echo 'breach: confined code may gain privileges'
for place in / /usr /etc /dev; do
  mark="$place/overnight-self-test-$$"
  (: > "$mark") 2>/dev/null && echo "breach: $place can be written" && rm -f "$mark"
done
[ "$(ls -d /proc/[0-9]* | wc -l)" -gt 20 ] && echo 'breach: processes of the host are visible'
"""
_PROBE = """
cat {canary} >/dev/null 2>&1 && echo 'breach: a private file of the host can be read'
[ -n "${canary_name}" ] && echo 'breach: the environment of the host is visible'
cat /proc/[0-9]*/environ 2>/dev/null | grep -q {canary_name} && echo 'breach: /proc shows an environment'
(: > /dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo 'breach: the loopback of the host can be reached'
kill -9 {sentinel} 2>/dev/null
(: > written) 2>/dev/null || echo 'breach: the work tree cannot be written'
echo '{done}'
"""


@dataclass(frozen=True, slots=True)
class _Bait:
    """Things on the host that confined code must not reach."""

    canary: Path
    port: int
    sentinel: subprocess.Popen[bytes]


def prove(sandbox: Sandbox, *, own_machine: bool = False) -> None:
    """Try to break out in the usual ways; SandboxUnavailable lists what worked.

    :param own_machine: confined code has a machine or container to itself, where it may well be root.
    """
    with tempfile.TemporaryDirectory(prefix="overnight-tree-") as tree, _bait() as bait:
        script = ("" if own_machine else _PRIVILEGES) + _PROBE.format(
            canary=shlex.quote(str(bait.canary)),
            canary_name=_CANARY_NAME,
            port=bait.port,
            sentinel=bait.sentinel.pid,
            done=_DONE,
        )
        ran = sandbox.run(Path(tree), script, seconds=_SECONDS)
        breaches = [line for line in ran.stdout.splitlines() if line.startswith("breach: ")]
        if bait.sentinel.poll() is not None:
            breaches.append("breach: a process of the host was ended")
    if breaches:
        raise SandboxUnavailable(f"the sandbox does not confine on this machine: {'; '.join(breaches)}")
    if _DONE not in ran.stdout:
        raise SandboxUnavailable(f"the sandbox's self-test did not finish: {ran.output.strip()[-300:]}")


@contextmanager
def _bait() -> Iterator[_Bait]:
    with tempfile.TemporaryDirectory(prefix="overnight-canary-") as folder:
        canary = Path(folder) / "canary"
        canary.write_text("private")
        canary.chmod(0o600)
        sentinel = subprocess.Popen(["/bin/sleep", "60"], env={_CANARY_NAME: "set"}, stdin=subprocess.DEVNULL)
        try:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                yield _Bait(canary, listener.getsockname()[1], sentinel)
        finally:
            sentinel.kill()
            sentinel.wait()
