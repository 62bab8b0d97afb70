"""The lock files, the Makefile and the documents agree with each other and with the tree."""

import re
import subprocess
from pathlib import Path

import pytest

from .sources import PROJECT

LOCKS = ("requirements.txt", "requirements-dev.txt")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


def _documents() -> list[Path]:
    return [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_and_names_no_host(lock):
    for line in (PROJECT / lock).read_text().splitlines():
        if line.startswith("#") or line.lstrip().startswith("#"):
            continue
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s;]+( ; .+)?$", line), line


def test_the_locks_agree_with_each_other():
    run, develop = ({*_pins(PROJECT / lock)} for lock in LOCKS)
    assert run <= develop


def test_every_direct_dependency_is_locked():
    locked = {name for name, _ in _pins(PROJECT / "requirements.txt")}
    for line in (PROJECT / "requirements.in").read_text().splitlines():
        if line and not line.startswith("#"):
            name = re.split(r"[\[=<>!~ ]", line)[0]
            assert name.lower().replace("_", "-") in locked, f"{name}: run make lock"


def _pins(path: Path) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==([^\s;]+)", path.read_text().lower(), re.MULTILINE)


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_between_documents_lead_somewhere(document):
    for target in LINK.findall(document.read_text()):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (document.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_make_targets_that_a_document_names_exist(document):
    named = set(re.findall(r"`make ([a-z-]+)", document.read_text()))
    named |= set(re.findall(r"^\s*make ([a-z-]+)", document.read_text(), re.MULTILINE))
    assert named <= _targets()


def test_decisions_are_numbered_in_a_row_and_short():
    decisions = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [
        f"{number:04}" for number in range(1, len(decisions) + 1)
    ]
    assert not {path.name for path in decisions if len(path.read_text().splitlines()) > 40}


def test_the_launcher_answers_from_any_folder(tmp_path):
    link = tmp_path / "overnight"
    link.symlink_to(PROJECT / "bin" / "overnight")
    done = subprocess.run([link, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_make_alone_lists_every_target():
    done = subprocess.run(["make", "--no-print-directory"], cwd=PROJECT, capture_output=True, text=True)
    assert {line.split()[1] for line in done.stdout.splitlines()} == _targets()
