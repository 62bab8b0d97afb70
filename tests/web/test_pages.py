"""The pages: who may see them, what stands on them, what their forms do."""

import re

import pytest
from fastapi.testclient import TestClient

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.prioritizing import overrides, set_priority
from include.overnight.web import create_pages
from include.overnight.web.forging import form_token

from .conftest import RANK, ROLES
from .seeding import HOSTILE, airflows_night, node, seed_large, seed_night
from .test_authorization import right_of, routes

PAGES = routes(create_pages(None))
FORMS = {
    "POST /nights": {"repository": "acme/box", "mode": "dry"},
    "POST /nights/{night}/stop": {},
    "POST /nights/{night}/issues/{issue}/retry": {"anew": "1"},
    "POST /approvals": {
        "repository": "acme/box",
        "issue": "6",
        "subject": "escalation:experimental",
        "why": "x",
        "word": "allow",
    },
    "POST /lessons": {"repository": "acme/box", "advice": "be kind"},
    "POST /lessons/{lesson}/retire": {"why": "old"},
    "POST /priorities": {"repository": "acme/box", "issue": "4", "priority": "7", "why": "x"},
}
"""Form → what makes it succeed; a new form without a row fails `test_every_form_is_tried`."""
OPEN = "GET /static/{name}"
"""The only route without a guard."""
EVERY = [
    "/",
    "/nights",
    "/nights/night-one",
    "/nights/night-one/board",
    "/nights/night-one/plan",
    "/nights/night-one/issues/3",
    "/nights/night-one/issues/3/attempts/1/log",
    "/nights/night-one/issues/3/attempts/1/transcript",
    "/nights/night-one/issues/3/attempts/1/diff",
    "/approvals",
    "/quality",
    "/costs",
    "/priorities",
    "/pulls",
    "/desktop",
    "/events",
]


@pytest.fixture
def browser(house, seeded):
    """A browser that is signed in as admin, sends no foreign words and follows no redirect by itself."""
    app = create_pages(house)
    with TestClient(app, base_url="http://night.example", follow_redirects=False) as client:
        client.cookies.set("_token", "admin")
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client


def filled(house, who, **fields):
    """Return a form's fields with the token that a person's own page has."""
    return {**fields, "csrf_token": form_token(who, house.guard.secret)}


@pytest.fixture
def visit(browser, house, seeded, conductor):
    (lesson, *_) = seeded.lessons.all()
    run = conductor.start("overnight_execution.acme.box", {}, "ann")
    known = {
        "{night}": "night-one",
        "{issue}": "3",
        "{attempt}": "1",
        "{what}": "log",
        "{lesson}": lesson.id,
        "{dag_id}": run.dag_id,
        "{run_id}": "unknown",
    }

    def send(name, who):
        method, _, path = name.partition(" ")
        if path.endswith("/retry"):
            known["{night}"] = airflows_night(seeded)
        for part, value in known.items():
            path = path.replace(part, value)
        browser.cookies.set("_token", who)
        data = filled(house, who, **FORMS.get(name, {})) if method == "POST" else None
        return browser.request(method, path, data=data)

    return send


def test_every_form_is_tried():
    assert {name for name in PAGES if not name.startswith("GET ")} == FORMS.keys()
    assert [name for name, route in PAGES.items() if right_of(route) is None] == [OPEN]


def test_the_style_is_open_so_that_the_page_for_strangers_has_it(browser):
    browser.cookies.clear()
    assert browser.get("/static/style.css").status_code == 200
    assert browser.get("/static/..%2Fapp.py").status_code in (404, 422)


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {OPEN}))
def test_a_page_is_shown_to_who_may_and_nobody_else(name, visit):
    needed = RANK[right_of(PAGES[name])]
    assert visit(name, "").status_code == 401
    assert visit(name, "forged").status_code == 403
    for role, rank in ROLES.items():
        answer = visit(name, role)
        wanted = (403,) if rank < needed else (200, 303, 404) if "run_id" in name else (200, 303)
        assert answer.status_code in wanted, f"{role} {name}: {answer.text[-500:]}"


