"""A real API on loopback, and the SDK's own client that starts `overnight mcp` as an assistant would."""

import os
import socket
import threading
import time
from contextlib import asynccontextmanager

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters, stdio_client

from include.overnight.web import create_api

from ..architecture.sources import PROJECT
from ..web.conftest import (  # noqa: F401 - fixtures
    conductor,
    desk,
    empty_ledger,
    house,
    seeded,
    seeded_ledger,
)

PREFIX = "/api/foreman"


@pytest.fixture
def address(house, seeded):  # noqa: F811
    """Return the address of the API, served until the test ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_api(house), log_level="warning", root_path=""))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


class Assistant:
    """Calls tools as a chat assistant does."""

    def __init__(self, client):
        self._client = client

    async def tools(self):
        return {tool.name: tool for tool in (await self._client.list_tools()).tools}

    async def call(self, name, **arguments):
        """Return a tool's answer, or the text of its error."""
        result = await self._client.call_tool(name, arguments)
        text = "\n".join(part.text for part in result.content)
        return text if result.is_error else result.structured_content


@asynccontextmanager
async def assistant(address, token, *options):
    """Start the server as a process of its own, as somebody with this token."""
    env = {"PATH": os.environ["PATH"], "OVERNIGHT_API_URL": address, "OVERNIGHT_API_TOKEN": token}
    parameters = StdioServerParameters(
        command=str(PROJECT / "bin" / "overnight"), args=["mcp", *options], env=env
    )
    with open(os.devnull, "w") as errlog:  # noqa: PTH123
        async with Client(stdio_client(parameters, errlog=errlog)) as client:
            yield Assistant(client)


def spoken(coroutine):
    """Run a conversation to its end, or fail after a minute."""

    async def bounded():
        with anyio.fail_after(60):
            return await coroutine

    return anyio.run(bounded)
