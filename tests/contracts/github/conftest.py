"""One conversation with one forge serves every REST contract test."""

import pytest

from .conversation import Answer, converse


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    tree = tmp_path_factory.mktemp("tree")
    for path in ("README.md", "docs/guide.md", ".github/CODEOWNERS"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(f"{path}\n")
    return converse(tmp_path_factory.mktemp("forge"), tree)
