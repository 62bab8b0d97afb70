"""The parts of ordinary files that decide how changes are checked: tables, scripts, recipes, hooks."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .makefiles import recipe_changes, recipes_run

Read = Callable[[str], bytes | None]
Reader = Callable[[bytes | None, bytes | None, str], Iterator[str]]

_CHECKING_SCRIPTS = re.compile(r"^(pre|post)?(test|lint|build|check|type-?check|tsc|coverage|ci)(:.*)?$")
_INSTALL_SCRIPTS = {
    *("preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare", "prepublish"),
    *("prepublishOnly", "prepack", "postpack", "dependencies"),
}
_CHECKING_TABLES = (
    *("jest", "vitest", "mocha", "ava", "nyc", "c8", "eslintConfig", "eslintIgnore", "husky", "lint-staged"),
    *("simple-git-hooks", "overrides", "resolutions", "packageManager", "pnpm"),
)
_SCRIPT = (
    r"(?:^|[;&|(\n]|\b(?:sh|bash|zsh|dash|source|\.)\s+(?:-(?!\w*n)\w+\s+)*)\s*(?:\./)?{path}(?=$|[\s;&|)])"
)
_PROGRAM = r"\b(?:python[\d.]*|node|ruby|perl|php|deno run|bun)\s+(?:-\w+\s+)*(?:\./)?{path}(?=$|[\s;&|)])"
_TESTS_THEMSELVES = re.compile(r"(^|/)(tests?|spec)/|(^|/)(test_[^/]*|[^/]*[_.](test|spec))\.\w+$")


def configuration_changes(
    path: str, before: Read, after: Read, commands: str, reached: str = ""
) -> Iterator[str]:
    """Yield a sentence for each thing in an unprotected file that decides about checks and differs.

    :param reached: what the commands start by name, of which only scripts that check are meant.
    :param before: reads a file of the base, None when it is not there; `after` one of the change.
    """
    name = path.rsplit("/", 1)[-1]
    for names, read in _READERS:
        if names.fullmatch(name):
            yield from read(before(path), after(path), commands)
    if _is_run(path, commands) or (_CHECKS.search(path) and _is_run(path, reached)):
        yield "is what the repository's commands run to check a change"


_CHECKS = re.compile(r"test|lint|check|verify|spec|(^|/)ci([/._-]|$)", re.IGNORECASE)
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_NPM = re.compile(r"\b(?:npm|pnpm|yarn)\s+(?:-\S+\s+)*(?:run(?:-script)?\s+)?(?:-\S+\s+)*([\w:-]+)")


def reached_commands(commands: str, before: Read) -> str:
    """Return what the commands start by name: recipes of a Makefile, scripts of package.json."""
    recipes = [recipes_run(before(name), commands) for name in MAKEFILES]
    scripts = _table(_json_object(before("package.json")).get("scripts"))
    named = ["test" if name == "t" else name for name in _NPM.findall(commands)]
    wanted = [f"{prefix}{name}" for name in named for prefix in ("pre", "", "post")]
    return "\n".join([*recipes, *(str(scripts[name]) for name in wanted if name in scripts)])


def _is_run(path: str, commands: str) -> bool:
    """Tell whether a command runs this file; a file of tests that is run directly may well change."""
    if not commands or _TESTS_THEMSELVES.search(path):
        return False
    wanted = re.escape(path)
    if re.search(_SCRIPT.format(path=wanted), commands, re.MULTILINE):
        return True
    return bool(re.search(_PROGRAM.format(path=wanted), commands) and re.search("test|lint|check", path))


def _pyproject(old: bytes | None, new: bytes | None, _: str) -> Iterator[str]:
    before, after = _toml_tables(old), _toml_tables(new)
    for name in _differing(before, after):
        yield f"[{name}] decides how changes are checked or built"


def _toml_tables(file: bytes | None) -> dict[str, Any]:
    try:
        content = tomllib.loads((file or b"").decode(errors="replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {"unreadable": True}
    tools = content.get("tool", {})
    named = {f"tool.{name}": table for name, table in tools.items()} if isinstance(tools, dict) else {}
    for name in ("uv", "poetry", "pdm"):
        # Their dependencies are ordinary work; where these come from and how they are built is not.
        table = named.get(f"tool.{name}")
        if isinstance(table, dict):
            named[f"tool.{name}"] = {
                k: v for k, v in table.items() if not re.search("depend|group|version", k)
            }
    project = content.get("project", {})
    hooks = project.get("entry-points", {}).get("pytest11") if isinstance(project, dict) else None
    named |= {"project.entry-points.pytest11": hooks} if hooks else {}
    return named | ({"build-system": content["build-system"]} if "build-system" in content else {})


def _package_json(old: bytes | None, new: bytes | None, _: str) -> Iterator[str]:
    before, after = _json_object(old), _json_object(new)
    scripts = [_table(package.get("scripts")) for package in (before, after)]
    for name in _differing(*scripts):
        if name in _INSTALL_SCRIPTS:
            yield f"scripts.{name} runs on the machine of whoever installs the package"
        elif _CHECKING_SCRIPTS.match(name) and name in scripts[0]:
            yield f"scripts.{name} decides how changes are checked"
    for name in _differing(
        *({key: package.get(key) for key in _CHECKING_TABLES} for package in (before, after))
    ):
        yield f"{name} decides how changes are checked or installed"


def _setup_py(old: bytes | None, new: bytes | None, _: str) -> Iterator[str]:
    before, after = _install_hooks(old), _install_hooks(new)
    for name in sorted(after - before):
        yield f"{name}: runs on the machine of whoever installs the package"


_RUNNING = re.compile(
    r"\b(?:os\.(?:system|popen|exec\w*|spawn\w*)|subprocess|urllib\S*|requests|socket|exec|eval|__import__|ctypes)$"
)


def _install_hooks(file: bytes | None) -> set[str]:
    """Return cmdclass values, and calls that run programs or reach the network, of a setup.py."""
    tree = _parsed(file)
    if tree is None:
        return {"is no readable Python"} if file else set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("cmdclass", "setup_requires", "dependency_links"):
            found.add(f"{node.arg} = {ast.unparse(node.value)[:200]}")
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)[:200]
            root = name if _RUNNING.search(name) else name.partition(".")[0]
            found |= {f"calls {name}"} if _RUNNING.search(root) else set()
    return found


def _parsed(file: bytes | None) -> ast.Module | None:
    try:
        return ast.parse(file or b"")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _json_object(file: bytes | None) -> Mapping[str, Any]:
    try:
        content = json.loads(file or b"{}")
    except (ValueError, RecursionError):
        return {"jest": "unreadable"}
    return content if isinstance(content, dict) else {}


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"pyproject\.toml"), _pyproject),
    (re.compile(r"package\.json"), _package_json),
    (re.compile(r"setup\.py"), _setup_py),
    (re.compile(r"(GNUm|M|m)akefile|.*\.mk"), recipe_changes),
)
