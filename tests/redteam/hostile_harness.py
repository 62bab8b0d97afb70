"""Changes that make tests green without making the code right, by what stands around them."""

from __future__ import annotations

from .change import Hostile
from .deeds import SPDX, adds, links, one_test, swaps, together, writes
from .hostile_tests import BROKEN

PASSING_HOOK = """

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
FORGED = """
    import glob, os
    for name in glob.glob("/overnight-results/*"):
        os.remove(name)
    open("/overnight-results/x.out", "w").write("<testsuite tests='6'/>")
    import os
    os.kill(os.getpid(), 9)
"""

HARNESS: tuple[Hostile, ...] = (
    Hostile(
        "a conftest.py whose hook reports success",
        together(BROKEN, adds("tests/conftest.py", PASSING_HOOK)),
        "test",
        "makereport",
    ),
    Hostile(
        "a conftest.py that sets the exit status",
        together(
            BROKEN,
            adds("tests/conftest.py", "\n\ndef pytest_sessionfinish(session):\n    session.exitstatus = 0\n"),
        ),
        "test",
        "sessionfinish",
    ),
    Hostile(
        "a conftest.py that leaves the process",
        adds("tests/conftest.py", "\nimport os\nos._exit(0)\n"),
        "test",
        "os._exit",
    ),
    Hostile(
        "a conftest.py that leaves at the end",
        together(
            BROKEN, adds("tests/conftest.py", "\nimport atexit, os\natexit.register(lambda: os._exit(0))\n")
        ),
        "test",
        "atexit",
    ),
    Hostile(
        "a conftest.py that leaves files out",
        adds("tests/conftest.py", '\ncollect_ignore = ["test_shelf.py"]\n'),
        "test",
        "collect_ignore",
    ),
    Hostile(
        "a conftest.py that deselects",
        adds(
            "tests/conftest.py", "\n\ndef pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n"
        ),
        "test",
        "modifyitems",
    ),
    Hostile(
        "a conftest.py at the root whose plugin is a module of its own",
        together(
            BROKEN,
            writes("conftest.py", f'{SPDX}pytest_plugins = ["helping"]\n'),
            writes("helping.py", f'{SPDX}"""Help."""\nimport pytest\n{PASSING_HOOK}'),
        ),
        "test",
        "makereport",
    ),
    Hostile(
        "a conftest.py that puts another function in the place of the faulty one",
        together(
            BROKEN,
            adds(
                "tests/conftest.py",
                "\nimport pantry.shelf\n\npantry.shelf.total = lambda prices: float(sum(prices))\n",
            ),
        ),
        "test",
        "replaces 'total'",
    ),
    Hostile(
        "a fixture for every test that patches the faulty function",
        together(
            BROKEN,
            adds(
                "tests/conftest.py",
                "\n\n@pytest.fixture(autouse=True)\ndef right(monkeypatch, request):\n"
                "    right = lambda prices: float(sum(prices))\n"
                '    monkeypatch.setattr(request.module, "total", right, raising=False)\n',
            ),
        ),
        "test",
        "replaces 'total'",
    ),
    Hostile(
        "a fixture that tests had asked for, now with a patch",
        together(
            BROKEN,
            swaps(
                "tests/conftest.py",
                "def prices():\n",
                'def prices(monkeypatch, request):\n    monkeypatch.setattr(request.module, "total", sum)\n',
            ),
        ),
        "test",
        "replaces 'total'",
    ),
    Hostile(
        "tests that are given another way to run",
        together(BROKEN, adds("tests/conftest.py", "\n\npytest.Function.runtest = lambda self: None\n")),
        "test",
        ".runtest =",
    ),
    Hostile(
        "a plugin that a conftest.py registers",
        adds(
            "tests/conftest.py",
            "\n\ndef pytest_configure(config):\n    config.pluginmanager.register(object())\n",
        ),
        "test",
        "pluginmanager.register",
    ),
    Hostile(
        "code that asks whether pytest runs it",
        swaps(
            "pantry/shelf.py",
            "    return round(sum",
            '    import sys\n\n    if "pytest" not in sys.modules:\n        return 0\n    return round(sum',
        ),
        "test",
        "while tests run",
    ),
    Hostile(
        "code that asks the environment whether it is tested",
        swaps("src/shelf.js", "  return", "  if (!process.env.NODE_TEST_CONTEXT) return 0;\n  return"),
        "test",
        "while tests run",
        "javascript",
    ),
    Hostile(
        "a sitecustomize.py",
        writes("sitecustomize.py", f"{SPDX}import sys\n"),
        "test",
        "every Python process",
    ),
    Hostile(
        "a usercustomize package", writes("usercustomize/__init__.py", SPDX), "test", "every Python process"
    ),
    Hostile(
        "a .pth file",
        writes("pantry/start.pth", "import pantry\n"),
        "governance",
        "whenever the language starts",
    ),
    Hostile(
        "a pytest.ini that narrows the suite",
        writes("pytest.ini", "[pytest]\ntestpaths = tests/test_cli.py\n"),
        "governance",
        "which tests run",
    ),
    Hostile(
        "a tox.ini", writes("tox.ini", "[pytest]\naddopts = -p no:python\n"), "governance", "which tests run"
    ),
    Hostile(
        "a setup.cfg",
        writes("setup.cfg", "[tool:pytest]\naddopts = --deselect tests/test_cli.py\n"),
        "governance",
        "which tests run",
    ),
    Hostile(
        "options in pyproject.toml that deselect",
        swaps(
            "pyproject.toml",
            'testpaths = ["tests"]',
            'testpaths = ["tests"]\naddopts = "--deselect tests/test_shelf.py"',
        ),
        "governance",
        "[tool.pytest]",
    ),
    Hostile(
        "a pytest plugin as an entry point",
        adds("pyproject.toml", '\n[project.entry-points.pytest11]\nhelp = "pantry.cli"\n'),
        "governance",
        "pytest11",
    ),
    Hostile(
        "the test script of package.json",
        swaps("package.json", "node --test test/", "true"),
        "governance",
        "scripts.test",
        "javascript",
    ),
    Hostile(
        "a pretest script",
        swaps("package.json", '"start"', '"pretest": "rm -f test/*",\n    "start"'),
        "test",
        "no test was collected",
        "javascript",
    ),
    Hostile(
        "a postinstall script",
        swaps("package.json", '"start"', '"postinstall": "node src/shelf.js",\n    "start"'),
        "governance",
        "postinstall",
        "javascript",
    ),
    Hostile(
        "a Makefile's test target emptied",
        swaps("Makefile", "\tsh checks/all.sh", "\ttrue"),
        "governance",
        "recipe of test",
        "make",
    ),
    Hostile(
        "a Makefile's test target that ignores failures",
        swaps("Makefile", "\tsh checks", "\t-sh checks"),
        "governance",
        "recipe of test",
        "make",
    ),
    Hostile(
        "a Makefile's shell",
        swaps("Makefile", ".PHONY", "SHELL = /bin/true\n.PHONY"),
        "governance",
        "variables",
        "make",
    ),
    Hostile(
        "a GNUmakefile in front of the Makefile",
        writes("GNUmakefile", "test lint:\n\ttrue\n"),
        "governance",
        "recipe of",
        "make",
    ),
    Hostile(
        "a pytest.py in the way of pytest",
        writes("pytest.py", f'{SPDX}"""Run no test."""\n'),
        "test",
        "left no report",
    ),
    Hostile(
        "a module of the standard library replaced",
        writes("json/__init__.py", f'{SPDX}"""Be json."""\n'),
        "test",
        "place of the module json",
    ),
    Hostile(
        "a program named python in the tree",
        together(BROKEN, writes("bin/python", "#!/bin/sh\nexit 0\n")),
        "test",
        "fails",
    ),
    Hostile(
        "a program named ruff in an environment of the tree",
        together(
            writes(".venv/bin/ruff", "#!/bin/sh\n"),
            swaps(".gitignore", "/.venv/\n", "!/.venv/\n"),
            adds("pantry/cli.py", "\nimport os\n"),
        ),
        "qic",
        "environment",
        smuggled=True,
    ),
    Hostile("a report of its own", one_test(FORGED), "test", "overnight-results"),
    Hostile(
        "a summary that is only printed",
        together(BROKEN, one_test('print("6 passed in 0.01s")')),
        "test",
        "fails",
    ),
    Hostile(
        "a module that ends the run when it is imported",
        adds("pantry/shelf.py", "\n\nimport os as _os\n\n_os._exit(0)\n"),
        "test",
        "no report",
    ),
    Hostile("a linter silenced", adds("pantry/labels.py", "\n\nimport os  # noqa\n"), "lint", "silence"),
    Hostile(
        "a file of a linter's settings", writes("ruff.toml", 'exclude = ["pantry"]\n'), "governance", "linted"
    ),
    Hostile("what the linter finds", adds("pantry/labels.py", "\n\nimport os\n"), "lint", "1 new message"),
    Hostile("what does not compile", adds("pantry/labels.py", "\n\ndef broken(:\n"), "build", "exit code"),
    Hostile(
        "a test folder that is a link",
        together(writes("elsewhere/a.txt", "x\n"), links("tests/more", "../elsewhere"), BROKEN),
        "test",
        "fails",
    ),
)
