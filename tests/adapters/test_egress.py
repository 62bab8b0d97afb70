"""The way out of a sandbox: named hosts alone, through a proxy of ours."""

from __future__ import annotations

import io
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from include.overnight.adapters.egress import (
    AllowedHosts,
    Decision,
    EgressProxy,
    Policy,
    ProxyLimits,
    PublicHosts,
    Wish,
    opened,
)
from include.overnight.adapters.egress.dialling import Refused, dial
from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.errors import SettingsError


class Registry:
    """An HTTP server on loopback that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.pages: dict[str, bytes] = {}
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append((self.path, dict(self.headers)))
                size = int(self.path.removeprefix("/bytes/")) if self.path.startswith("/bytes/") else 0
                body = registry.pages.get(self.path, b"x" * size or b"a package")
                self.send_response(200)
                self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def registry() -> Iterator[Registry]:
    server = Registry()
    yield server
    server.close()


@pytest.fixture
def other() -> Iterator[Registry]:
    server = Registry()
    yield server
    server.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@contextmanager
def proxy(tmp_path: Path, policy: Policy, **limits: float) -> Iterator[socket.socket]:
    path = tmp_path / "s"
    with EgressProxy(path, policy, ProxyLimits(**limits)), socket.socket(socket.AF_UNIX) as client:  # type: ignore[arg-type]
        client.connect(str(path))
        client.settimeout(10)
        yield client


def answer(client: socket.socket, request: bytes) -> bytes:
    client.sendall(request)
    received = b""
    while piece := client.recv(65536):
        received += piece
    return received


def test_setup_reaches_the_named_host_and_no_other(registry, other, tree):
    told: list[tuple[str, int, bool]] = []
    fetch = "python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read())' "
    command = (
        f"{fetch} http://localhost:{registry.port}/simple; "
        f"{fetch} http://localhost:{other.port}/stolen 2>&1 | tail -1; "
        f"(: > /dev/tcp/127.0.0.1/{registry.port}) 2>/dev/null && echo direct; tail -n +3 /proc/net/dev"
    )
    named = [f"localhost:{registry.port}"]

    def tell(wish: Wish, said: Decision) -> None:
        told.append((wish.host, wish.port, said.allowed))

    with opened(AllowedHosts(named), told=tell, named=named) as way:
        ran = BubblewrapSandbox().run(tree, way.around(command), mounts=way.mounts, seconds=30)
    assert "b'a package'" in ran.stdout, ran.output
    assert "403" in ran.stdout
    assert "direct" not in ran.stdout
    assert [line.split(":")[0].strip() for line in ran.stdout.splitlines()[2:]] == ["lo"]
    assert [path for path, _ in registry.asked] == ["/simple"]
    assert other.asked == []
    assert told == [("localhost", registry.port, True), ("localhost", other.port, False)]


def test_the_exit_code_and_the_quotes_of_the_command_are_kept(tree):
    with opened(AllowedHosts(["pypi.org"])) as way:
        ran = BubblewrapSandbox().run(tree, way.around("""echo "it's" '$HOME'; exit 7"""), mounts=way.mounts)
    assert (ran.exit_code, ran.stdout) == (7, "it's $HOME\n")


def test_installers_trust_what_this_machine_trusts_unless_told_otherwise(tree):
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    with opened(AllowedHosts(["pypi.org"])) as way:
        ran = BubblewrapSandbox().run(
            tree,
            way.around("echo $PIP_CERT $NODE_EXTRA_CA_CERTS"),
            mounts=way.mounts,
            environment={"PIP_CERT": "mine"},
        )
    assert ran.stdout.split() == ["mine", *([bundle] if Path(bundle).exists() else [])]


def test_a_tunnel_carries_both_ways_and_ends_with_the_server(registry, tmp_path):
    with proxy(tmp_path, AllowedHosts([f"localhost:{registry.port}"])) as client:
        client.sendall(b"CONNECT localhost:%d HTTP/1.1\r\nHost: x\r\n\r\n" % registry.port)
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        said = answer(client, b"GET /inside HTTP/1.0\r\n\r\n")
    assert said.endswith(b"a package")
    assert registry.asked[0][0] == "/inside"


def test_a_policy_may_add_a_key_that_confined_code_never_sees(registry, tmp_path):
    class WithKey:
        def decide(self, wish: Wish) -> Decision:
            allowed = wish.host == "model.invalid"
            key = (("Authorization", "Bearer real-key"),)
            return Decision(allowed, "the model", True, "127.0.0.1", registry.port, headers=key)

    with proxy(tmp_path, WithKey()) as client:
        said = answer(
            client,
            b"GET http://model.invalid/v1?x=1 HTTP/1.1\r\nHost: evil\r\nauthorization: Bearer theirs\r\n"
            b"Proxy-Authorization: x\r\nAccept: a\r\n\r\n",
        )
    path, headers = registry.asked[0]
    assert said.endswith(b"a package")
    assert path == "/v1?x=1"
    assert headers == {
        "Host": f"127.0.0.1:{registry.port}",
        "Accept": "a",
        "Authorization": "Bearer real-key",
        "Connection": "close",
    }
    assert "real-key" not in repr(WithKey().decide(Wish("GET", "model.invalid", 80)))


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET https://pypi.org/ HTTP/1.1\r\n\r\n",
        b"GET http://user:pw@pypi.org/ HTTP/1.1\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nbroken header\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA: b\nX: y\r\n\r\n",
        b"CONNECT pypi.org HTTP/1.1\r\n\r\n",
        b"CONNECT pypi.org:99999 HTTP/1.1\r\n\r\n",
        b"CONNECT pypi.org\0evil:443 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        b"GET http://pypi.org/ HTTP/1.1\r\nA: " + b"x" * 70_000,
    ],
)
def test_what_is_ambiguous_is_refused_before_anything_is_asked(tmp_path, request_text):
    with proxy(tmp_path, AllowedHosts(["pypi.org"])) as client:
        assert answer(client, request_text).startswith(b"HTTP/1.1 400 ")


def test_more_bytes_than_allowed_end_the_connection(registry, tmp_path):
    with proxy(tmp_path, AllowedHosts([f"localhost:{registry.port}"]), bytes=100_000) as client:
        said = answer(client, b"GET http://localhost:%d/bytes/5000000 HTTP/1.1\r\n\r\n" % registry.port)
    assert len(said) < 400_000


def test_no_connection_outlives_the_proxys_time(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        with proxy(tmp_path, AllowedHosts([f"127.0.0.1:{port}"]), seconds=1.0) as client:
            client.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % port)
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
            assert client.recv(100) == b""
        assert time.monotonic() - started < 5


def test_closing_the_proxy_ends_open_connections(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with proxy(tmp_path, AllowedHosts([f"127.0.0.1:{port}"])) as client:
            client.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % port)
            assert client.recv(100)
        assert not [thread for thread in threading.enumerate() if thread.name == "egress"]


def test_a_host_that_does_not_answer_is_a_bad_gateway(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with proxy(tmp_path, AllowedHosts([f"127.0.0.1:{port}"])) as client:
        assert answer(client, b"GET http://127.0.0.1:%d/ HTTP/1.1\r\n\r\n" % port).startswith(b"HTTP/1.1 502")


@pytest.mark.parametrize(
    ("named", "host", "port", "allowed"),
    [
        ("pypi.org", "pypi.org", 443, True),
        ("pypi.org", "PyPI.org.", 80, True),
        ("PyPI.org", "pypi.org", 443, True),
        ("pypi.org", "pypi.org", 22, False),
        ("pypi.org", "evil-pypi.org", 443, False),
        ("pypi.org", "pypi.org.evil.example", 443, False),
        ("pypi.org", "files.pypi.org", 443, False),
        ("*.pypi.org", "files.pypi.org", 443, True),
        ("*.pypi.org", "pypi.org", 443, False),
        ("*.pypi.org", "evilpypi.org", 443, False),
        ("registry.local:4873", "registry.local", 4873, True),
        ("registry.local:4873", "registry.local", 443, False),
        ("10.0.0.7", "10.0.0.7", 443, True),
        ("[::1]:8080", "::1", 8080, True),
        ("::1", "::1", 443, True),
    ],
)
def test_names_and_ports_decide(named, host, port, allowed):
    assert AllowedHosts([named]).decide(Wish("CONNECT", host, port)).allowed is allowed


@pytest.mark.parametrize("text", ["", "https://pypi.org", "pypi.org:https", "a*b.org", "*"])
def test_what_is_no_host_is_refused_when_settings_are_read(text):
    with pytest.raises(SettingsError, match="is no host"):
        AllowedHosts([text])


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "169.254.169.254", "10.1.2.3", "0.0.0.0", "64:ff9b::a00:1"]
)
def test_a_private_address_is_refused_unless_it_is_meant(host):
    with pytest.raises(Refused, match="private address"):
        dial(host, 80, Decision(True, "", private=False))


def test_a_public_address_of_this_machine_is_refused_like_a_private_one(monkeypatch):
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"eth0": [SimpleNamespace(address="192.0.43.8")]})
    with pytest.raises(Refused, match="this machine's own"):
        dial("192.0.43.8", 443, PublicHosts().decide(Wish("CONNECT", "192.0.43.8", 443)))


def test_without_names_the_web_is_allowed_and_nothing_else():
    for port, allowed in ((443, True), (80, True), (22, False), (8080, False), (5432, False)):
        said = PublicHosts().decide(Wish("CONNECT", "pypi.org", port))
        assert (said.allowed, said.private) == (allowed, False)


def test_only_a_name_with_a_port_or_an_address_may_be_private():
    assert not AllowedHosts(["localhost"]).decide(Wish("GET", "localhost", 80)).private
    assert AllowedHosts(["localhost:80"]).decide(Wish("GET", "localhost", 80)).private
    assert AllowedHosts(["10.0.0.7"]).decide(Wish("GET", "10.0.0.7", 80)).private


def test_a_real_installer_installs_through_the_proxy_and_from_nowhere_else(registry, tree):
    """pip, unchanged, takes a package from the one registry that is named."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr("pantry_lib.py", "NAME = 'from the registry'\n")
        about = "pantry_lib-1.0.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: pantry-lib\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    page = b'<a href="/files/pantry_lib-1.0-py3-none-any.whl">pantry_lib-1.0-py3-none-any.whl</a>'
    registry.pages = {
        "/simple/pantry-lib/": page,
        "/files/pantry_lib-1.0-py3-none-any.whl": content.getvalue(),
    }
    named = [f"localhost:{registry.port}"]
    index = f"--index-url http://localhost:{registry.port}/simple --trusted-host localhost"
    command = (
        f"python -m pip install -q --no-cache-dir --disable-pip-version-check {index} --target lib pantry-lib"
        " && PYTHONPATH=lib python -c 'import pantry_lib; print(pantry_lib.NAME)'"
    )
    with opened(AllowedHosts(named), named=named) as way:
        ran = BubblewrapSandbox().run(tree, way.around(command), mounts=way.mounts, seconds=60)
    assert ran.stdout == "from the registry\n", ran.output
