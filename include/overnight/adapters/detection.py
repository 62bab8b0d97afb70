"""Guess how a repository is built from the files it has: the first toolchain that knows a step gives it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from ..domain.orders import Commands
from .node_detection import detect_node
from .offers import Found
from .python_setup import python_setup
from .setups import (
    CARGO_HOME,
    GRADLE_HOME,
    MAVEN_HOME,
    cargo_setup,
    go_setup,
)
from .versions import version_environment

ReadFile = Callable[[str], str | None]

_TEST_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")


def detect(files: Sequence[str], read_file: ReadFile, *, setup: bool = False) -> Commands:
    """Return the commands the files speak for; `source` names those that decided.

    :param setup: also say how what the toolchains need is installed, which takes the network.
    """
    present = frozenset(files)

    def read(path: str) -> str:
        return (read_file(path) or "") if path in present else ""

    found = [offer for toolchain in _TOOLCHAINS if (offer := toolchain(present, read)) is not None]
    chosen = {step: next((offer for offer in found if getattr(offer, step)), None) for step in _STEPS}
    used = list(dict.fromkeys(offer for offer in chosen.values() if offer is not None))
    needs = [offer for offer in used if setup and offer.setup]
    sources = dict.fromkeys([*(o.source for o in used), *(o.setup_source or o.source for o in needs)])
    environment = dict(chosen["test"].environment if chosen["test"] else ())
    for offer in needs:
        environment |= dict(offer.setup_environment)
    return Commands(
        **{step: getattr(offer, step) for step, offer in chosen.items() if offer is not None},
        setup="\n".join(
            ["set -e", *(o.setup for o in needs)] if len(needs) > 1 else (o.setup for o in needs)
        ),
        source=f"detected: {', '.join(sources)}" if sources else "detected: nothing known",
        environment=tuple(environment.items()),
    )


def _python(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    names = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "requirements.txt")
    marks = [name for name in names if name in present]
    code = [path for path in present if path.endswith(".py")]
    if not marks or not code:
        return None
    tools = _tables(read("pyproject.toml"))
    test = _python_test(present, read, tools)
    setup, setup_source = python_setup(present, read, test)
    version = version_environment(read)
    return Found(
        source=marks[0],
        setup=setup,
        setup_source=setup_source,
        build=f"python -m compileall -q {' '.join(_packages(code))}",
        lint=_python_lint(present, read, tools),
        test=test,
        environment=(*_python_path(present, tools), *version),
        setup_environment=version,
    )


def _packages(code: Iterable[str]) -> list[str]:
    """Return what to compile: packages and top-level modules; test data may be broken on purpose."""
    roots = {
        PurePosixPath(path).parts[0] for path in code if path.count("/") and path.endswith("__init__.py")
    }
    if any(path.startswith("src/") for path in code):
        roots = {"src"}
    roots -= {"tests", "test", "docs", "examples"}
    modules = {path for path in code if "/" not in path}
    plain = {name for name in roots | modules if re.fullmatch(r"[\w.-]+", name) and not name.startswith("-")}
    return sorted(plain) or ["."]


def _python_lint(present: frozenset[str], read: Callable[[str], str], tools: dict[str, Any]) -> str:
    if "ruff" in tools or {"ruff.toml", ".ruff.toml"} & present:
        return "ruff check --no-cache --output-format=concise ."
    if ".flake8" in present or "[flake8]" in read("setup.cfg") + read("tox.ini"):
        return "python -m flake8"
    return ""


def _python_test(present: frozenset[str], read: Callable[[str], str], tools: dict[str, Any]) -> str:
    tests = [path for path in present if _TEST_FILE.search(path)]
    if not tests:
        return ""
    told = "".join(read(name) for name in ("setup.cfg", "tox.ini", "setup.py", "pyproject.toml"))
    told += "".join(read(path) for path in sorted(present) if re.fullmatch(r"requirements[\w.-]*\.txt", path))
    configured = {"pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py"} & present
    if configured or "pytest" in tools or re.search(r"\bpytest\b", told):
        return "python -m pytest -q"
    folder = PurePosixPath(min(tests)).parts[0] if "/" in min(tests) else "."
    return f"python -m unittest discover -s {folder}" if re.fullmatch(r"[\w.]+", folder) else ""


def _python_path(present: frozenset[str], tools: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return PYTHONPATH for a src layout whose tests would otherwise need an installation."""
    options = tools.get("pytest", {})
    configured = isinstance(options, dict) and "pythonpath" in str(options)
    in_src = any(path.startswith("src/") and path.endswith(".py") for path in present)
    return (("PYTHONPATH", "src"),) if in_src and not configured else ()


def _tables(text: str) -> dict[str, Any]:
    try:
        tools = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        return {}
    return tools if isinstance(tools, dict) else {}


def _cargo(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    if "Cargo.toml" not in present:
        return None
    return Found(
        "Cargo.toml",
        "cargo build --offline --quiet",
        "",
        "cargo test --offline",
        setup=cargo_setup(present),
        setup_source="Cargo.lock" if "Cargo.lock" in present else "",
        setup_environment=CARGO_HOME,
    )


def _go(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    if "go.mod" not in present:
        return None
    tests = any(path.endswith("_test.go") for path in present)
    test = "go test ./..." if tests else ""
    return Found(
        "go.mod", "go build ./...", "go vet ./...", test, setup=go_setup(present), setup_source="go.sum"
    )


def _java(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    tests = any("src/test/" in path for path in present)
    if "pom.xml" in present:
        test = "mvn --offline --batch-mode test" if tests else ""
        return Found(
            "pom.xml",
            "mvn --offline --batch-mode compile",
            "",
            test,
            setup="mvn --batch-mode --quiet dependency:go-offline",
            setup_environment=MAVEN_HOME,
        )
    script = next((name for name in ("build.gradle", "build.gradle.kts") if name in present), None)
    if script is None:
        return None
    program = "sh ./gradlew" if "gradlew" in present else "gradle"
    gradle = f"{program} --offline"
    return Found(
        script,
        f"{gradle} classes",
        "",
        f"{gradle} test" if tests else "",
        setup=f"{program} --quiet --no-daemon dependencies",
        setup_environment=GRADLE_HOME,
    )


def _make(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    name = next((name for name in ("GNUmakefile", "makefile", "Makefile") if name in present), None)
    if name is None:
        return None
    rules = re.findall(r"^([A-Za-z0-9_.-]+)[ \t]*:(?!=)[ \t]*([^#;\n]*)", read(name), re.MULTILINE)
    phony = {word for target, needs in rules if target == ".PHONY" for word in needs.split()}
    folders = {path.split("/", 1)[0] for path in present}
    targets = {target for target, needs in rules if target in phony or needs or target not in folders}

    def make(*wanted: str) -> str:
        return next((f"make {target}" for target in wanted if target in targets), "")

    return Found(name, make("build"), make("lint"), make("test", "check"))


_STEPS = ("build", "lint", "test")
_TOOLCHAINS = (_python, detect_node, _make, _go, _cargo, _java)
