"""Where GitHub's descriptions lie: an npm `node_modules` folder, named by OVERNIGHT_CONTRACTS."""

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).parents[3] / "build" / "contracts" / "node_modules"
_REST = "@octokit/openapi/generated/api.github.com.json"
_GRAPHQL = "@octokit/graphql-schema/schema.graphql"


class ContractBroken(AssertionError):
    """An answer, a request or a query is not what GitHub describes."""


def rest_description() -> Path:
    return installed(_REST)


def graphql_description() -> Path:
    return installed(_GRAPHQL)


def installed(name: str) -> Path:
    """Return a package's file; without it the test is skipped with the command that brings it."""
    path = Path(os.environ.get("OVERNIGHT_CONTRACTS", _DEFAULT)) / name
    if not path.is_file():
        package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
        pytest.skip(f"{package} is not installed: `make contracts` installs it, or set OVERNIGHT_CONTRACTS")
    return path
