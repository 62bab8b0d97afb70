"""How much a Python test checks: its assertions, what each is about, and how strict each is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

EXACT, CLOSE, PARTIAL, TRUTHY, NOTHING = 5, 4, 3, 2, 0
"""Equal to; equal within a tolerance; in, less, other than; merely truthy; always true."""

_STRENGTH: Mapping[str, int] = {
    "assertEqual": EXACT,
    "assertEquals": EXACT,
    "assertIs": EXACT,
    "assertListEqual": EXACT,
    "assertDictEqual": EXACT,
    "assertSequenceEqual": EXACT,
    "assertCountEqual": CLOSE,
    "assertAlmostEqual": CLOSE,
    "isclose": CLOSE,
    "allclose": CLOSE,
    "assert_allclose": CLOSE,
    "assertIn": PARTIAL,
    "assertGreater": PARTIAL,
    "assertLess": PARTIAL,
    "assertRegex": PARTIAL,
    "startswith": PARTIAL,
    "endswith": PARTIAL,
    "isinstance": TRUTHY,
    "assertIsNotNone": TRUTHY,
    "assertIsInstance": TRUTHY,
    "hasattr": TRUTHY,
    "callable": TRUTHY,
}
_TOLERANCES = frozenset({"rel", "abs", "rel_tol", "abs_tol", "rtol", "atol", "delta", "tolerance"})
_ABOUT_TRUTH = frozenset({"assertTrue", "assert_", "failUnless"})
_RAISING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns"})
_BROAD = frozenset({"Exception", "BaseException"})
_PATCHING = frozenset({"patch", "object", "setattr", "multiple", "dict"})
_OTHER_CHECKS = ("assert", "expect", "fail", "verify", "check_")


@dataclass(frozen=True, slots=True)
class Assertion:
    """One check.

    :param about: what is checked, as code.
    :param strength: EXACT to NOTHING.
    :param tolerance: how far off it may be, 0 when it is exact.
    :param broad: whether any exception at all will do.
    """

    about: str
    strength: int
    tolerance: float = 0.0
    broad: bool = False


@dataclass(slots=True)
class TestBody:
    """What a test does that matters here."""

    __test__ = False

    checks: list[Assertion] = field(default_factory=list)
    swallowed: int = 0
    """Checks whose failure is caught and forgotten."""
    patched: set[str] = field(default_factory=set)
    """Last names of what is replaced by a mock."""
    called: set[str] = field(default_factory=set)
    """Names called inside assertions."""


def tests_of(source: bytes | None) -> dict[str, TestBody] | None:
    """Return the tests of a file, "Class.test" or "test"; None when it is no Python."""
    try:
        module = ast.parse(source or b"")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {name: _read(function) for name, function in _functions(module, "")}


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.name.startswith("test"):
            yield f"{prefix}{child.name}", child


def _read(function: ast.FunctionDef | ast.AsyncFunctionDef) -> TestBody:
    body = TestBody()
    for decorator in function.decorator_list:
        _note_patch(body, decorator)
    for statement in _reached(function.body):
        for node in _walk(statement):
            _note(body, node)
    return body


def _reached(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements up to the first that always leaves."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.Return | ast.Raise):
            return


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below one that can be reached; `if False` hides what is in it."""
    yield node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value:
        children: Iterator[ast.AST] = iter(node.orelse)
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from _walk(child)


