from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.gates.coherence.instructions import bans, obeyed, untouched
from include.overnight.adapters.gates.coherence.scene import Scene
from include.overnight.domain.approvals import Approval
from include.overnight.domain.evidence import LedgerFacts
from tests.adapters.gates.scenes import asked, found, scene_of

AGENTS = """\
# For agents

1. Look before you write: the modules in `src/box` are small.
2. Change as little as the issue needs. Never edit `.github/`, `.overnight.yml` or `pyproject.toml`.
3. Do not touch files in `vendor/`.
4. `legal/terms.md` must not be changed.
"""


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (AGENTS, [".github/", ".overnight.yml", "pyproject.toml", "vendor/", "legal/terms.md"]),
        ("Please don't modify anything under src/generated/ by hand.", ["src/generated/"]),
        ("- Never commit `.env` or *.pem files.", [".env"]),
        ("Do **not** worry. Do not edit or delete `a.lock`, `b.lock`!", ["a.lock", "b.lock"]),
        ("`x.cfg` and `y.cfg` are never to be edited.", ["x.cfg", "y.cfg"]),
        ("Never change the public API in `src/api.py`.", []),
        ("Do not edit `CHANGELOG.md` without a pull request number.", []),
        ("Don't touch `setup.cfg` unless you must.", []),
        ("Do not change `float` to `Decimal`.", ["float"]),
        ("You may edit `src/`.", []),
        ("Never say never.\n\nEdit `src/` freely.", []),
    ],
)
def test_what_a_text_forbids_is_read_where_it_is_plain(text, paths):
    assert [ban.path for ban in bans("AGENTS.md", text)] == paths


def test_no_text_takes_long():
    for text in ("do not edit " * 4000, "never edit " + "`a` and " * 8000, "never edit " + "a/" * 9000):
        bans("AGENTS.md", text)


def test_what_the_instructions_forbid_fails_unless_a_person_approved_it(bench):
    paths = (
        "pyproject.toml",
        ".github/x.yml",
        "vendor/a/b.c",
        "legal/terms.md",
        "src/vendor.py",
        "sub/float.md",
    )
    scene = scene_of(bench, {"a": "a\n"}, dict.fromkeys(paths, "x\n"), instructions=(("AGENTS.md", AGENTS),))
    assert [path for _, path, _ in found(obeyed(scene))] == sorted(paths[:4])
    words = (
        Approval("protected:vendor/*", "Ann", "it is ours", scene.case.repository.node_id),
        Approval("protected:legal/*", "Ann", "no", scene.case.repository.node_id, granted=False),
    )
    allowed = Scene(replace(scene.case, ledger=LedgerFacts(approvals=words)))
    assert [path for _, path, _ in found(obeyed(allowed))] == [
        ".github/x.yml",
        "legal/terms.md",
        "pyproject.toml",
    ]


def test_instruction_files_are_left_alone_unless_the_issue_names_them(bench):
    paths = (
        "AGENTS.md",
        "docs/CONTRIBUTING.md",
        ".github/copilot-instructions.md",
        "pkg/CLAUDE.md",
        ".cursorrules",
    )
    scene = scene_of(bench, {"a": "a\n"}, dict.fromkeys((*paths, "docs/agents_guide.md"), "x\n"))
    assert [path for _, path, _ in found(untouched(scene))] == sorted(paths)
    other = asked(
        scene, "Say in AGENTS.md and the contributing guide how to test", "<!-- and in CLAUDE.md -->"
    )
    left = [path for _, path, _ in found(untouched(other))]
    assert left == [".cursorrules", ".github/copilot-instructions.md", "pkg/CLAUDE.md"]


def test_moving_or_deleting_an_instruction_file_counts(bench):
    scene = scene_of(bench, {"AGENTS.md": AGENTS, "a": "a\n"}, {"AGENTS.md": None, "docs/old.md": AGENTS})
    assert [path for _, path, _ in found(untouched(scene))] == ["AGENTS.md"]
