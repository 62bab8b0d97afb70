"""`python -m demo.forge --root DIR --port PORT --token TOKEN=LOGIN[:permission] …`"""

import argparse
import sys
from pathlib import Path

from .forge import Forge
from .running import listen, server_for
from .world import LEVELS


def main(arguments: list[str] | None = None) -> int:
    """Serve the forge of a directory until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.forge", description="A GitHub-compatible forge on loopback."
    )
    parser.add_argument("--root", type=Path, required=True, help="where the forge keeps its state")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--token", action="append", default=[], metavar="TOKEN=LOGIN[:permission]", type=_token,
        help="a token, whose it is, and the most it may do (none, read, triage, write, maintain, admin)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    with Forge(options.root) as forge:
        for token, login, permission in options.token:
            forge.allow(token, login, permission)
        listener = listen(options.port)
        forge.world.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        print(f"forge on {forge.world.base_url}, REST {forge.world.base_url}/api/v3", flush=True)
        server_for(forge).run([listener])
    return 0


def _token(text: str) -> tuple[str, str, str]:
    token, _, who = text.partition("=")
    login, _, permission = who.partition(":")
    if not token or not login or (permission and permission not in LEVELS):
        raise argparse.ArgumentTypeError(
            f"write TOKEN=LOGIN or TOKEN=LOGIN:permission, with one of {', '.join(LEVELS)}"
        )
    return token, login, permission or "write"


if __name__ == "__main__":
    sys.exit(main())
