"""The model as a CLI agent sees it: what is let through, what it costs, what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from include.overnight.adapters.builders.command_gateway import ModelGateway
from include.overnight.adapters.builders.command_purse import Purse
from include.overnight.adapters.egress import Inbound
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.domain.errors import FailureKind, OverBudget

from ..models.healers import TableHealer
from .conftest import KEY, PlainBudget

USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 40}}
CHAT = {"model": "the-agent's-own", "messages": [{"role": "user", "content": "hello"}]}


class Provider:
    """Answers every request with the next of its answers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answers: list[tuple[int, str, bytes]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                provider.asked.append((self.path, headers, json.loads(body)))
                status, kind, answer = provider.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Retry-After", "7")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/base/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def says(self, document: Any, status: int = 200) -> None:
        self.answers.append((status, "application/json", json.dumps(document).encode()))

    def streams(self, *documents: Any) -> None:
        text = "".join(f"data: {json.dumps(document)}\r\n\r\n" for document in documents)
        self.answers.append((200, "text/event-stream; charset=utf-8", text.encode() + b"data: [DONE]\n\n"))

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


class Table:
    """A gateway with a budget, asked without any sandbox."""

    def __init__(self, url: str, limit: str = "1", speech: Any = "openai", **changes: Any) -> None:
        values: dict[str, Any] = {
            "tier": "gpt-4",
            "model": "gpt-5",
            "base_url": url,
            "api_key": KEY,
            "context_window": 10_000,
            "input_usd_per_mtok": Decimal(1),
            "output_usd_per_mtok": Decimal(4),
            "max_output_tokens": 1000,
            "timeout": 5.0,
        }
        endpoint = ModelEndpoint(**{**values, **changes})
        self.budget, self.healer = PlainBudget(Decimal(limit)), TableHealer()
        weight = (5, 4) if speech == "anthropic" else (1, 1)
        self.purse = Purse(endpoint, self.budget, self.healer, requests=5, input_weight=weight)
        self.stops = 0
        self.purse.stop = self._count
        self.gateway = ModelGateway(endpoint, self.purse, str, speech)

    def _count(self) -> None:
        self.stops += 1

    def post(self, body: Any, path: str = "/v1/chat/completions") -> tuple[int, Any]:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.gateway.answer(Inbound("POST", path, {}, text))
        told = b"".join(answer.pieces)
        return answer.status, json.loads(told) if answer.content_type == "application/json" else told.decode()


def test_the_request_goes_to_our_model_with_our_key_and_a_clamped_answer(provider):
    provider.says({"choices": [{"message": {}}], "usage": USAGE})
    table = Table(provider.url)
    status, told = table.post({**CHAT, "max_tokens": 99_999})
    path, headers, body = provider.asked[0]
    assert (status, told["usage"]) == (200, USAGE)
    assert (path, headers["authorization"]) == ("/base/v1/chat/completions", f"Bearer {KEY}")
    assert body == {"model": "gpt-5", "messages": CHAT["messages"], "max_tokens": 1000}
    assert table.purse.facts.usage.cached_tokens == 40
    assert table.budget.spent == Decimal("0.000140")
    assert table.healer.answers == 1


def test_the_reservation_bounds_what_is_sent_and_stands_when_nobody_says_what_it_cost(provider):
    provider.says({"choices": []})
    table = Table(provider.url)
    table.post(CHAT)
    assert table.budget.spent == table.budget.highest >= Decimal("0.004")
    assert table.budget.open == {}


@pytest.mark.parametrize(
    ("path", "documents", "tokens"),
    [
        ("/v1/chat/completions", [{"choices": [], "usage": None}, {"choices": [], "usage": USAGE}], 110),
        (
            "/v1/responses",
            [{"type": "response.completed", "response": {"usage": {"input_tokens": 7, "output_tokens": 3}}}],
            10,
        ),
        (
            "/v1/messages",
            [
                {
                    "type": "message_start",
                    "message": {
                        "usage": {"input_tokens": 10, "cache_creation_input_tokens": 8, "output_tokens": 1}
                    },
                },
                {"type": "message_delta", "usage": {"output_tokens": 5}},
            ],
            25,
        ),
    ],
)
def test_the_tokens_of_a_stream_are_counted_whichever_api_it_is(provider, path, documents, tokens):
    provider.streams(*documents)
    table = Table(provider.url, speech="anthropic" if "messages" in path else "openai")
    field = "input" if "responses" in path else "messages"
    status, _ = table.post({field: CHAT["messages"], "stream": True, "max_tokens": 50}, path)
    assert status == 200
    assert table.purse.facts.usage.tokens == tokens
    sent = provider.asked[0][2]
    assert sent.get("stream_options") == ({"include_usage": True} if "chat" in path else None)
    assert sent.get("store") == (False if "responses" in path else None)


def test_an_anthropic_key_goes_where_anthropic_wants_it(provider):
    provider.says({"content": [], "usage": {"input_tokens": 1, "output_tokens": 1}})
    Table(provider.url, speech="anthropic").post(
        {"messages": CHAT["messages"], "max_tokens": 5}, "/v1/messages"
    )
    headers = provider.asked[0][1]
    assert headers["x-api-key"] == KEY
    assert "authorization" not in headers


def test_the_cost_of_a_conversation_that_goes_on_is_bounded_by_what_was_counted(provider):
    long = {"role": "user", "content": "word " * 1500}
    for _ in range(2):
        provider.says({"choices": [], "usage": {"prompt_tokens": 1500, "completion_tokens": 10}})
    table = Table(provider.url, max_output_tokens=1)
    table.post({"messages": [long]})
    first = table.budget.highest
    answer, asked = {"role": "assistant", "content": "yes"}, {"role": "user", "content": "more"}
    table.budget.highest = Decimal(0)
    table.post({"messages": [long, answer, asked]})
    second = table.budget.highest - Decimal("0.001540")
    assert first > Decimal("0.0075")
    assert second < Decimal("0.0018")


def test_what_could_cost_or_reach_more_is_taken_out_of_a_request(provider):
    provider.says({"output": [], "usage": {"input_tokens": 1, "output_tokens": 1}})
    tools = [
        {"type": "function", "name": "read"},
        {"type": "web_search"},
        {"type": "mcp", "server_url": "https://evil.example"},
        {"type": "code_interpreter"},
        {
            "type": "namespace",
            "name": "n",
            "tools": [{"type": "function", "name": "f"}, {"type": "web_search"}],
        },
    ]
    asked = {"input": "hello", "tools": tools, "service_tier": "priority", "background": True, "store": True}
    Table(provider.url).post({**asked, "previous_response_id": "resp_1"}, "/v1/responses")
    sent = provider.asked[0][2]
    assert [tool["type"] for tool in sent["tools"]] == ["function", "namespace"]
    assert sent["tools"][1]["tools"] == [{"type": "function", "name": "f"}]
    assert not {"service_tier", "background", "previous_response_id"} & sent.keys()
    assert sent["store"] is False


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "image_url", "image_url": {"url": "https://evil.example/?q=secret"}}],
        [{"type": "input_image", "file_id": "file-1"}],
        [{"type": "input_file", "file_url": "https://evil.example"}],
        [
            {
                "type": "tool_result",
                "content": [{"type": "image", "source": {"type": "url", "url": "http://e"}}],
            }
        ],
    ],
)
def test_nothing_that_the_provider_would_fetch_is_sent(provider, content):
    table = Table(provider.url)
    status, told = table.post({"messages": [{"role": "user", "content": content}]})
    assert (status, told["error"]["code"]) == (400, "invalid_request")
    assert provider.asked == []
    assert table.budget.made == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/files"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/messages"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/chat/completions/../files"),
        ("DELETE", "/v1/models/gpt-5"),
        ("CONNECT", "evil.example:443"),
        ("POST", "http://evil.example/v1/chat/completions"),
        ("POST", "//evil.example/v1/chat/completions"),
    ],
)
def test_no_other_path_is_there(provider, method, path):
    answer = Table(provider.url).gateway.answer(Inbound(method, path, {}, json.dumps(CHAT).encode()))
    assert answer.status == 404
    assert provider.asked == []


