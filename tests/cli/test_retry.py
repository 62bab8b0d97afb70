"""`overnight retry`: here for a night of `overnight run`, through the API for a night of Airflow's."""

import http.server
import json
import threading
from contextlib import contextmanager

import pytest

from .conftest import overnight


class Airflow(http.server.BaseHTTPRequestHandler):
    """Answers as the API of a deployment whose newest night knows #7; takes notes of what it is asked."""

    def do_GET(self):
        night = {"id": "night-2", "issues": [{"number": 7}]}
        old = {"id": "night-1", "issues": [{"number": 3}]}
        self._answer({
            "/nights?limit=20": {"nights": [night, old]},
            "/nights/night-2": night,
            "/nights/night-1": old,
        }[self.path])  # fmt: skip

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, self.headers["Authorization"]))
        if body["anew"]:
            self._answer({"detail": "#7 is at work"}, 503)
        else:
            self._answer({"night": "night-2", "told": "#7 is retried"}, 202)

    def _answer(self, document, status=200):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *args):
        return


@contextmanager
def served():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Airflow) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def airflow():
    with served() as answers:
        yield answers


def test_what_has_ended_is_told_with_what_helps(seen):
    told = seen.run("retry", 2)
    assert told.exit_code == 2
    assert "`--anew` starts a new round" in told.stderr
    assert "has pull request #" in seen.run("retry", 1).stderr


def test_an_issue_that_was_left_out_was_never_planned(seen):
    told = seen.run("retry", 3)
    assert told.exit_code == 2
    assert "#3 is not in the plan" in told.stderr


def test_a_night_of_airflows_is_retried_through_its_api(nowhere, airflow):
    server, url = airflow
    overnight("db", "upgrade", env=nowhere)
    env = {**nowhere, "OVERNIGHT_API_URL": url, "OVERNIGHT_API_TOKEN": "token-4711"}
    result = overnight("retry", 7, env=env)
    assert (result.exit_code, result.stdout) == (0, "#7 is retried\n"), result.output
    assert server.asked == [("/nights/night-2/issues/7/retry", {"anew": False}, "Bearer token-4711")]
    found = json.loads(overnight("retry", 3, "--json", env=env).stdout)
    assert (found["issue"], server.asked[-1][0]) == (3, "/nights/night-1/issues/3/retry")


def test_what_the_deployment_refuses_is_told_and_the_token_never(nowhere, airflow):
    server, url = airflow
    env = {**nowhere, "OVERNIGHT_API_TOKEN": "token-4711"}
    result = overnight("retry", 7, "--night", "night-2", "--anew", "--api", url, env=env)
    assert result.exit_code == 75
    assert "#7 is at work" in result.stderr
    assert "4711" not in result.output
    assert server.asked[-1][1] == {"anew": True}


def test_a_token_is_sent_in_no_clear_text_and_none_is_no_token(nowhere):
    env = {**nowhere, "OVERNIGHT_API_TOKEN": "token-4711"}
    clear = overnight("retry", 7, "--api", "http://airflow.example/api/foreman", env=env)
    assert (clear.exit_code, "must begin with https://" in clear.stderr) == (2, True)
    none = overnight("retry", 7, "--api", "https://airflow.example/api/foreman", env=nowhere)
    assert (none.exit_code, "OVERNIGHT_API_TOKEN is not set" in none.stderr) == (2, True)


def test_a_token_in_a_file_is_read_anew_for_every_run(nowhere, airflow, tmp_path):
    server, url = airflow
    file = tmp_path / "token"
    env = {**nowhere, "OVERNIGHT_API_TOKEN_FILE": str(file)}
    for token in ("token-monday", "token-tuesday"):
        file.write_text(f"{token}\n")
        result = overnight("retry", 7, "--night", "night-2", "--api", url, env=env)
        assert (result.exit_code, server.asked[-1][2]) == (0, f"Bearer {token}"), result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfe", "cannot be read: it is no text file"),
        (b"\n", "must hold a token and nothing else"),
        (b'{"access_token": "t-4711"}', "must hold a token and nothing else"),
    ],
)
def test_a_file_without_a_token_is_named_in_one_line(nowhere, tmp_path, content, words):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    env = {**nowhere, "OVERNIGHT_API_TOKEN_FILE": str(file), "OVERNIGHT_API_TOKEN": ""}
    told = overnight("retry", 7, "--api", "https://airflow.example/api/foreman", env=env, columns=500)
    assert told.exit_code == 2
    assert f"OVERNIGHT_API_TOKEN_FILE: {file} {words}" in told.stderr
    assert (told.stderr.strip().count("\n"), "4711" in told.output) == (0, False)


def test_a_token_and_a_file_of_one_are_refused(nowhere, tmp_path):
    env = {**nowhere, "OVERNIGHT_API_TOKEN_FILE": str(tmp_path / "token"), "OVERNIGHT_API_TOKEN": "t-4711"}
    told = overnight("retry", 7, "--api", "https://airflow.example/api/foreman", env=env, columns=500)
    assert told.exit_code == 2
    assert "OVERNIGHT_API_TOKEN and OVERNIGHT_API_TOKEN_FILE are both set" in told.stderr
