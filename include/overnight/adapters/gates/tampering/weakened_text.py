"""Find tests in other languages that check less, by counting the words that check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....domain.gates import Finding

_COMMENT = re.compile(r"(?<!:)//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRIVIAL = re.compile(
    r"expect\((true|1|false|0)\)\.(toBe|toEqual|toBeTruthy|toBeFalsy|toStrictEqual)\([^()]*\)"
    r"|assert(\.ok)?!?\((true|1)\)|assert\.(strictEqual|equal)\((true|1), ?\2\)|assert_eq!\((\w+), ?\4\)"
)
_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Words:
    """What checks, what checks strictly, what sets tests aside and what narrows a run, in one language."""

    checks: re.Pattern[str]
    strict: re.Pattern[str]
    aside: re.Pattern[str]
    narrow: re.Pattern[str]


_NEVER = re.compile(r"(?!)")
_SCRIPT = _Words(
    checks=re.compile(
        r"\bexpect\s*\(|\bassert\w*(\.\w+)*\s*\(|\bt\.(?!test|end|plan|context)\w+\s*\(|\.should\b"
    ),
    strict=re.compile(
        r"\.(toBe|toEqual|toStrictEqual|toMatchObject|toHaveLength|equal|equals|eql|deepEqual|strictEqual"
        r"|deepStrictEqual|is|same|deep)\b(?=\s*\(|\.)"
    ),
    aside=re.compile(
        r"\b(describe|it|test|suite)\s*\.\s*(skip|todo|failing|fixme)\b|\bx(it|describe|test)\s*\("
        r"|\b(skip|todo)\s*:\s*(true|['\"`])|\bt\.(skip|todo)\s*\(|\bthis\.skip\s*\("
    ),
    narrow=re.compile(r"\b(describe|it|test|suite)\s*\.\s*only\b|\bf(it|describe)\s*\(|\bonly\s*:\s*true"),
)
_GO = _Words(
    checks=re.compile(r"\bt\.(Error|Fatal|Fail)\w*\s*\(|\b(assert|require)\.\w+\s*\("),
    strict=re.compile(r"\b(assert|require)\.(Equal|Exactly|ElementsMatch|JSONEq)\w*\s*\("),
    aside=re.compile(r"\bt\.Skip\w*\s*\("),
    narrow=_NEVER,
)
_RUST = _Words(
    checks=re.compile(r"\b(debug_)?assert\w*!\s*[({]|\bpanic!\s*\(|\.unwrap\(\)|\.expect\("),
    strict=re.compile(r"\bassert_eq!\s*\("),
    aside=re.compile(r"#\[ignore"),
    narrow=_NEVER,
)
_SHELL = _Words(
    checks=re.compile(
        r"^\s*(?:if\s+|while\s+)?!?\s*(?:test|\[\[?|cmp|diff|grep|assert\w*|run|expr)\s(?!.*\|\|\s*(?:true|:)(?:\s|;|$))"
        r"|^\s*set\s+-\w*e|\bexit\s+[1-9]",
        re.MULTILINE,
    ),
    strict=re.compile(r"(?<=\s)(?:==?|-eq)(?=\s)|^\s*(?:cmp|diff)\s", re.MULTILINE),
    aside=re.compile(r"^\s*(?:skip\b|exit\s+0)", re.MULTILINE),
    narrow=_NEVER,
)
_OTHER = _Words(
    checks=re.compile(r"\bassert\w*\s*\(|\bexpect\w*\s*\(|\.should\b|\bverify\s*\("),
    strict=re.compile(r"\bassert(Equals|Same|ArrayEquals)\s*\("),
    aside=re.compile(r"@(Disabled|Ignore)\b|\bpending\b|\bxit\b"),
    narrow=_NEVER,
)
_LANGUAGES: Mapping[str, _Words] = {
    **dict.fromkeys(("js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"), _SCRIPT),
    "go": _GO,
    "rs": _RUST,
    **dict.fromkeys(("sh", "bash", "bats", "zsh"), _SHELL),
}
_HASHED = re.compile(r"(?:^|(?<=\s))#[^\n]*")


def weakened_text(path: str, before: bytes, after: bytes) -> Iterator[Finding]:
    """Yield a finding for each way in which a test file checks less than it did."""
    words = _LANGUAGES.get(path.rsplit(".", 1)[-1], _OTHER)
    old, new = _code(before, words), _code(after, words)
    had, has = _count(words.checks, old), _count(words.checks, new)
    if has < had:
        yield Finding("weakened", f"asserts less than before ({had} → {has})", path)
    elif _count(words.strict, new) < _count(words.strict, old):
        yield Finding("weakened", "compares less strictly than before", path)
    if _count(words.aside, new) > _count(words.aside, old):
        yield Finding("newly_skipped", "sets tests aside that ran before", path)
    if _count(words.narrow, new) > _count(words.narrow, old):
        yield Finding("narrowed", "runs only some of its tests", path)


def _code(file: bytes, words: _Words) -> str:
    comment = _HASHED if words is _SHELL else _COMMENT
    text = comment.sub("", file[:_MAX].decode(errors="replace"))
    return _TRIVIAL.sub("", text)


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
