"""Which recipes of a Makefile the gates' commands reach; the rest of it is ordinary work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_MAKE = re.compile(r"(?:^|[\s;&|(])g?make((?:[ \t]+[^\s;&|)]+)*)", re.MULTILINE)
_NO_FILE = re.compile(r"[\w-]+")
_RULE = re.compile(r"^(?P<targets>[^\s#:=][^#:=]*?)\s*::?(?!=)(?P<needs>[^#;]*)")


@dataclass(slots=True)
class Makefile:
    """A Makefile, taken apart.

    :param recipes: target → its lines, the rule's own first.
    :param rest: what is outside every rule (variables, includes, conditions): it works on all of them.
    """

    recipes: dict[str, list[str]] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    first: str = ""
    phony: set[str] = field(default_factory=set)


def asked_of(commands: str) -> list[list[str]]:
    """Return the targets of each make that the commands start; [] stands for the first one of its file."""
    return [_targets(match[1]) for match in _MAKE.finditer(commands)]


def shadowing(path: str, makefiles: Sequence[tuple[bytes | None, bytes | None]], commands: str) -> bool:
    """Tell whether a new file has the name of a target that a command reaches and that is not .PHONY.

    A recipe whose file exists is not run. A target with a dot or slash is meant to be a file.

    :param makefiles: each Makefile before and after the change.
    """
    runs = asked_of(commands)
    if not runs or not _NO_FILE.fullmatch(path):
        return False
    for old, new in makefiles:
        before, after = _taken_apart(old), _taken_apart(new)
        named = {target for run in runs for target in run or [before.first or after.first]}
        if path in _reached(named, before) & before.recipes.keys() and path not in after.phony:
            return True
    return False


def recipe_changes(old: bytes | None, new: bytes | None, commands: str) -> Iterator[str]:
    """Yield a sentence for each recipe a command reaches, or setting of all recipes, that differs."""
    runs = asked_of(commands)
    if not runs:
        return
    before, after = _taken_apart(old), _taken_apart(new)
    named = {target for run in runs for target in run or [before.first or after.first]}
    for target in sorted(_reached(named, before) | _reached(named, after)):
        if before.recipes.get(target) != after.recipes.get(target):
            yield f"the recipe of {target} decides how changes are checked"
    if before.rest != after.rest:
        yield "its variables and includes decide how changes are checked"


def recipes_run(content: bytes | None, commands: str) -> str:
    """Return the recipe lines that the commands reach, one command a line."""
    runs = asked_of(commands)
    if not runs or content is None:
        return ""
    file = _taken_apart(content)
    named = {target for run in runs for target in run or [file.first]}
    lines = [line for target in sorted(_reached(named, file)) for line in file.recipes.get(target, ())]
    return "\n".join(line.lstrip("\t @-+") for line in lines if line.startswith("\t"))


def _targets(words: str) -> list[str]:
    """Return what a make is asked for, without options and variables."""
    return [word for word in words.split() if not word.startswith("-") and "=" not in word]


def _reached(named: set[str], file: Makefile) -> set[str]:
    """Return the targets and all they need, patterns such as %.o among them."""
    seen: set[str] = set()
    waiting = list(named)
    while waiting:
        target = waiting.pop()
        if target not in seen:
            seen.add(target)
            waiting += file.needs.get(target, [])
    return seen | {target for target in file.recipes if "%" in target}


def _taken_apart(content: bytes | None) -> Makefile:
    file = Makefile()
    current: list[str] = []
    for line in re.sub(r"\\\n\s*", " ", (content or b"").decode(errors="replace")).split("\n"):
        if line.startswith("\t") and current:
            for target in current:
                file.recipes[target].append(line.rstrip())
        elif not line.strip() or line.lstrip().startswith("#"):
            continue
        elif match := _RULE.match(line):
            current = match["targets"].split()
            for target in current:
                file.recipes.setdefault(target, []).append(" ".join(line.split()))
                file.needs.setdefault(target, []).extend(match["needs"].split())
            if not file.first and not current[0].startswith("."):
                file.first = current[0]
        else:
            current = []
            file.rest.append(" ".join(line.split()))
    file.phony = set(file.needs.get(".PHONY", ()))
    for special in [target for target in file.recipes if target.startswith(".") and target.isupper()]:
        lines = file.recipes.pop(special)
        file.rest += lines if special != ".PHONY" else []
    return file
