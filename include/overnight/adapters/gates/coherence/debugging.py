"""Rules of gate qic about added Python that only helped its author: debuggers and prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....domain.gates import Finding
from ..diffs import FileDiff
from ..python_source import last_name, parsed
from .scene import Scene, is_test, may_talk

_DEBUGGERS = frozenset({"pdb", "ipdb", "pudb", "rpdb", "remote_pdb", "debugpy", "pydevd", "wdb"})
_STOPS = frozenset({"breakpoint", "set_trace", "post_mortem"})
_WORDS_FOR_PRINTING = (
    *(r"prints?", "printing", "output", "console", "stdout", "stderr", r"command[- ]line", "cli"),
    *(
        r"shows?",
        r"displays?",
        "script",
        r"commands?",
        r"reports?",
        r"messages?",
        r"warn\w*",
        "echo",
        "tells?",
    ),
)


def debugging(scene: Scene) -> Iterator[Finding]:
    """Yield debugger calls, and prints outside of tests, on added lines of Python files."""
    for file, module, added in scene.python:
        yield from _debugging(file.path, module, added)
        if not is_test(file.path):
            yield from _printing(scene, file, module, added)


def _debugging(path: str, module: ast.Module, added: set[int]) -> Iterator[Finding]:
    for node in ast.walk(module):
        if getattr(node, "lineno", 0) not in added:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                {alias.name.split(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
            )
            names |= {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()
            if names & _DEBUGGERS:
                yield Finding("debugger", "imports a debugger", path, node.lineno)
        elif isinstance(node, ast.Call) and last_name(node.func) in _STOPS and _is_stop(node.func):
            yield Finding("debugger", "stops the program in a debugger", path, node.lineno)


def _is_stop(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return last_name(function.value) in _DEBUGGERS
    return isinstance(function, ast.Name)


def _printing(scene: Scene, file: FileDiff, module: ast.Module, added: set[int]) -> Iterator[Finding]:
    """Yield prints that look like debugging, and any print in a library file that never printed before."""
    library = not (
        may_talk(file.path) or scene.asks(*_WORDS_FOR_PRINTING) or _prints_anyway(scene, file, module)
    )
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.lineno in added):
            continue
        if node.func.id == "pprint" or (node.func.id == "print" and _looks_like_debugging(node)):
            yield Finding("debug_print", "prints only to see what happens", file.path, node.lineno)
        elif node.func.id == "print" and library:
            yield Finding(
                "debug_print", "prints, in a file that never did and need not", file.path, node.lineno
            )


def _prints_anyway(scene: Scene, file: FileDiff, module: ast.Module) -> bool:
    """Return whether printing is the file's own business: it did so before, or it is run as a program."""
    before = parsed(scene.text(file, base=True)) if file.old_path else None
    calls = (node.func for node in ast.walk(before) if isinstance(node, ast.Call)) if before else ()
    if any(isinstance(function, ast.Name) and function.id == "print" for function in calls):
        return True
    texts = {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return "__main__" in texts or any(
        isinstance(node, ast.Import) and {alias.name for alias in node.names} & {"argparse", "click", "typer"}
        for node in ast.walk(module)
    )


def _looks_like_debugging(call: ast.Call) -> bool:
    """Return whether a print shows "DEBUG", "here", "x=" or nothing but a rule of characters."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr):
        text = (
            str(first.values[0].value) if first.values and isinstance(first.values[0], ast.Constant) else ""
        )
        value = first.values[-1] if len(first.values) == 2 else None
        named = (
            isinstance(value, ast.FormattedValue) and f"{ast.unparse(value.value)}=" == text
        )  # as {x=} gives it
        return named or _is_shout(text)
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and _is_shout(first.value)


def _is_shout(text: str) -> bool:
    bare = text.strip().lower()
    return bare.startswith(("debug", "xxx", ">>>", "###", "!!!")) or bare in {
        "here",
        "here!",
        "foo",
        "test",
        "asdf",
    }
