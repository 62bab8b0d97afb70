"""Fifty secrets of 25 kinds in every text that a night handles; none in anything that it leaves."""

import json
import subprocess
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from include.overnight.domain.events import EventQuery
from include.overnight.domain.nights import document
from include.overnight.domain.periods import Period
from include.overnight.reports.facts import facts_of
from include.overnight.reports.making import report_on
from include.overnight.reports.page import page
from include.overnight.services.supporting import support_text
from include.overnight.web import House, create_api

from ..e2e.searching import disguises, files_with
from ..staging import REPOSITORY, of
from ..web.conftest import FakeConductor, FakeGuard, as_


def lines_of(canary):
    return [line for line in canary.secret.split("\n") if line]


def found_in(sown, text):
    """Return the canaries that a text holds, in any disguise, as (kind, where)."""
    plain = text if isinstance(text, bytes) else text.encode(errors="replace")
    return [
        (canary.kind, plain[max(0, at - 60) : at + 20])
        for canary in sown.canaries
        for line in lines_of(canary)
        for form in disguises(line)
        if (at := plain.find(form)) >= 0
    ]


def test_fifty_secrets_of_more_than_fifteen_kinds_were_planted(sown):
    assert len(sown.canaries) >= 50
    assert len({canary.kind for canary in sown.canaries}) > 15
    assert len({canary.secret for canary in sown.canaries}) == len(sown.canaries)


def test_the_night_went_through_everything_that_holds_them(sown):
    assert sorted(issue.status for issue in sown.night.issues) == ["failed", "failed", "pull_request"]
    assert all(commission.issue.body for commission in sown.desk.scripted.commissions)


def test_no_event_holds_one(sown):
    events = sown.desk.ledger.events(EventQuery(limit=None))
    assert len(events) > 30
    assert found_in(sown, "\n".join(map(repr, events))) == []


def test_no_row_of_the_ledger_holds_one(sown):
    folder = sown.desk.settings.home
    kept = [path for path in folder.glob("ledger.db*") if path.is_file()]
    assert kept
    assert [found_in(sown, path.read_bytes()) for path in kept] == [[] for _ in kept]


def test_no_stored_object_holds_one(sown):
    objects = sown.desk.settings.home / "objects"
    files = [path for path in objects.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".json", ".md"}
    holding = {
        path.relative_to(objects): canary.kind
        for canary in sown.canaries
        for line in lines_of(canary)
        for path in files_with(objects, line)
    }
    assert holding == {}


def test_no_comment_pull_request_or_tracking_issue_holds_one(sown):
    forge, texts = sown.stage.forge, []
    for issue in forge.issues(REPOSITORY):
        mine = issue.author == "overnight-bot"
        texts += [issue.title, issue.body or ""] if mine else []
        texts += [one.body for one in forge.comments(issue) if one.author == "overnight-bot"]
        texts += issue.labels
    texts += [pull.head for pull in forge.pull_requests(REPOSITORY)]
    assert len(texts) > 5
    assert found_in(sown, "\n".join(texts)) == []


def test_no_commit_message_or_branch_holds_one_not_even_in_small_letters(sown):
    said = []
    for git in [head.parent for head in sown.stage.home.rglob("HEAD") if (head.parent / "objects").is_dir()]:
        for command in (["log", "--all", "--format=%B%an%ae"], ["for-each-ref", "--format=%(refname)"]):
            done = subprocess.run(["git", "--git-dir", git, *command], capture_output=True, text=True)
            said.append(done.stdout)
    text = "\n".join(said)
    assert "Overnight-Issue" in text
    assert found_in(sown, text) == []
    small = text.lower().replace("-", "").replace("_", "")
    for canary in sown.canaries:
        for line in lines_of(canary):
            assert line.lower().replace("-", "").replace("_", "") not in small, canary.kind


def test_no_log_line_and_no_message_holds_one(sown):
    assert len(sown.logs) > 20
    assert sown.told
    assert found_in(sown, "\n".join(sown.logs)) == []
    assert found_in(sown, "\n".join(sown.told)) == []


def test_night_json_and_the_support_text_hold_none(sown):
    assert found_in(sown, json.dumps(document(sown.night))) == []
    assert found_in(sown, repr(support_text(sown.desk, sown.night, {}, sown.logs))) == []


@pytest.mark.parametrize("period", ["day", "month"])
def test_no_report_holds_one(sown, period):
    today = datetime.now(UTC)
    made = report_on(sown.desk.database, Period(period), today.date(), facts_of(sown.desk.settings, today))
    assert found_in(sown, page(made)) == []


def test_no_answer_of_the_api_holds_one(sown):
    house = House(FakeGuard(), lambda: sown.desk, FakeConductor())
    night, answered = sown.night.id, 0
    with TestClient(create_api(house), base_url="http://night.example") as client:
        for path in sorted(client.app.openapi()["paths"]):
            filled = path.replace("{night}", night).replace("{issue}", str(sown.night.issues[0].number))
            if "{" in filled or "get" not in client.app.openapi()["paths"][path] or "live" in path:
                continue
            answer = client.get(filled, headers=as_("admin"))
            answered += answer.status_code == 200
            assert found_in(sown, answer.content) == [], filled
    assert answered > 10


def test_credentials_and_redactor_show_none(sown):
    assert found_in(sown, repr(sown.desk.credentials) + repr(sown.desk.redactor)) == []


def test_what_was_written_still_reads_well(sown):
    issue = of(sown.night, sown.night.issues[0].number)
    assert issue.title.startswith("Add a ")
    assert "[redacted]" in issue.title
