"""Messages over real HTTP: delivered where somebody answers, and no night fails where nobody does."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from demo.processes import free_port
from include.overnight.adapters.notify import notify, tell
from include.overnight.assembly import Overnight
from include.overnight.credentials import NOTIFY_CONNECTION, from_environment, with_connections
from include.overnight.settings import load_settings

TOKEN = "hook-token-0815"


@contextmanager
def listening(status=200):
    """Serve one hook; yields its port and what came."""
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_message_is_delivered_with_title_and_body():
    with listening() as (port, got):
        assert notify([f"json://127.0.0.1:{port}/"], "Overnight: acme/box", "2 pull requests")
    assert (got[0]["title"], got[0]["message"].strip()) == ("Overnight: acme/box", "2 pull requests")


def test_a_dead_endpoint_hinders_neither_the_others_nor_the_night(caplog):
    with listening() as (port, got):
        urls = [f"json://127.0.0.1:{free_port()}/{TOKEN}", f"json://127.0.0.1:{port}/"]
        assert not notify(urls, "t", "b")
    assert len(got) == 1
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("url", ["", "nonsense", "json://", "slack://a"])
def test_an_url_that_nobody_understands_is_a_warning(url, caplog):
    assert not notify([url], "t", "b")
    assert "notify:" in caplog.text


def test_an_endpoint_that_refuses_is_a_warning(caplog):
    with listening(status=500) as (port, _):
        assert not notify([f"json://127.0.0.1:{port}/"], "t", "b")
    assert "not delivered" in caplog.text


def test_a_teller_that_raises_hinders_nobody_and_its_words_are_not_logged(caplog):
    told = []

    def broken(title, body):
        raise OSError(f"no route with {TOKEN}")

    assert not tell([broken, lambda title, body: told.append((title, body))], "t", "b")
    assert told == [("t", "b")]
    assert TOKEN not in caplog.text
    assert "OSError" in caplog.text


class Connection:
    password, host, extra_dejson = "", "", {}

    def get_uri(self):
        return ""


def test_an_airflow_connection_adds_receivers_whose_address_is_a_secret(tmp_path):
    with listening() as (port, got):
        mine = Connection()
        mine.password = f"json://127.0.0.1:{port}/{TOKEN}"
        found = {NOTIFY_CONNECTION: mine}
        credentials = with_connections(from_environment({}, frozenset()), found.get)
        (tmp_path / "overnight.toml").write_text(f'home = "{tmp_path}"\n')
        desk = Overnight(load_settings(tmp_path / "overnight.toml", {}), credentials)
        desk.notify("t", f"from {mine.password}")
    assert got[0]["message"].strip() == "from [redacted]"
    assert TOKEN not in repr(credentials)
