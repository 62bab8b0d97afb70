"""Compare the public API of two Python trees with griffe. Runs alone, see apart.py; imports none of them.

Reads {"base": folder, "head": folder, "packages": [[name, root]]}; writes
{"changes": [{"path", "line", "name", "what", "told"}], "documented": bool}: `told` is whether the object's
own docstring speaks of the change, `documented` whether any public object of the base has one.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import griffe

_INTO = {griffe.Kind.MODULE, griffe.Kind.CLASS}
_SPEAKS_FOR_ITSELF = {griffe.Kind.MODULE, griffe.Kind.ATTRIBUTE}
"""New ones need no words: a module's members have theirs, a constant has its name."""
_DEEPEST = 20


def main() -> None:
    """Answer one document."""
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    base, head = Path(asked["base"]), Path(asked["head"])
    changes: list[dict[str, Any]] = []
    documented = False
    for name, root in asked["packages"]:
        old, new = _load(base / root, name), _load(head / root, name)
        before, after = _public(old), _public(new)
        documented = documented or any(thing.docstring for thing in before.values())
        told = list(_own_differences(before, after))
        known = {name for _, name, _, _ in told}
        told += [row for row in _breaking(old, new, before, after) if row[1] not in known]
        changes += _placed(told, (base, head))
    json.dump({"changes": changes, "documented": documented}, sys.stdout)


def _load(root: Path, name: str) -> Any:
    if not (root / name).is_dir() and not (root / f"{name}.py").is_file():
        return None
    loader = griffe.GriffeLoader(search_paths=[root], allow_inspection=False, extensions=griffe.Extensions())
    loader.load(name, try_relative_path=False)
    loader.resolve_aliases(implicit=False, external=False)
    return loader.modules_collection[name]


def _public(module: Any) -> dict[str, Any]:
    """Return every public object by the name people reach it by."""
    return dict(_walk(module, module.path, 0)) if module is not None else {}


def _walk(thing: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
    yield name, thing
    if depth > _DEEPEST or thing.kind not in _INTO:
        return
    for key, member in thing.members.items():
        if not member.is_public:
            continue
        if not member.is_alias:
            yield from _walk(member, f"{name}.{key}", depth + 1)
        elif (real := _own(member)) is not None:
            yield f"{name}.{key}", real


def _own(alias: Any) -> Any:
    """Return what a re-export means; None when it comes from another package."""
    try:
        real = alias.final_target
    except griffe.GriffeError:
        return None
    return real if real.path.split(".")[0] == alias.path.split(".")[0] else None


def _own_differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[Any, str, str, bool]]:
    """Yield (object, name, what happened, whether its docstring says so)."""
    for name in sorted(after.keys() - before.keys()):
        thing, dunder = after[name], name.rpartition(".")[2].startswith("__")
        if not dunder and not _with_its_class(name, after, before):
            yield thing, name, "is new", bool(thing.docstring) or thing.kind in _SPEAKS_FOR_ITSELF
    for name in sorted(before.keys() - after.keys()):
        parent = name.rpartition(".")[0]
        if parent in after or parent not in before:
            yield before[name], name, "is gone", _retold(name, before, after)
    for name in sorted(before.keys() & after.keys()):
        if what := _difference(before[name], after[name]):
            yield after[name], name, what, _retold(name, before, after)


def _breaking(
    old: Any, new: Any, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[tuple[Any, str, str, bool]]:
    """Yield what griffe's own rules find beyond that, such as another return type."""
    if old is None or new is None:
        return
    for breakage in _all_of(griffe.find_breaking_changes(old, new)):
        thing, name, what = breakage.obj, breakage.obj.path, breakage.kind.value
        if name in before and name in after:
            yield thing, name, f"{what[:1].lower()}{what[1:]}", _retold(name, before, after)


def _all_of(breakages: Iterator[Any]) -> Iterator[Any]:
    """Yield what griffe finds until it gives up: some base classes have no order it can work out."""
    with suppress(griffe.GriffeError, ValueError, KeyError):
        yield from breakages


def _with_its_class(name: str, here: dict[str, Any], there: dict[str, Any]) -> bool:
    parent = name.rpartition(".")[0]
    return parent in here and here[parent].kind is griffe.Kind.CLASS and parent not in there


def _difference(old: Any, new: Any) -> str:
    if old.kind is not new.kind:
        return f"was a {old.kind.value} and is a {new.kind.value}"
    if old.kind is griffe.Kind.FUNCTION and _signature(old) != _signature(new):
        return "has other parameters"
    if old.kind is griffe.Kind.CLASS and _texts(old.bases) != _texts(new.bases):
        return "has other base classes"
    return ""


def _signature(function: Any) -> list[tuple[str, str, str]]:
    """Return what callers depend on; annotations may be added and made exact without a word."""
    return [(p.name, str(p.kind), str(p.default)) for p in function.parameters]


def _texts(bases: Any) -> list[str]:
    return [str(base) for base in bases]


def _retold(name: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether the docstring of the object, or of the class or module it is in, was changed too."""
    pairs = [(before.get(place), after.get(place)) for place in (name, name.rpartition(".")[0])]
    return any(old and new and new.docstring and _words(old) != _words(new) for old, new in pairs)


def _words(thing: Any) -> str:
    return thing.docstring.value if thing.docstring else ""


def _placed(told: list[tuple[Any, str, str, bool]], folders: tuple[Path, Path]) -> Iterator[dict[str, Any]]:
    """Yield each change once, however many names lead to it."""
    seen: set[tuple[str, int, str]] = set()
    for thing, name, what, is_told in told:
        path, line = _path(thing, folders), thing.lineno or 0
        if path and (path, line, what) not in seen:
            seen.add((path, line, what))
            yield {"path": path, "line": line, "name": name, "what": what, "told": is_told}


def _path(thing: Any, folders: tuple[Path, Path]) -> str:
    file = thing.filepath
    if isinstance(file, list):
        return ""
    inside = [folder for folder in folders if file.is_relative_to(folder)]
    return file.relative_to(inside[0]).as_posix() if inside else ""


if __name__ == "__main__":
    main()
