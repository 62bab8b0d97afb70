"""Give one confined command a way out, through nothing but mounts and its own words."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import forwarder
from .policy import Policy
from .proxy import EgressProxy, ProxyLimits, Told

_INSIDE = "/run/overnight/egress"
_PORT_FILE = "/tmp/overnight-egress-port"  # noqa: S108  inside the sandbox, whose /tmp is its own
_TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
"""What this machine trusts, for installers that bring a list of their own."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_START = f"""python3 -I -S {_INSIDE}/forwarder.py {_INSIDE}/socket {_PORT_FILE} >/dev/null 2>&1 &
for _ in $(seq 100); do [ -s {_PORT_FILE} ] && break; sleep 0.05; done
if [ ! -s {_PORT_FILE} ]; then echo 'no way out of the sandbox: is there a python3?' >&2; exit 125; fi
for name in http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; do
  export "$name=http://127.0.0.1:$(cat {_PORT_FILE})"
done
export YARN_HTTP_PROXY="$http_proxy" YARN_HTTPS_PROXY="$http_proxy"
for name in http https; do
  JAVA_TOOL_OPTIONS+=" -D$name.proxyHost=127.0.0.1 -D$name.proxyPort=${{http_proxy##*:}}"
done
export JAVA_TOOL_OPTIONS+=" -Daether.connector.http.useSystemProperties=true"
if [ -f {_TRUSTED} ]; then
  for name in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS CARGO_HTTP_CAINFO; do
    [ -n "${{!name}}" ] || export "$name={_TRUSTED}"
  done
fi
unset name
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a confined command needs to get out.

    :param mounts: for the sandbox's `run`.
    :param direct: names that clients inside do not send through the proxy.
    """

    mounts: tuple[tuple[Path, str, bool], ...]
    direct: tuple[str, ...] = ()

    def around(self, command: str) -> str:
        """Return the command with the way out opened before it."""
        direct = shlex.quote(",".join(self.direct))
        lines = f"{_START}export no_proxy={direct} NO_PROXY={direct}\n"
        return f"{lines}exec /bin/bash -c {shlex.quote(command)}"


@contextmanager
def opened(
    policy: Policy,
    limits: ProxyLimits | None = None,
    *,
    told: Told = lambda _wish, _decision: None,
    named: Sequence[str] = (),
) -> Iterator[Opening]:
    """Run a proxy for the length of a block.

    :param named: hosts in settings' words; `localhost` means the sandbox's own unless it is among them.

    Names of hosts are resolved by the proxy, outside: the sandbox keeps its own empty network.
    """
    with tempfile.TemporaryDirectory(prefix="overnight-egress-") as private:
        folder = Path(private) / "way"
        folder.mkdir()
        folder.chmod(0o755)
        script = folder / "forwarder.py"
        script.write_bytes(Path(forwarder.__file__).read_bytes())
        script.chmod(0o644)
        with EgressProxy(folder / "socket", policy, limits, told=told):
            direct = tuple(name for name in _LOOPBACK if not any(name in host for host in named))
            yield Opening(((folder, _INSIDE, False),), direct)
