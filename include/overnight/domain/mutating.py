"""Small faults put into changed lines of Python: a test that notices none of them checks nothing there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one fault in it.

    :param what: the fault, as "old → new".
    """

    path: str
    text: str
    line: int
    what: str


def mutants(path: str, source: str, lines: Collection[int], limit: int) -> tuple[Mutant, ...]:
    """Return at most `limit` mutants, spread over the given lines; () when the source is no Python."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    by_line: dict[int, list[Mutant]] = {}
    for node in _nodes(module):
        if getattr(node, "lineno", 0) not in lines:
            continue
        for replacement in _faults(node):
            mutant = _spliced(path, source, node, replacement)
            if mutant is not None:
                by_line.setdefault(mutant.line, []).append(mutant)
    return tuple(_in_turn(by_line))[:limit]


def _in_turn(by_line: dict[int, list[Mutant]]) -> Iterator[Mutant]:
    """Yield one mutant of each line, then the second of each, and so on."""
    deepest = max((len(found) for found in by_line.values()), default=0)
    for depth in range(deepest):
        for line in sorted(by_line):
            if depth < len(by_line[line]):
                yield by_line[line][depth]


def _nodes(node: ast.AST) -> Iterator[ast.expr | ast.Return]:
    """Yield what can be mutated; docstrings, annotations and parts of f-strings cannot."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_text_alone(child):
                continue
            if isinstance(child, ast.expr | ast.Return):
                yield child
            yield from _nodes(child)


def _is_text_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _faults(node: ast.expr | ast.Return) -> Iterator[str]:
    for kind, mutate in _MUTATIONS:
        if isinstance(node, kind):
            yield from mutate(node)


def _compare(node: ast.Compare) -> Iterator[str]:
    other = _COMPARISONS.get(type(node.ops[0]))
    if other is not None:
        yield f"({ast.unparse(ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators))})"


def _arithmetic(node: ast.BinOp) -> Iterator[str]:
    other = _ARITHMETIC.get(type(node.op))
    if other is not None:
        yield f"({ast.unparse(ast.BinOp(node.left, other(), node.right))})"


def _boolean(node: ast.BoolOp) -> Iterator[str]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"({ast.unparse(ast.BoolOp(other, node.values))})"


def _negation(node: ast.UnaryOp) -> Iterator[str]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield f"({ast.unparse(node.operand)})"


def _constant(node: ast.Constant) -> Iterator[str]:
    value = node.value
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int | float):
        yield repr(value + 1)
    elif isinstance(value, str):
        yield repr(f"{value}x")
    elif isinstance(value, bytes):
        yield repr(value + b"x")


def _return(node: ast.Return) -> Iterator[str]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return None"


def _call(node: ast.Call) -> Iterator[str]:
    yield "None"


_MUTATIONS: tuple[tuple[type[ast.AST], Callable[..., Iterator[str]]], ...] = (
    (ast.Compare, _compare),
    (ast.BinOp, _arithmetic),
    (ast.BoolOp, _boolean),
    (ast.UnaryOp, _negation),
    (ast.Constant, _constant),
    (ast.Return, _return),
    (ast.Call, _call),
)
"""Kind of node → the faults it can be given, as code."""


def _spliced(path: str, source: str, node: ast.expr | ast.Return, replacement: str) -> Mutant | None:
    """Put code in a node's place; None when the result is no other program."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    begin = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    was = raw[begin:end].decode()
    text = (raw[:begin] + replacement.encode() + raw[end:]).decode()
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Mutant(path, text, node.lineno, f"{_short(was)} → {_short(replacement)}")


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 60 else line[:59] + "…"
