"""Rule of gate qic about added Python that only looks like an implementation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....domain.gates import Finding
from ..python_source import last_name
from .scene import Scene, is_test

_ABSTRACT = frozenset({"ABC", "ABCMeta", "Protocol"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def stubs(scene: Scene) -> Iterator[Finding]:
    """Yield functions of Python files, outside of tests, whose body became or stayed a stub."""
    if scene.asks("notimplementederror", "stubs?", "skeletons?", "abstract", r"interfaces?", r"protocols?"):
        return
    for file, module, added in scene.python:
        if not is_test(file.path):
            yield from _in_module(file.path, module, added)


def _in_module(path: str, module: ast.Module, added: set[int]) -> Iterator[Finding]:
    nodes = list(ast.walk(module))
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    inherited = {last_name(base) for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases}
    for node in nodes:
        if not isinstance(node, _Function) or node.decorator_list:
            continue
        stub = _stub(node) if added & {node.lineno, node.body[-1].lineno} else ""
        if stub and not _may_be_empty(stub, parents.get(node), inherited):
            yield Finding("placeholder", f"{node.name}() is a stub: only {stub}", path, node.lineno)


def _stub(function: _Function) -> str:
    """Return the one statement that is a function's whole body, "" when it does something."""
    body = list(function.body)
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    if len(body) != 1:
        return ""
    only = body[0]
    if isinstance(only, ast.Raise) and only.exc is not None and last_name(only.exc) == "NotImplementedError":
        return "raise NotImplementedError"
    if isinstance(only, ast.Pass):
        return "pass"
    ellipsis = isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant) and only.value.value is ...
    return "..." if ellipsis else ""


def _may_be_empty(stub: str, owner: ast.AST | None, inherited: set[str]) -> bool:
    """Return whether an empty method is right: of a protocol, of a base, or meant to do nothing."""
    if not isinstance(owner, ast.ClassDef):
        return isinstance(owner, _Function) and stub == "pass"
    bases = {last_name(base) for base in (*owner.bases, *(keyword.value for keyword in owner.keywords))}
    if (
        bases & _ABSTRACT
        or owner.name in inherited
        or owner.name.lstrip("_").startswith(("Base", "Abstract"))
    ):
        return True
    return stub == "pass"
