from __future__ import annotations

import pytest

from include.overnight.adapters.gates.coherence.scene import Scene
from include.overnight.adapters.gates.diffs import parse_diff
from include.overnight.adapters.gates.tampering.replacements import replaced_subjects

from .scenes import case_of

BEFORE = {
    "box.py": "def size(a):\n    return a\n",
    "tests/test_box.py": "from box import size\n\n\ndef test_size():\n    assert size(1) == 1\n",
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n",
}


def found(bench, conftest: str) -> list[str]:
    case = case_of(bench, BEFORE, {"tests/conftest.py": BEFORE["tests/conftest.py"] + conftest})
    scene = Scene(case)
    findings = replaced_subjects(case, parse_diff(case.diff), scene.before, scene.after)
    return [finding.message.split("'")[1] for finding in findings]


@pytest.mark.parametrize(
    "conftest",
    [
        "\nimport box\nbox.size = lambda a: 1\n",
        "\nimport box\nsetattr(box, 'size', len)\n",
        "\n@pytest.fixture(autouse=True)\ndef r(monkeypatch):\n    monkeypatch.setattr('box.size', len)\n",
        "\ndef pytest_configure(config):\n    import box\n    box.size = len\n",
        "\n@pytest.fixture\ndef one(monkeypatch):\n    monkeypatch.setattr('box.size', len)\n",
    ],
)
def test_what_tests_check_may_not_be_replaced_for_all_of_them(bench, conftest):
    assert found(bench, conftest) == ["size"]


@pytest.mark.parametrize(
    "conftest",
    [
        "\n@pytest.fixture\ndef fake(monkeypatch):\n    monkeypatch.setattr('box.size', len)\n",
        "\n@pytest.fixture(autouse=True)\ndef off(monkeypatch):\n    monkeypatch.setattr('box.fetch', len)\n",
        "\nimport box\nbox.DEBUG = False\n",
        "\ndef broken(\n",
    ],
)
def test_a_fake_that_a_test_asks_for_and_a_fake_of_something_else_are_honest(bench, conftest):
    assert found(bench, conftest) == []
