"""`overnight mcp` as a chat assistant meets it: over stdio, against a real server with our API."""

from .conftest import assistant, spoken

READING = {
    *("night_status", "plan", "why", "query_governance_events"),
    *("stats", "quota", "costs", "lessons"),
}
WRITING = {"start_night", "stop", "retry"}


def test_without_being_allowed_to_there_is_no_tool_that_writes_and_every_reading_tool_answers(address):
    async def conversation():
        async with assistant(address, "viewer") as chat:
            return await chat.tools(), {
                "night_status": await chat.call("night_status", repository="acme/box"),
                "plan": await chat.call("plan", night="night-one"),
                "why": await chat.call("why", issue=3),
                "events": await chat.call("query_governance_events", type="change_published", issue=1),
                "stats": await chat.call("stats"),
                "quota": await chat.call("quota"),
                "costs": await chat.call("costs", days=30),
                "lessons": await chat.call("lessons", repository="acme/box"),
            }

    tools, told = spoken(conversation())
    assert tools.keys() == READING
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    assert told["night_status"]["repositories"][0]["last_night"]["id"] == "night-one"
    assert [issue["number"] for issue in told["plan"]["issues"]][:3] == [1, 2, 3]
    assert (told["why"]["issue"]["status"], told["why"]["night"]) == ("failed", "night-one")
    assert told["why"]["events"][-1]["issue"] == 3
    assert [event["type"] for event in told["events"]["events"]] == ["change_published"]
    assert told["stats"]["total"] > 20
    assert told["quota"]["scopes"][0]["name"] == "organization"
    assert told["costs"]["by_tier"]
    assert "Close what you open" in {one["advice"] for one in told["lessons"]["lessons"]}


def test_an_operator_starts_a_night_that_the_conductor_is_told_of(address, conductor):
    async def conversation():
        async with assistant(address, "operator", "--allow-writes") as chat:
            wishes = {"repository": "acme/box", "issues": [4], "dry_run": True}
            return await chat.tools(), await chat.call("start_night", **wishes)

    tools, run = spoken(conversation())
    assert tools.keys() == READING | WRITING
    assert not any(tools[name].annotations.read_only_hint for name in WRITING)
    assert (run["started"], run["dag_id"]) == (True, "overnight_execution.acme.box")
    assert conductor.params == [{"issues": [4], "dry_run": True}]


def test_a_viewers_token_is_refused_to_write_and_a_mistake_is_told_in_our_words(address, conductor):
    async def conversation():
        async with assistant(address, "viewer", "--allow-writes") as chat:
            return [
                await chat.call("start_night", repository="acme/box"),
                await chat.call("stop", night="night-one"),
                await chat.call("retry", night="night-one", issue=3),
                await chat.call("start_night", repository="acme"),
                await chat.call("plan", night="no-such-night"),
                await chat.call("why", issue=4711),
                await chat.call("query_governance_events", severity="loud"),
            ]

    start, stop, retry, name, night, issue, severity = spoken(conversation())
    for refused in (start, stop, retry):
        assert "HTTP 403" in refused
        assert "viewer may not operate here" in refused
    assert "'acme' is not a repository: write OWNER/NAME" in name
    assert "HTTP 404: there is no night no-such-night in the ledger" in night
    assert "does not know issue #4711" in issue
    assert "HTTP 422" in severity
    assert conductor.params == []


def test_a_token_that_is_no_good_is_named_and_never_shown(address):
    async def conversation():
        async with assistant(address, "token-that-ended-4711") as chat:
            return await chat.call("night_status")

    told = spoken(conversation())
    assert "HTTP 403" in told
    assert "4711" not in told