def test_the_list_of_models_names_the_one_and_asks_nobody(provider):
    answer = Table(provider.url).gateway.answer(Inbound("GET", "/v1/models?limit=1", {}))
    assert [one["id"] for one in json.loads(b"".join(answer.pieces))["data"]] == ["gpt-5"]
    assert provider.asked == []


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"messages": []}', b"[" * 100_000])
def test_a_body_that_is_no_request_is_refused_and_costs_nothing(provider, body):
    table = Table(provider.url)
    assert table.post(body)[0] == 400
    assert table.budget.made == 0


def test_a_budget_that_says_no_is_told_as_402_once_for_all_and_stops_the_agent(provider):
    table = Table(provider.url, limit="0.001")
    for _ in range(3):
        status, told = table.post(CHAT)
        assert (status, told["error"]["code"]) == (402, "insufficient_quota")
    assert isinstance(table.purse.facts.fatal, OverBudget)
    assert (table.stops, provider.asked) == (1, [])


def test_the_requests_of_an_attempt_are_counted(provider):
    table = Table(provider.url)
    for _ in range(5):
        provider.says({"choices": [], "usage": USAGE})
        assert table.post(CHAT)[0] == 200
    assert table.post(CHAT)[0] == 402
    assert "used all 5 model requests" in str(table.purse.facts.fatal)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"code": "invalid_api_key"}, FailureKind.AUTH),
        (429, {"code": "rate_limit_exceeded"}, FailureKind.RATE_LIMIT),
        (429, {"code": "insufficient_quota"}, FailureKind.INSUFFICIENT_QUOTA),
        (400, {"code": "context_length_exceeded"}, FailureKind.CONTEXT_EXHAUSTED),
        (400, {"code": 400}, FailureKind.BAD_REQUEST),
        (529, {"type": "overloaded_error"}, FailureKind.TRANSPORT),
        (404, {}, FailureKind.MODEL_GONE),
    ],
)
def test_a_providers_error_is_classified_passed_on_and_costs_nothing(provider, status, error, kind):
    shown = f"Incorrect API key provided: {KEY}"
    provider.says({"error": {"message": shown, **error}}, status)
    table = Table(provider.url)
    answered, told = table.post(CHAT)
    assert answered == status
    assert told["error"]["code"] == error.get("code", "")
    assert KEY not in json.dumps(told)
    failure = table.purse.facts.failure
    assert failure is not None
    assert (failure.kind, failure.retry_after) == (kind, 7.0)
    assert (table.budget.spent, table.budget.open) == (Decimal(0), {})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_by_nobody_and_is_no_answer(provider, status):
    provider.says({"id": "x"}, status)
    table = Table(provider.url)
    answered, told = table.post(CHAT)
    assert answered == 502
    assert "location" not in json.dumps(told).lower()
    assert table.purse.facts.failure is not None
    assert table.healer.answers == 0
    assert len(provider.asked) == 1
    assert (table.budget.spent, table.budget.open) == (Decimal(0), {})