def _note(body: TestBody, node: ast.AST) -> None:
    check = _assertion(node)
    if check is not None and check.strength > NOTHING:
        body.checks.append(check)
        body.called |= {_name(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    if isinstance(node, ast.Try) and any(_forgets(handler) for handler in node.handlers):
        body.swallowed += _checks_in(node.body)
    if isinstance(node, ast.With | ast.AsyncWith) and any(_suppresses(item) for item in node.items):
        body.swallowed += _checks_in(node.body)
    _note_patch(body, node)


def _checks_in(statements: list[ast.stmt]) -> int:
    return sum(_assertion(node) is not None for statement in statements for node in ast.walk(statement))


def _forgets(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler catches a failed assertion and neither raises nor fails."""
    raises = any(
        isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node.func) in ("fail", "skip"))
        for statement in handler.body
        for node in ast.walk(statement)
    )
    caught = {"BaseException"} if handler.type is None else _names(handler.type)
    return not raises and bool(caught & (_BROAD | {"AssertionError"}))


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    if not isinstance(call, ast.Call) or _name(call.func) != "suppress":
        return False
    return any(_names(argument) & (_BROAD | {"AssertionError"}) for argument in call.args)


def _note_patch(body: TestBody, node: ast.AST) -> None:
    if not isinstance(node, ast.Call) or _name(node.func) not in _PATCHING:
        return
    for argument in node.args[:2]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            body.patched.add(argument.value.rsplit(".", 1)[-1])


def _assertion(node: ast.AST) -> Assertion | None:
    if isinstance(node, ast.Assert):
        return _of_expression(node.test)
    if not isinstance(node, ast.Call):
        return None
    name = _name(node.func)
    first = node.args[0] if node.args else None
    if name in _RAISING:
        return _of_raises(node, first)
    if name in _ABOUT_TRUTH and first is not None:
        return _of_expression(first)
    if name in _STRENGTH and name.startswith("assert"):
        return Assertion(_subject(first), _STRENGTH[name], _tolerance(node))
    if name.startswith(_OTHER_CHECKS):
        return Assertion(ast.unparse(node.func), PARTIAL)
    return None


def _of_raises(call: ast.Call, expected: ast.expr | None) -> Assertion:
    matched = len(call.args) > 1 or any(keyword.arg == "match" for keyword in call.keywords)
    broad = expected is None or bool(_names(expected) & _BROAD)
    return Assertion("raises", EXACT if matched else CLOSE, broad=broad)


def _of_expression(test: ast.expr) -> Assertion:
    """Weigh what an `assert` asserts."""
    if not any(isinstance(node, ast.Name | ast.Call | ast.Attribute) for node in ast.walk(test)):
        return Assertion("", NOTHING)
    if isinstance(test, ast.BoolOp):
        parts = [_of_expression(value) for value in test.values]
        choose = max if isinstance(test.op, ast.And) else min
        return choose(parts, key=lambda part: part.strength)
    if isinstance(test, ast.Compare):
        return _of_comparison(test)
    if isinstance(test, ast.Call):
        return Assertion(_subject(test), _STRENGTH.get(_name(test.func), TRUTHY), _tolerance(test))
    if isinstance(test, ast.UnaryOp):
        return Assertion(_subject(test.operand), PARTIAL)
    return Assertion(_subject(test), TRUTHY)


def _of_comparison(test: ast.Compare) -> Assertion:
    other = test.comparators[0]
    subject = test.left
    if isinstance(subject, ast.Constant) or (
        isinstance(subject, ast.Call) and _name(subject.func) == "approx"
    ):
        subject, other = other, subject
    if ast.dump(test.left) == ast.dump(test.comparators[0]) and not any(
        isinstance(node, ast.Call) for node in ast.walk(test)
    ):
        return Assertion("", NOTHING)
    if isinstance(test.ops[0], ast.IsNot) and isinstance(other, ast.Constant) and other.value is None:
        return Assertion(_subject(subject), TRUTHY)
    if not isinstance(test.ops[0], ast.Eq | ast.Is):
        return Assertion(_subject(subject), PARTIAL)
    if isinstance(other, ast.Call) and _name(other.func) == "approx":
        return Assertion(_subject(subject), CLOSE, _tolerance(other))
    return Assertion(_subject(subject), EXACT)


def _tolerance(call: ast.Call) -> float:
    """Return the widest tolerance among the keywords; `places=3` is 0.001."""
    widest = 0.0
    for keyword in call.keywords:
        value = getattr(keyword.value, "value", None)
        if not isinstance(value, int | float):
            continue
        if keyword.arg in _TOLERANCES:
            widest = max(widest, float(value))
        elif keyword.arg == "places" and -300 < value < 300:
            widest = max(widest, 10.0**-value)
    return widest


def _subject(node: ast.expr | None) -> str:
    """Return what an assertion is about; wrappers such as len() or isinstance() are looked through."""
    while (
        isinstance(node, ast.Call)
        and _name(node.func) in ("isinstance", "bool", "len", "callable")
        and node.args
    ):
        node = node.args[0]
    if isinstance(node, ast.Call) and _name(node.func) in ("startswith", "endswith", "isclose", "allclose"):
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        inner = node.args[0] if _name(node.func).endswith("close") and node.args else receiver
        return _subject(inner)
    return "" if node is None else ast.unparse(node)


def _names(node: ast.expr) -> set[str]:
    return {_name(part) for part in (node.elts if isinstance(node, ast.Tuple) else [node])}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
