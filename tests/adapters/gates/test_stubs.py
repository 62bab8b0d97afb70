from __future__ import annotations

from include.overnight.adapters.gates.coherence.stubs import stubs
from tests.adapters.gates.scenes import asked, found, scene_of

LEFT = {
    "src/b.py": (
        'def size(a):\n    raise NotImplementedError\n\n\ndef more(a):\n    """Say more."""\n    ...\n\n\n'
        "class Box:\n    def open(self):\n        raise NotImplementedError('later')\n\n\n"
        "def rest():\n    pass\n"
    ),
}
HONEST = {
    "src/port.py": (
        "from abc import ABC, abstractmethod\nfrom typing import Protocol\n\n\nclass Store(Protocol):\n"
        "    def get(self): ...\n\n\nclass Shape(ABC):\n    @abstractmethod\n    def area(self): ...\n\n"
        "    def name(self):\n        raise NotImplementedError\n\n\nclass Rule:\n    def apply(self):\n"
        "        raise NotImplementedError\n\n\nclass Strict(Rule):\n    def apply(self):\n"
        "        return 1\n\n    def close(self):\n        pass\n\n\nclass Broken(Exception):\n    pass\n\n\n"
        "def outer():\n    def nothing():\n        pass\n\n    return nothing\n"
    ),
    "src/cli.py": "import click\n\n\n@click.group()\ndef main():\n    pass\n",
    "tests/test_b.py": "def helper():\n    pass\n",
}


def test_stubs_are_found_and_the_issue_may_ask_for_an_interface(bench):
    scene = scene_of(bench, {"a": "a\n"}, LEFT)
    assert found(stubs(scene)) == [("placeholder", "src/b.py", line) for line in (1, 5, 11, 15)]
    assert found(stubs(asked(scene, "An interface for boxes"))) == []


def test_protocols_bases_groups_and_tests_may_be_empty(bench):
    assert found(stubs(scene_of(bench, {"a": "a\n"}, HONEST))) == []


def test_a_body_that_becomes_a_stub_counts_and_an_old_stub_does_not(bench):
    before = {"src/a.py": "def size(a):\n    return a\n\n\ndef old():\n    raise NotImplementedError\n"}
    after = {
        "src/a.py": before["src/a.py"].replace("return a", "raise NotImplementedError('x')") + "\nx = 1\n"
    }
    assert found(stubs(scene_of(bench, before, after))) == [("placeholder", "src/a.py", 1)]
