"""What of a request reaches a model's provider: content that is in it, and no address to fetch from."""

import json

import pytest

from include.overnight.adapters.builders.command_requests import Unacceptable, form_of, model_request
from include.overnight.adapters.models import ModelEndpoint

from .conftest import KEY


def sent(content, system=None):
    form = form_of("anthropic", "/messages")
    endpoint = ModelEndpoint(tier="gpt-5", model="m", base_url="http://127.0.0.1:9/v1", api_key=KEY)
    body = {"messages": [{"role": "user", "content": content}], "max_tokens": 5, "system": system}
    return model_request(form, json.dumps(body).encode(), endpoint)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "document", "source": {"type": "url", "url": "https://evil.example/?q=secret"}},
        {"type": "document", "source": {"type": "file", "file_id": "file-1"}},
        {"type": "image", "source": {"type": "url", "URL": "https://evil.example"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"file_data": "https://evil.example"}},
        {"type": "computer_call_output", "output": {"image_url": "https://evil.example/?q=secret"}},
        {"type": "image_url", "image_url": "HTTPS://evil.example/?data:x"},
        {"type": "tool_use", "input": {}, "content": [{"image_url": ["https://evil.example"]}]},
    ],
)
def test_nothing_that_the_provider_would_fetch_is_sent_wherever_it_stands(block):
    with pytest.raises(Unacceptable):
        sent([block])
    with pytest.raises(Unacceptable):
        sent("hello", [{"type": "text", "text": "x", "deeper": {"and": [block]}}])


def test_what_comes_with_the_request_and_what_a_tool_is_told_is_sent():
    content = [
        {"type": "tool_use", "id": "t", "name": "fetch", "input": {"url": "https://docs.example"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}},
        {"type": "text", "text": "see https://docs.example", "citations": None},
    ]
    request = sent(content)
    assert json.loads(request.body)["messages"][0]["content"] == content
    assert request.extra_tokens == 2 * sent("hello").extra_tokens + 40_000
