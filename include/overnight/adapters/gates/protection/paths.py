"""Paths a change may not touch without a person: what decides how changes are checked, built and owned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pathspec import PathSpec

from ....domain.gates import Finding
from ..diffs import FileDiff
from .configuration import MAKEFILES, configuration_changes, reached_commands
from .makefiles import shadowing

Read = Callable[[str], bytes | None]
RULE = "protected_path"


@dataclass(frozen=True, slots=True)
class Protected:
    """One reason, and the gitignore patterns it holds for."""

    reason: str
    patterns: tuple[str, ...]


PROTECTED = (
    Protected(
        "decides what runs on the forge",
        (
            *(
                "/.github/**",
                "/.gitlab-ci.yml",
                "/.gitlab/**",
                "/.circleci/**",
                "/.travis.yml",
                "/.drone.yml",
            ),
            *("/azure-pipelines.yml", "/Jenkinsfile", "/.buildkite/**", "/bitbucket-pipelines.yml"),
            *("/appveyor.yml", "/.cirrus.yml", "/.woodpecker*", "/.teamcity/**"),
        ),
    ),
    Protected("decides who must agree to a change", ("CODEOWNERS",)),
    Protected("decides how Overnight checks changes", ("/.overnight.yml", "/.overnight/**/schema.json")),
    Protected(
        "decides how changes are linted",
        (
            *(".pre-commit-config.yaml", "ruff.toml", ".ruff.toml", ".flake8", ".pylintrc", "pylintrc"),
            *(
                "mypy.ini",
                ".mypy.ini",
                "pyrightconfig.json",
                ".eslintrc*",
                "eslint.config.*",
                ".eslintignore",
            ),
            *("biome.json*", "tslint.json", ".stylelintrc*", ".golangci.y*ml", "clippy.toml", ".clippy.toml"),
            *("checkstyle.xml", ".rubocop.yml", ".yamllint*", ".markdownlint*"),
        ),
    ),
    Protected(
        "decides which tests run and how",
        (
            *("tox.ini", "noxfile.py", "pytest.ini", ".pytest.ini", ".coveragerc", "setup.cfg"),
            *("jest.config.*", "vitest.config.*", "vitest.workspace.*", ".mocharc*", "karma.conf.*"),
            *("playwright.config.*", "cypress.config.*", ".nycrc*", "ava.config.*"),
        ),
    ),
    Protected(
        "runs whenever the language starts, before any test does",
        ("sitecustomize.py", "usercustomize.py", "*.pth", "*.egg-link"),
    ),
    Protected("decides how git reads the files", (".gitattributes", ".gitmodules")),
    Protected(
        "runs on people's machines when they open or commit",
        (
            *("/.husky/**", "/.githooks/**", "lefthook.y*ml", ".envrc", "/.devcontainer/**"),
            *(".vscode/tasks.json", ".vscode/launch.json", ".vscode/settings.json"),
        ),
    ),
    Protected(
        "decides where packages come from",
        (".npmrc", ".yarnrc*", "pip.conf", ".pypirc", ".cargo/config*", "rust-toolchain*", "/.mvn/**"),
    ),
)
"""Honest work changes manifests and Makefiles: configuration.py reads those. A conftest.py is gate test's."""


def protected_touches(
    files: Iterable[FileDiff], more: Iterable[str], before: Read, after: Read, commands: str = ""
) -> Iterator[Finding]:
    """Yield a finding for each protected file that is changed, added, deleted or renamed.

    :param more: the repository's own protected paths.
    :param before: reads a committed file of the base; `after` one of the change.
    :param commands: what the gates run, one command a line.
    """
    ours = [(row.reason, PathSpec.from_lines("gitignore", row.patterns)) for row in PROTECTED]
    theirs = PathSpec.from_lines("gitignore", [pattern for pattern in more if pattern.strip()])
    reached = reached_commands(commands, before)
    makefiles = [(before(name), after(name)) for name in MAKEFILES]
    for file in files:
        for path in file.paths:
            reason = next((reason for reason, spec in ours if spec.match_file(path)), "")
            if reason:
                yield Finding(RULE, f"{reason}: not for a change to touch", path)
            elif theirs.match_file(path):
                yield Finding(RULE, "is protected by the repository's own settings", path)
            elif before(path) is None and after(path) is not None and shadowing(path, makefiles, commands):
                yield Finding(RULE, f"keeps make from running {path}, which is not in .PHONY", path)
            else:
                for told in configuration_changes(path, before, after, commands, reached):
                    yield Finding(RULE, told, path)
