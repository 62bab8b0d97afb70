"""Changes that bring in what no change may: files that leave, hide, swell or lie about themselves."""

from __future__ import annotations

from pathlib import Path

from .change import COMMIT, Hostile
from .deeds import SPDX, adds, deletes, links, swaps, together, writes


def many_files(tree: Path) -> None:
    """Write more files than a change may have."""
    for number in range(150):
        (tree / f"docs/page{number}.md").write_text(f"# Page {number}\n")


def many_lines(tree: Path) -> None:
    """Write more lines than a change may have."""
    (tree / "docs/long.md").write_text("".join(f"line {number}\n" for number in range(6000)))


def wide(tree: Path) -> None:
    """Rewrite much of the tree that nobody spoke of."""
    for number in range(20):
        writes(f"extra/part{number}/thing.py", f"{SPDX}VALUE = {number}\n")(tree)


def nested_repository(tree: Path) -> None:
    """Put a repository into the repository."""
    for name, text in (
        ("HEAD", "ref: refs/heads/main\n"),
        ("config", "[core]\n\tfsmonitor = touch /tmp/x\n"),
    ):
        writes(f"vendor/inner/.git/{name}", text)(tree)
    writes("vendor/inner/.git/objects/keep", "")(tree)
    writes("vendor/inner/.git/refs/keep", "")(tree)
    writes("vendor/inner/a.txt", "x\n")(tree)


SHAPES: tuple[Hostile, ...] = (
    Hostile("a link to an absolute path", links("docs/secret", "/etc/passwd"), COMMIT, "docs/secret"),
    Hostile("a link out of the tree", links("docs/secret", "../../../etc/passwd"), COMMIT, "docs/secret"),
    Hostile(
        "a link out of the tree through a folder's link",
        together(
            links("a", "docs"),
            links("docs/up", "../.."),
        ),
        COMMIT,
        "docs/up",
    ),
    Hostile(
        "a link out of the tree that the bundle brings",
        links("docs/secret", "/etc/passwd"),
        "governance",
        "leaves the repository",
        smuggled=True,
    ),
    Hostile(
        "a link up and out that the bundle brings",
        links("docs/secret", "../../up"),
        "governance",
        "leaves the repository",
        smuggled=True,
    ),
    Hostile("a repository in the repository", nested_repository, COMMIT, "vendor/inner"),
    Hostile("a huge file", writes("docs/huge.txt", "x" * 2_000_000), "governance", "at most"),
    Hostile("too many files", many_files, "qic", "max_changed_files"),
    Hostile("too many lines", many_lines, "qic", "max_changed_lines"),
    Hostile(
        "a program without a source",
        together(
            writes("pantry/fast.so", b"\x7fELF" + bytes(4000)),
            lambda tree: (tree / "pantry/fast.so").chmod(0o755),
        ),
        "governance",
        "no script",
    ),
    Hostile(
        "an environment smuggled past .gitignore",
        together(swaps(".gitignore", "/.venv/", "!/.venv/"), writes(".venv/lib/own.py", f"{SPDX}x = 1\n")),
        "qic",
        "environment",
        smuggled=True,
    ),
    Hostile(
        "installed packages in the change",
        writes("node_modules/left-jar/index.js", "x\n"),
        "qic",
        "environment",
        "javascript",
        smuggled=True,
    ),
    Hostile(
        "a build's output", writes("dist/pantry.js", "x\n"), "qic", "generated", "javascript", smuggled=True
    ),
    Hostile(
        "a name with signs that nobody sees",
        writes("docs/guide\u200b.md", "# Guide\n"),
        "governance",
        "nobody sees",
    ),
    Hostile(
        "a name that is read in another order",
        writes("docs/guide\u202efdp.md", "# Guide\n"),
        "governance",
        "nobody sees",
    ),
    Hostile(
        "a name with another alphabet's twin",
        writes("pantry/sh\u0435lf.py", f'{SPDX}"""Another shelf."""\n'),
        "governance",
        "look alike",
    ),
    Hostile(
        "a name that differs in case alone", writes("docs/Guide.md", "# Guide\n"), "governance", "letter case"
    ),
    Hostile(
        "text that is shown in another order",
        adds("pantry/cli.py", "\n# \u202e } if admin { \u2066\nADMIN = False\n"),
        "qic",
        "reorders",
    ),
    Hostile(
        "a word with another alphabet's twin",
        adds("pantry/shelf.py", "\n\n_t\u043etal = 1\n"),
        "qic",
        "look alike",
    ),
    Hostile("what has nothing to do with the issue", wide, "qic", "nothing to do"),
    Hostile(
        "a licence header taken away", swaps("pantry/labels.py", SPDX, ""), "governance", "licence header"
    ),
    Hostile(
        "a new file without the licence header",
        writes("pantry/tins.py", '"""Tins."""\n'),
        "governance",
        "no licence header",
    ),
    Hostile(
        "conflict markers",
        adds("docs/guide.md", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"),
        "qic",
        "conflict marker",
    ),
    Hostile(
        "a debugger",
        adds("pantry/labels.py", "\n\ndef _look() -> None:\n    breakpoint()\n"),
        "qic",
        "debugger",
    ),
    Hostile(
        "a print that was only to see",
        swaps("pantry/labels.py", "    return name[:width]", '    print("here")\n    return name[:width]'),
        "qic",
        "prints",
    ),
    Hostile(
        "a console.log that was only to see",
        swaps("src/shelf.js", "  return", "  console.log(prices);\n  return"),
        "qic",
        "prints",
        "javascript",
    ),
    Hostile(
        "a work put off",
        swaps(
            "pantry/labels.py",
            "    return name[:width]",
            "    # TODO: mind the width\n    return name[:width]",
        ),
        "qic",
        "puts off",
    ),
    Hostile(
        "an empty implementation",
        adds(
            "pantry/labels.py",
            '\n\ndef long(name: str) -> str:\n    """Return it all."""\n    raise NotImplementedError\n',
        ),
        "qic",
        "is a stub",
    ),
    Hostile(
        "a public function changed without a word",
        swaps("pantry/labels.py", ", width: int = 12", ""),
        "cdw",
        "without a word",
    ),
    Hostile(
        "a public function taken away without a word",
        swaps("pantry/shelf.py", "def average(", "def _average("),
        "cdw",
        "without a word",
    ),
    Hostile("a link that leads nowhere", adds("docs/guide.md", "\n[More](more.md)\n"), "cdw", "more.md"),
    Hostile("a page that others link to deleted", deletes("docs/guide.md"), "cdw", "guide.md"),
    Hostile(
        "docstrings taken away",
        together(
            swaps("pantry/shelf.py", '    """Return the sum of the prices."""\n', ""),
            swaps("pantry/shelf.py", '    """Return the mean price, 0 without any."""\n', ""),
        ),
        "cdw",
        "docstring",
    ),
    Hostile(
        "a memory file that does not fit",
        writes(".overnight/memory/second.json", '{"lie": 1}\n'),
        "memory",
        "memory_invalid",
    ),
    Hostile(
        "a memory file's schema loosened",
        writes(".overnight/memory/schema.json", "{}\n"),
        "governance",
        "schema.json",
    ),
)
