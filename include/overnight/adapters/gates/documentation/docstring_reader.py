"""Count docstrings in two Python trees with interrogate. Runs alone, see apart.py; imports none of them.

Reads {"base": folder, "head": folder, "files": [[path before, path after]]}; writes
{"base": [with a docstring, all], "head": [the same], "bare": [[path, line, name]], "any": bool}: `bare` is
what has none and is new or had one, `any` whether the base has a docstring at all.
"""

from __future__ import annotations

import ast
import json
import resource
import sys
from pathlib import Path
from typing import Any

from interrogate.config import InterrogateConfig  # type: ignore[import-untyped]
from interrogate.visit import CoverageVisitor  # type: ignore[import-untyped]

_SETTINGS = InterrogateConfig(
    ignore_init_method=True,
    ignore_magic=True,
    ignore_nested_classes=True,
    ignore_nested_functions=True,
    ignore_overloaded_functions=True,
    ignore_private=True,
    ignore_property_setters=True,
    ignore_semiprivate=True,
)
"""What people see of a module: nothing private, nothing inside a function."""


def main() -> None:
    """Answer one document."""
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    asked = json.load(sys.stdin)
    base, head = Path(asked["base"]), Path(asked["head"])
    sums: dict[str, list[int]] = {"base": [0, 0], "head": [0, 0]}
    bare: list[list[Any]] = []
    for before, after in asked["files"]:
        known, now = _nodes(base, before), _nodes(head, after)
        _add(sums["base"], known)
        _add(sums["head"], now)
        bare += [
            [after, line, name]
            for name, (line, covered) in now.items()
            if not covered and (name not in known or known[name][1])
        ]
    anything = any(
        covered
        for file in base.rglob("*.py")
        for _, covered in _nodes(base, str(file.relative_to(base))).values()
    )
    json.dump({**sums, "bare": bare, "any": anything}, sys.stdout)


def _add(sums: list[int], nodes: dict[str, tuple[int, bool]]) -> None:
    sums[0] += sum(covered for _, covered in nodes.values())
    sums[1] += len(nodes)


def _nodes(folder: Path, file: str) -> dict[str, tuple[int, bool]]:
    """Return public name → (line, has a docstring) as interrogate sees it; {} for no readable file."""
    try:
        tree = ast.parse((folder / file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    visitor = CoverageVisitor("module.py", _SETTINGS)
    visitor.visit(tree)
    found = [node for node in visitor.nodes if node.node_type != "Module"]
    return {node.path.partition(":")[2]: (node.lineno or 0, bool(node.covered)) for node in found}


if __name__ == "__main__":
    main()
