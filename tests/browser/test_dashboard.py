"""What people do on the pages, done in a real browser."""

import re

import pytest

from include.overnight.web import Run

from ..web.seeding import airflows_night, node, seed_following

pytestmark = pytest.mark.browser
PATIENCE = 15_000


def test_a_dry_run_is_started_from_the_form_and_watched_to_its_end(open_page):
    page = open_page("/?repository=acme/box")
    page.get_by_text("Start a night now").click()
    page.get_by_label("Issue numbers").fill("1, 2, 3")
    page.get_by_label("dry run").check()
    page.get_by_role("button", name="Start the night").click()
    page.get_by_text("The night is on its way").wait_for()
    page.wait_for_timeout(300)
    page.reload()
    page.get_by_role("heading", name="A night is running").wait_for(timeout=PATIENCE)
    page.get_by_text("Live", exact=True).wait_for(timeout=PATIENCE)
    page.evaluate("window.untouched = true")
    page.get_by_text("The night is over").wait_for(timeout=PATIENCE)
    page.locator("#rail-done b", has_text="3").wait_for(timeout=PATIENCE)
    assert page.locator(".tag", has_text="judged").count() == 3
    assert page.evaluate("window.untouched"), "the page was loaded anew instead of updated"


def test_who_has_the_focus_keeps_it_while_the_board_changes(open_page):
    page = open_page("/?repository=acme/box")
    page.get_by_text("Start a night now").click()
    page.get_by_role("button", name="Start the night").click()
    page.wait_for_timeout(300)
    page.reload()
    page.locator("#issue-1").wait_for(timeout=PATIENCE)
    page.locator("#issue-1").focus()
    page.get_by_text("The night is over").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.activeElement.id") == "issue-1"


def test_an_issues_way_is_one_click_away_and_its_attempts_one_more(open_page):
    page = open_page("/nights/night-one?show=failed")
    page.get_by_role("link", name="#3").first.click()
    page.get_by_role("heading", name="Everything that happened").wait_for()
    assert page.get_by_text("#3 escalated to gpt-4-turbo").count()
    page.get_by_role("link", name="transcript of attempt 1").click()
    assert "<b>build</b>" in page.locator("pre").inner_text()
    page.get_by_role("link", name="log", exact=True).click()
    assert "<test_a> fails" in page.locator("pre").inner_text()


def test_a_lesson_is_retired(open_page):
    page = open_page("/quality")
    card = page.locator("article", has_text="Close what you open")
    card.get_by_text("Retire", exact=False).first.click()
    card.get_by_label("Why it no longer holds").fill("the library does it")
    card.get_by_role("button").click()
    page.get_by_text("The lesson is retired").wait_for()
    assert page.locator("article", has_text="Close what you open").count() == 0


def test_an_escalation_is_approved(open_page):
    page = open_page("/approvals", who="operator")
    page.get_by_label("Why").fill("worth a try")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Nothing waits for a person").wait_for()
    assert page.get_by_text("allowed for #6 by operator: worth a try").count()


def test_a_priority_is_changed(open_page):
    page = open_page("/priorities")
    for value in ("10", "5"):
        page.get_by_label("Issue").fill("7")
        page.get_by_label("Priority (empty").fill(value)
        page.get_by_label("Why").fill("the release waits")
        page.get_by_role("button", name="Set").click()
        page.get_by_role("cell", name=value, exact=True).wait_for()
    assert page.locator("tbody tr").count() == 1


def test_a_running_night_is_stopped(open_page):
    page = open_page("/?repository=acme/box")
    page.get_by_text("Start a night now").click()
    page.get_by_role("button", name="Start the night").click()
    page.wait_for_timeout(300)
    page.reload()
    page.get_by_text("Stop this night").click()
    page.get_by_role("button", name="Stop the night").click()
    page.get_by_text("The night is stopping").wait_for()


def test_every_page_can_be_walked_with_the_keyboard_alone(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert re.search(r"#main$", page.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_who_asked_for_less_motion_sees_none(open_page):
    page = open_page("/", reduced_motion="reduce")
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


def test_a_protected_path_is_refused_with_the_keyboard_alone(open_page, seeded):
    subject = "protected:.github/workflows/checks.yml"
    seeded.approvals.ask(node("acme/box"), 2, subject, "the gate says so", "night-one")
    page = open_page("/approvals", who="operator")
    card = page.locator("article", has_text=".github/workflows/checks.yml")
    assert "protected path" in card.inner_text()
    tab_to(page, "input", within=card)
    page.keyboard.type("nobody but us")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Refused. Nobody is asked again.").wait_for()
    word = seeded.approvals.word(node("acme/box"), 2, subject)
    assert (word.granted, word.who, word.why) == (False, "operator", "nobody but us")


def test_a_night_is_started_with_the_keyboard_alone(open_page):
    page = open_page("/?repository=acme/box")
    tab_to(page, "summary", within=page.locator("#start"))
    page.keyboard.press("Enter")
    tab_to(page, "input[name=issues]")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.get_by_text("The night is on its way").wait_for()


def test_an_issue_is_retried(open_page, seeded, conductor):
    night = airflows_night(seeded)
    conductor.runs.append(Run("overnight_execution.acme.box", "manual__0:+00:00", "success"))
    page = open_page(f"/nights/{night}/issues/3")
    page.get_by_text("Retry this issue").click()
    page.get_by_label("in a new round").check()
    page.get_by_role("button", name="Retry #3").click()
    page.get_by_text("The issue is taken up again").wait_for()
    assert page.get_by_text("admin had #3 worked on in a new round").count()


def test_open_pull_requests_say_how_far_they_are(open_page, seeded):
    seed_following(seeded)
    page = open_page("/pulls")
    assert page.get_by_text("in the merge queue").count()
    assert page.get_by_text("mara asked for a change").count()
    page.get_by_role("link", name="Ask GitHub now").click()
    page.get_by_text("GitHub could not be asked").wait_for()


def tab_to(page, selector, within=None):
    """Press Tab until an element has the focus; who cannot reach it fails."""
    for _ in range(80):
        page.keyboard.press("Tab")
        inside = within.evaluate("one => one.contains(document.activeElement)") if within else True
        if inside and page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached with the keyboard")
