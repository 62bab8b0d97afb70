"""`overnight mcp`: a Model Context Protocol server on stdin and stdout, for a chat assistant."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Annotated

import typer

from .console import speaking
from .version import VERSION


def command(
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Also give tools that start, stop and retry.")
    ] = False,
) -> None:
    """Serve a chat assistant from the API at OVERNIGHT_API_URL, with OVERNIGHT_API_TOKEN or its _FILE."""
    with speaking():
        from ..adapters.deployment import deployment_of
        from ..assistant import make_server

        server = make_server(deployment_of(os.environ), VERSION, allow_writes=allow_writes)
    with suppress(KeyboardInterrupt):  # stdout is the protocol's from here on
        server.run("stdio")
