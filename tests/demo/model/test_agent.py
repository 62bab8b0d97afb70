"""The demo's scripts driven by a real agent loop, with streaming and without."""

import asyncio
import shutil

import openai
import pytest
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from demo.model import running_model
from demo.model.replay import replay
from demo.model.scripts import load_script
from demo.seed import SCRIPTS, TREE

PROMPT = "Issue #2: Convert quantities between units\nAttempt 1 on tier gpt-4\n\nGo."


@pytest.fixture
def tree(tmp_path):
    return shutil.copytree(TREE, tmp_path / "tree")


@pytest.fixture
def agent(tree):
    with running_model(SCRIPTS) as model:
        client = openai.AsyncOpenAI(base_url=model.api_url, api_key="demo", max_retries=0)
        provider = OpenAIProvider(openai_client=client)
        agent = Agent(OpenAIChatModel("gpt-4", provider=provider), instructions="You build.")

        @agent.tool_plain
        def read_file(path: str, offset: int | None = None, limit: int | None = None) -> str:
            return (tree / path).read_text()

        @agent.tool_plain
        def write_file(path: str, content: str) -> str:
            (tree / path).write_text(content)
            return "written"

        @agent.tool_plain
        def edit_file(path: str, old: str, new: str) -> str:
            text = (tree / path).read_text()
            (tree / path).write_text(text.replace(old, new, 1))
            return "edited"

        @agent.tool_plain
        def list_directory(path: str = ".") -> str:
            return "\n".join(sorted(entry.name for entry in (tree / path).iterdir()))

        @agent.tool_plain
        def run_command(command: str, timeout_seconds: float | None = None) -> str:
            return "exit code 0"

        yield agent, client


def contents(tree):
    return {path.relative_to(tree): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def expected(tmp_path):
    copy = shutil.copytree(TREE, tmp_path / "expected")
    replay(load_script(SCRIPTS / "002.toml").attempts[0], copy)
    return contents(copy)


@pytest.mark.parametrize("streaming", [False, True])
def test_an_agent_that_follows_the_script_ends_with_the_same_files(agent, tree, tmp_path, streaming):
    builder, client = agent

    async def work():
        async with client:
            return await (streamed() if streaming else plain())

    async def plain():
        return (await builder.run(PROMPT)).output

    async def streamed():
        async with builder.iter(PROMPT) as run:
            async for node in run:
                if Agent.is_model_request_node(node):
                    async with node.stream(run.ctx) as events:
                        async for _ in events:
                            pass
        return run.result.output

    assert "All tests pass" in asyncio.run(work())
    assert contents(tree) == expected(tmp_path)
