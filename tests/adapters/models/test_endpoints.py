"""Whether an endpoint is up, asked over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from demo.model.running import running_model
from include.overnight.adapters.models import ModelEndpoint, endpoint_is_up


def endpoint(url: str, model: str = "gpt-4", key: str = "right") -> ModelEndpoint:
    return ModelEndpoint("gpt-4", model, url, key)


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


def test_a_model_that_answers_is_up(tmp_path):
    with running_model(tmp_path, key="right") as model:
        assert endpoint_is_up(endpoint(model.api_url)) == ""
        assert "does not offer the model other" in endpoint_is_up(endpoint(model.api_url, "other"))
        assert "refuses the key (HTTP 401)" in endpoint_is_up(endpoint(model.api_url, key="wrong"))


def test_nothing_at_the_address_is_said_with_the_fix():
    assert "start the model server" in endpoint_is_up(endpoint("http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b'{"data": 3}', b"[]"])
def test_an_answer_that_is_not_openais_is_said(body):
    with answering(200, body) as url:
        assert "does not speak OpenAI's API" in endpoint_is_up(endpoint(url))


def test_a_server_error_is_said():
    with answering(503, b"") as url:
        assert "HTTP 503" in endpoint_is_up(endpoint(url))


def test_a_server_that_lists_nothing_gets_the_benefit_of_the_doubt():
    with answering(200, b'{"data": []}') as url:
        assert endpoint_is_up(endpoint(url)) == ""