def test_a_huge_body_is_refused_before_anything_is_sent(provider):
    table = Table(provider.url)
    huge = {"messages": [{"role": "user", "content": "x" * 8_000_000}]}
    assert table.post(huge)[0] == 400
    unbounded = Table(provider.url, context_window=None, model="nobody-knows-this-model")
    assert unbounded.post(huge)[0] == 402
    assert provider.asked == []


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"code": "rate_limit_exceeded", "message": "slow down"}},
        {
            "type": "response.failed",
            "response": {"status": "failed", "error": {"code": "rate_limit_exceeded"}},
        },
        {"type": "error", "error": {"type": "rate_limit_error"}},
    ],
)
def test_an_error_inside_a_stream_or_a_success_is_seen(provider, document):
    table = Table(provider.url)
    provider.streams(document)
    table.post(CHAT)
    provider.says(document)
    table.post(CHAT)
    assert table.purse.facts.failure.kind is FailureKind.RATE_LIMIT
    assert table.healer.answers == 0


def test_a_server_that_is_not_there_is_a_transport_failure_that_costs_nothing():
    table = Table("http://127.0.0.1:9/v1")
    assert table.post(CHAT)[0] == 502
    assert table.purse.facts.failure.kind is FailureKind.TRANSPORT
    assert table.budget.spent == 0


def test_an_answer_that_breaks_off_is_booked_in_full(provider):
    provider.answers.append((200, "application/json", b""))
    table = Table(provider.url)
    provider.answers[0] = (200, "application/json\r\nContent-Length: 500", b'{"choices"')
    with pytest.raises(OSError, match="broke off"):
        table.post(CHAT)
    assert table.purse.facts.failure.kind is FailureKind.TRANSPORT
    assert table.budget.spent == table.budget.highest


@pytest.mark.parametrize("length", ["", "\r\nContent-Length: 5000"])
def test_a_stream_that_is_cut_is_booked_in_full(provider, length):
    begun = {"type": "message_start", "message": {"usage": {"input_tokens": 5, "output_tokens": 1}}}
    provider.answers.append((200, f"text/event-stream{length}", f"data: {json.dumps(begun)}\n\n".encode()))
    table = Table(provider.url, speech="anthropic")
    with suppress(OSError):
        table.post({"messages": CHAT["messages"], "stream": True, "max_tokens": 50}, "/v1/messages")
    assert table.budget.spent == table.budget.highest > 0


def test_a_conversation_that_the_window_cannot_hold_is_not_sent(provider):
    table = Table(provider.url)
    status, told = table.post({"messages": [{"role": "user", "content": "x" * 60_000}]})
    assert (status, told["error"]["code"]) == (400, "context_length_exceeded")
    assert table.purse.facts.failure.kind is FailureKind.CONTEXT_EXHAUSTED
    assert provider.asked == []


def test_a_closed_purse_cuts_what_is_open_and_owes_nothing(silent_url):
    table = Table(silent_url, timeout=60.0)
    asking = threading.Thread(target=table.post, args=(CHAT,))
    asking.start()
    while not table.budget.open:
        asking.join(0.02)
    table.purse.close()
    asking.join(5.0)
    assert not asking.is_alive()
    assert table.budget.open == {}
    assert table.budget.spent == table.budget.highest
    assert table.purse.facts.failure is None
