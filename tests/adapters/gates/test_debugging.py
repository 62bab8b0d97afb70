from __future__ import annotations

from include.overnight.adapters.gates.coherence.debugging import debugging
from tests.adapters.gates.scenes import asked, found, scene_of

LEFT = {
    "src/a.py": (
        "import pdb\n\n\ndef size(a):\n    pdb.set_trace()\n    breakpoint()\n"
        "    print('DEBUG', a)\n    print(f'{a=}')\n    print(a)\n    return a\n"
    ),
    "tests/test_a.py": "def test_a():\n    breakpoint()\n    print('DEBUG')\n",
}
EXPECTED = [
    ("debug_print", "src/a.py", 7),
    ("debug_print", "src/a.py", 8),
    ("debug_print", "src/a.py", 9),
    ("debugger", "src/a.py", 1),
    ("debugger", "src/a.py", 5),
    ("debugger", "src/a.py", 6),
    ("debugger", "tests/test_a.py", 2),
]
HONEST = {
    "src/cli.py": "import click\n\n\n@click.group()\ndef main():\n    pass\n\n\nprint(f'size={1!r}')\n",
    "src/run.py": "def go():\n    print('done')\n\n\nif __name__ == '__main__':\n    go()\n",
    "src/doc.py": (
        'def say():\n    """Say it.\n\n    >>> print(1)\n    breakpoint()\n    """\n    return "print(x)"\n'
    ),
    "src/loud.py": "print('one')\nprint('two')\n",
    "src/broken.py": "def (:\n",
    "tests/test_b.py": "def test_b():\n    print('seen')\n",
}


def test_debuggers_and_prints_are_found(bench):
    assert found(debugging(scene_of(bench, {"a": "a\n"}, LEFT))) == EXPECTED


def test_programs_docstrings_and_tests_may_print(bench):
    assert found(debugging(scene_of(bench, {"src/loud.py": "print('one')\n"}, HONEST))) == []


def test_the_issue_may_ask_for_output_but_not_for_debugging(bench):
    scene = scene_of(bench, {"a": "a\n"}, LEFT)
    assert found(debugging(asked(scene, "Print the size"))) == [*EXPECTED[:2], *EXPECTED[3:]]
