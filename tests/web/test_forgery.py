"""A write with the session's cookie must come from our own pages."""

import pytest
from fastapi.testclient import TestClient

from include.overnight.web import create_api
from include.overnight.web.forging import TOKEN_HEADER

URL = "/nights/night-one/stop"


@pytest.fixture
def browser(house, seeded):
    with TestClient(create_api(house), base_url="http://night.example") as client:
        client.cookies.set("_token", "operator")
        yield client


@pytest.fixture
def token(browser):
    return browser.get("/session").json()["token"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site", TOKEN_HEADER: "right"},
        {"Sec-Fetch-Site": "same-site", TOKEN_HEADER: "right"},
        {"Sec-Fetch-Site": "none", TOKEN_HEADER: "right"},
        {"Origin": "http://evil.example", TOKEN_HEADER: "right"},
        {"Origin": "null", TOKEN_HEADER: "right"},
        {"Origin": "http://night.example", TOKEN_HEADER: "0" * 64},
        {"Origin": "http://night.example", TOKEN_HEADER: "ünicode".encode()},
    ],
)
def test_a_write_that_another_site_could_have_sent_is_refused(browser, token, headers):
    sent = {name: token if value == "right" else value for name, value in headers.items()}
    assert browser.post(URL, json={}, headers=sent).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://night.example"}, {}],
)
def test_a_write_with_the_token_from_our_own_page_passes(browser, token, headers):
    assert browser.post(URL, json={}, headers=headers | {TOKEN_HEADER: token}).status_code == 202


def test_a_token_is_good_for_one_person_only(browser, token):
    browser.cookies.set("_token", "admin")
    assert browser.post(URL, json={}, headers={TOKEN_HEADER: token}).status_code == 403


def test_a_bearer_token_needs_no_second_one(browser):
    headers = {"Authorization": "Bearer operator", "Origin": "http://evil.example"}
    assert browser.post(URL, json={}, headers=headers).status_code == 202
