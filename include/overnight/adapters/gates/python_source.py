"""Read Python by its syntax tree: there a call can be told from a text about it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence


def is_program(lines: Sequence[str]) -> bool:
    """Return whether comment lines are Python statements that do something; prose hardly ever parses."""
    module = parsed(textwrap.dedent("\n".join(lines)))
    if module is None:
        return False
    doing = [node for node in module.body if not _is_plain(node)]
    return bool(doing) and len(doing) * 2 >= len(module.body)


def _is_plain(node: ast.stmt) -> bool:
    """Return whether a statement may as well be prose or a note: a name, a tuple, an annotation."""
    return isinstance(node, ast.AnnAssign) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    )


def parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text) if text else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def last_name(node: ast.expr) -> str:
    """Return the last name of a call's or a base's expression."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
