"""`python -m demo.model --port PORT --scripts DIR [--key KEY] [--journal FILE]`."""

import argparse
from pathlib import Path

from .app import MODELS, ScriptedModel
from .journal import Journal
from .running import serve


def main() -> None:
    """Serve the scripted model until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.model", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--scripts", type=Path, required=True, help="folder with one 012.toml per issue")
    parser.add_argument("--key", help="API key to insist on; without it any key is accepted")
    parser.add_argument("--journal", type=Path, help="JSONL file to append every request's body to")
    parser.add_argument("--model", action="append", help="a model to list (repeatable); others answer too")
    options = parser.parse_args()
    if not options.scripts.is_dir():
        parser.error(f"--scripts: {options.scripts} is not a folder")
    names = tuple(options.model) if options.model else MODELS
    serve(ScriptedModel(options.scripts, options.key, names, journal=Journal(options.journal)), options.port)


if __name__ == "__main__":
    main()
