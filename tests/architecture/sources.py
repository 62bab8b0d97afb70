"""The project's own Python files, read for what they import and how long they are."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "include" / "overnight"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, by its full name."""

    module: str
    file: Path
    line: int
    lazy: bool
    """True inside a function or behind TYPE_CHECKING: it costs nothing when the file is read."""

    def __str__(self) -> str:
        return f"{self.file.relative_to(PROJECT)}:{self.line} imports {self.module}"

    def is_of(self, *packages: str) -> bool:
        """Say whether this is one of the packages or a module in it."""
        return any(self.module == package or self.module.startswith(f"{package}.") for package in packages)


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below the folders; the demo's sample project is somebody else's house."""
    files = (file for folder in folders for file in sorted((PROJECT / folder).rglob("*.py")))
    return [file for file in files if not file.is_relative_to(PROJECT / "demo" / "sample")]


def package_files(part: str) -> list[Path]:
    """Return the files of one part of the package, a folder or a single module."""
    module = PACKAGE / f"{part}.py"
    return [module] if module.exists() else python_files(f"include/overnight/{part}")


@cache
def imports_of(file: Path) -> list[Import]:
    """Return everything a file imports, relative names resolved."""
    tree = ast.parse(file.read_text())
    free = set(_walk_eager(tree))
    return [
        Import(module, file, node.lineno, lazy=node not in free)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in _modules(node, file)
    ]


def _modules(node: ast.Import | ast.ImportFrom, file: Path) -> list[str]:
    """Name what is imported: `from .adapters import git` names both the package and its module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    parent = node.module or ""
    if node.level:
        package = file.relative_to(PROJECT).parent.parts
        above = package[: len(package) - node.level + 1]
        parent = ".".join([*above, *([node.module] if node.module else [])])
    return [parent, *(f"{parent}.{alias.name}" for alias in node.names)]


def _walk_eager(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _walk_eager(child)