@pytest.mark.parametrize("path", EVERY)
def test_a_page_escapes_what_others_wrote_and_forbids_script_of_others(path, browser):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=|javascript:", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_every_address_on_a_page_is_ours_and_there(browser):
    seen = {}
    for path in EVERY:
        html = browser.get(path).text
        found = {link.replace("&amp;", "&") for link in re.findall(r'(?:href|src|action)="([^"#]+)', html)}
        found -= {link for link in found if link.startswith("https://github.example/")}
        assert not [link for link in found if not link.startswith("/")]
        for link in sorted(found - seen.keys()):
            seen[link] = browser.get(link).status_code
            forms = f'action="{link}"' in html
            assert seen[link] == 200 or (seen[link] == 405 and forms), f"{path} leads to {link}"
    assert len(seen) > 50


def test_a_log_holds_the_gates_output_in_full(browser, seeded):
    kept = seeded.storage.put("nights/night-one/3/1/test.run.log", b"2 passed, <1> failed")
    lost = kept.replace("test.run.log", "lint.run.log")
    seeded.records.remember("logs/night-one/3/1", {"test": [kept], "lint": [lost]})
    page = browser.get("/nights/night-one/issues/3/attempts/1/log").text
    assert "test: test.run.log\n2 passed, &lt;1&gt; failed" in page
    assert "lint: lint.run.log\n(not to be had:" in page


def test_the_plan_of_a_running_night_says_who_comes_next_when_people_changed_the_order(browser, seeded):
    seed_night(seeded, "night-two", finished=False)
    plan = "/nights/night-two/plan"
    assert "People changed the order" not in browser.get(plan).text
    set_priority(seeded, node("acme/box"), 9, 1, who="ann", why="the release waits")
    said = re.search(r"Next come (.*?)</p>", browser.get(plan).text)[1]
    assert re.findall(r">#(\d+)<", said)[:3] == ["7", "8", "9"]
    assert "People changed the order" not in browser.get("/nights/night-one/plan").text


def test_every_figure_leads_to_its_events(browser):
    for path in ("/", "/costs", "/nights/night-one/issues/3"):
        figures = re.findall(r"<dd>(.*?)</dd>", browser.get(path).text)
        assert figures
        assert not [figure for figure in figures if "href=" not in figure]


def test_nobody_is_told_where_to_sign_in(browser):
    browser.cookies.clear()
    answer = browser.get("/")
    assert answer.status_code == 401
    assert "Not authenticated" in answer.text


def test_a_viewer_is_shown_no_form_that_would_be_refused(browser):
    browser.cookies.set("_token", "viewer")
    for path in EVERY:
        assert 'method="post"' not in browser.get(path).text, path


def test_an_attempt_shows_its_conversation_and_says_when_its_change_is_gone(browser):
    at = "/nights/night-one/issues/3/attempts/1"
    assert "&lt;b&gt;build&lt;/b&gt;" in browser.get(f"{at}/transcript").text
    assert "ended without a change" in browser.get(f"{at}/diff").text
    assert browser.get(f"{at.replace('1', '9')}/log").status_code == 404


def test_the_running_night_comes_first_and_says_where_its_stream_is(browser, seeded):
    seed_night(seeded, "night-two", finished=False)
    html = browser.get("/").text
    assert "A night is running" in html
    assert 'data-live="/nights/night-two/live"' in html
    rows = re.findall(r'id="issue-(\d+)"', html)
    assert rows[:3] == ["4", "5", "6"]
    assert "every gate passed" in html
    assert "waits for #6" in html


def test_a_board_is_narrowed_to_one_step_or_status(browser):
    assert re.findall(r'id="issue-(\d+)"', browser.get("/nights/night-one?show=failed").text) == ["3"]
    assert "No issue is here just now" in browser.get("/nights/night-one?show=build").text


@pytest.mark.slow
def test_two_thousand_issues_are_leafed_through(browser, seeded):
    seed_large(seeded, count=2000)
    first = browser.get("/nights/night-large")
    assert len(re.findall(r'id="issue-(\d+)"', first.text)) == 50
    assert "2000 issues, page 1 of 40" in first.text
    last = browser.get("/nights/night-large?page=40").text
    assert 'id="issue-2000"' in last
    plan = browser.get("/nights/night-large/plan").text
    assert plan.count("<rect") <= 150
    (more,) = re.findall(r'href="([^"]+skip=\d+)">\d+ more in chains', plan)
    assert browser.get(more.replace("&amp;", "&")).status_code == 200
    assert len(browser.get("/").text) < 100_000


def test_a_night_is_started_from_the_form(browser, house, seeded, conductor):
    form = filled(house, "admin", repository="acme/box", issues="#3, 4", max_issues_per_run="2", mode="dry")
    answer = browser.post("/nights", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?repository=acme%2Fbox&done=started")
    assert conductor.params == [{"issues": [3, 4], "max_issues_per_run": 2, "dry_run": True}]
    again = browser.post("/nights", data=form)
    assert "done=running" in again.headers["location"]
    assert "A night is about to start" in browser.get("/?repository=acme/box").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("issues", "three", "no list of numbers"),
        ("max_issues_per_run", "0", "no number from 1"),
        ("mode", "wild", "none of dry"),
        ("repository", "acme/unknown", "[[repositories]]"),
    ],
)
def test_a_wrong_form_is_refused_in_words(browser, house, seeded, conductor, field, value, words):
    form = filled(house, "admin", **{"repository": "acme/box", field: value})
    answer = browser.post("/nights", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert conductor.runs == []


def test_a_form_of_another_site_is_refused(browser, house):
    form = filled(house, "admin", repository="acme/box")
    assert browser.post("/nights", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post("/nights", data={"repository": "acme/box"}).status_code == 403


def test_a_question_is_answered_from_the_page(browser, house, seeded):
    form = filled(house, "admin", **FORMS["POST /approvals"]) | {"word": "refuse"}
    assert "done=refused" in browser.post("/approvals", data=form).headers["location"]
    word = seeded.approvals.word(node("acme/box"), 6, "escalation:experimental")
    assert (word.granted, word.who, word.source) == (False, "admin", "dashboard")
    assert "Nothing waits for a person" in browser.get("/approvals").text


def test_a_lesson_is_retired_from_the_page(browser, house, seeded):
    (lesson, *_) = seeded.lessons.all()
    browser.post(f"/lessons/{lesson.id}/retire", data=filled(house, "admin", why="we moved on"))
    assert lesson.advice not in browser.get("/quality").text
    assert "admin: we moved on" in browser.get("/quality?retired=1").text


def test_a_priority_is_set_from_the_page(browser, house, seeded):
    browser.post("/priorities", data=filled(house, "admin", **FORMS["POST /priorities"]))
    assert overrides(seeded, node("acme/box")) == ((4, 7),)
    assert "admin: x" in browser.get("/priorities").text


def test_a_night_is_stopped_from_the_page(browser, house, seeded):
    seed_night(seeded, "night-two", finished=False)
    browser.post("/nights/night-two/stop", data=filled(house, "admin", now="1"))
    (event,) = seeded.ledger.events(EventQuery(types=(EventType.STOP_REQUESTED,)))
    assert event.metadata == {"who": "admin", "now": True}


def test_only_words_of_ours_can_be_put_on_a_page_by_its_address(browser):
    assert "The lesson is retired." in browser.get("/quality?done=retired").text
    assert "You won" not in browser.get("/quality?done=You+won").text


def test_pages_under_a_prefix_lead_to_pages_under_it(house, seeded):
    with TestClient(create_pages(house), root_path="/airflow/overnight") as client:
        client.cookies.set("_token", "admin")
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', client.get("/airflow/overnight/").text)
        assert links
        assert not [link for link in links if not link.startswith("/airflow/overnight/")]
