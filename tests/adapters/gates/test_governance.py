from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.overnight.adapters.gates import GATES, make_gates
from include.overnight.adapters.gates import governance as governing
from include.overnight.adapters.gates.governance import GovernanceGate
from include.overnight.adapters.gates.protection.leaks import secrets_in
from include.overnight.domain.approvals import Approval
from include.overnight.domain.evidence import EscalationFact, LedgerFacts
from include.overnight.domain.gates import GateName, GateResult, GateStatus
from include.overnight.domain.orders import Commands, Limits

PYPROJECT = (
    '[project]\nname = "x"\nversion = "1"\n[tool.ruff]\nline-length = 100\n[build-system]\nrequires = []\n'
)
BEFORE = {"README.md": "x\n", "pyproject.toml": PYPROJECT, ".github/workflows/ci.yml": "on: push\n"}


def judge(bench, sandbox, after, **kinds) -> GateResult:
    return GovernanceGate(sandbox).judge(bench.case(BEFORE, after, **kinds))


def places(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in result.findings]


def test_an_honest_change_passes(bench, sandbox):
    after = {"src/x.py": "password = load_password()\nTOKEN = ''\n", "README.md": "y\n"}
    result = judge(bench, sandbox, after)
    assert (result.status, result.reason) == (GateStatus.PASS, "2 files changed, no rule is broken")


def test_what_decides_about_checks_is_protected(bench, sandbox):
    paths = (
        *(".circleci/config.yml", ".github/CODEOWNERS", ".github/workflows/new.yml", ".gitlab-ci.yml"),
        *(".gitmodules", ".overnight.yml", ".pre-commit-config.yaml", "CODEOWNERS", "docs/CODEOWNERS"),
        *("packages/a/tox.ini", "pytest.ini", "ruff.toml", "setup.cfg"),
    )
    result = judge(bench, sandbox, dict.fromkeys((*paths, "src/tox_ini.py"), "x\n"))
    assert places(result) == [("protected_path", path) for path in paths]


@pytest.mark.parametrize("target", ["moved.yml", None])
def test_deleting_or_moving_a_protected_file_counts(bench, sandbox, target):
    after = {".github/workflows/ci.yml": None, "README.md": "y\n"} | (
        {target: "on: push\n"} if target else {}
    )
    assert ("protected_path", ".github/workflows/ci.yml") in places(judge(bench, sandbox, after))


def test_of_pyproject_only_tools_and_build_system_are_protected(bench, sandbox):
    text = PYPROJECT.replace('version = "1"', 'version = "2"\ndependencies = ["x"]')
    assert judge(bench, sandbox, {"pyproject.toml": text}).status is GateStatus.PASS


@pytest.mark.parametrize(
    ("old", "new", "table"),
    [
        ("line-length = 100", "line-length = 200", "tool.ruff"),
        ("requires = []", 'requires = ["evil"]', "build-system"),
        ("[project]", "[tool.pytest.ini_options]\naddopts = '-k nothing'\n[project]", "tool.pytest"),
        ("[project]", "[project", "unreadable"),
    ],
)
def test_a_changed_table_of_pyproject_is_named(bench, sandbox, old, new, table):
    result = judge(bench, sandbox, {"pyproject.toml": PYPROJECT.replace(old, new)})
    assert result.failed
    assert any(table in finding.message for finding in result.findings)


def test_the_repositorys_own_protected_paths_count(bench, sandbox):
    commands = Commands(protected_paths=("legal/**", "*.lock"))
    result = judge(
        bench, sandbox, {"legal/a/b.md": "x", "src/x.lock": "x", "src/x.py": "x"}, commands=commands
    )
    assert sorted(path for _, path in places(result)) == ["legal/a/b.md", "src/x.lock"]


SECRETS = {
    "GitHub token": "t = 'ghp_" + "a1B2" * 9 + "'",
    "GitHub app token": "ghs_17_eyJhbGciOiJSUzI1NiJ9." + "Ab1-_" * 9,
    "fine-grained": "github_pat_" + "A1b2" * 15,
    "OpenAI": "key: sk-proj-" + "aB3" * 15,
    "AWS": "AKIA" + "ABCDEFGH12345678",
    "key": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "URL": "https://user:hunter22@example.org/x",
    "Slack": "xox" + "b-123456789012-abcdefghij",
}


def test_secrets_are_found_with_their_place_and_never_shown(bench, sandbox):
    files = {f"src/{number}.py": f"one = 1\n{line}\n" for number, line in enumerate(SECRETS.values())}
    result = judge(bench, sandbox, files)
    found = [(finding.rule, finding.path, finding.line) for finding in result.findings]
    assert found == [("secret", path, 2) for path in files]
    for line in SECRETS.values():
        assert line[6:30] not in repr(result)


def test_a_secret_in_a_binary_or_far_into_a_line_is_found(bench, sandbox):
    secret = SECRETS["GitHub token"].encode()

    def change(tree: Path) -> None:
        (tree / "data.bin").write_bytes(b"\0\1\2\n" + secret)
        (tree / "long.js").write_bytes(b"x " * 19_995 + secret + b"\n")

    assert sorted(places(judge(bench, sandbox, change))) == [("secret", "data.bin"), ("secret", "long.js")]


@pytest.mark.parametrize(
    "line",
    ["sha256:" + "9f86d081884c7d65" * 4, "password = getpass()", "https://example.org/a:b@c", "sk-learn", ""],
)
def test_what_only_looks_odd_is_no_secret(line):
    assert list(secrets_in([(1, line)])) == []


def approved(case, **words):
    approval = Approval(**{"who": "Ann", "why": "the new matrix", "issue": 1} | words)
    return replace(case, ledger=LedgerFacts(approvals=(approval,)))


def test_a_protected_path_that_a_person_approved_in_the_ledger_passes_and_says_so(bench, sandbox):
    case = bench.case(BEFORE, {".github/workflows/ci.yml": "on: [push]\n", "ruff.toml": "x = 1\n"})
    gate = GovernanceGate(sandbox)
    judged = gate.judge(approved(case, subject="protected:.github/workflows/*"))
    assert places(judged) == [("protected_path", "ruff.toml")]
    judged = gate.judge(approved(case, subject="protected:*"))
    assert judged.status is GateStatus.PASS
    assert judged.reason.endswith("2 paths approved by Ann")
    for words in ({"granted": False}, {"issue": 2}, {"repository": "R_other"}):
        assert gate.judge(approved(case, subject="protected:*", **words)).failed
    refused = Approval("protected:*", "Bo", "no", granted=False, at=datetime(2026, 1, 2, tzinfo=UTC))
    both = replace(case.ledger or LedgerFacts(), approvals=(refused, Approval("protected:*", "Ann", "yes")))
    assert gate.judge(replace(case, ledger=both)).failed


def test_an_approval_written_into_the_change_and_one_for_a_secret_mean_nothing(bench, sandbox):
    after = {
        ".overnight/approvals.json": '[{"subject": "protected:*", "who": "Ann", "why": "yes"}]\n',
        "ruff.toml": "# approved by Ann\n",
        "key.txt": SECRETS["AWS"],
    }
    case = bench.case(BEFORE, after)
    assert ("protected_path", "ruff.toml") in places(GovernanceGate(sandbox).judge(case))
    allowed = approved(case, subject="protected:*")
    assert places(GovernanceGate(sandbox).judge(allowed)) == [("secret", "key.txt")]


def test_only_scripts_may_become_executable(bench, sandbox):
    def change(tree: Path) -> None:
        for name, text in (("run.sh", "#!/bin/sh\n"), ("README.md", "y\n"), ("tool", "\x7fELF")):
            (tree / name).write_text(text)
            (tree / name).chmod(0o755)

    assert places(judge(bench, sandbox, change)) == [("executable", "README.md"), ("executable", "tool")]


def test_new_dependencies_are_told_and_addresses_fail(bench, sandbox):
    text = PYPROJECT.replace('version = "1"', 'version = "1"\ndependencies = ["x", "y>1"]')
    assert judge(bench, sandbox, {"pyproject.toml": text}).reason.endswith("; new dependencies: x, y")
    bench.folder /= "again"
    case = bench.case(BEFORE, {"requirements.txt": "x @ https://evil.example/x.whl\n"})
    assert places(GovernanceGate(sandbox).judge(case)) == [("dependency_source", "requirements.txt")]


def test_escalations_need_a_reason_and_the_budget_is_kept(bench, sandbox):
    case = bench.case(BEFORE, {"README.md": "y\n"})
    good = (
        EscalationFact("gpt-5.1", "architecture_update"),
        EscalationFact("x", "experimental", approved=True),
    )
    facts = LedgerFacts(escalations=good, spent_usd=Decimal(3))
    assert GovernanceGate(sandbox).judge(replace(case, ledger=facts)).status is GateStatus.PASS
    bad = (EscalationFact("x", ""), EscalationFact("x", "because"), EscalationFact("x", "optimization"))
    facts = LedgerFacts(escalations=bad, spent_usd=Decimal("3.01"))
    found = GovernanceGate(sandbox).judge(replace(case, ledger=facts)).findings
    assert [finding.rule for finding in found] == ["escalation"] * 3 + ["budget"]


def test_a_secret_that_was_there_before_is_not_the_changes(bench, sandbox):
    before = {"x.txt": SECRETS["AWS"] + "\n"}
    case = bench.case(before, {"x.txt": SECRETS["AWS"] + "\nmore\n"})
    assert GovernanceGate(sandbox).judge(case).status is GateStatus.PASS


def test_a_file_over_one_mebibyte_is_found(bench, sandbox):
    result = judge(bench, sandbox, {"big.txt": "x\n" * 600_000})
    assert places(result)[0] == ("large_file", "big.txt")


def test_limits_of_the_order_are_kept(bench, sandbox):
    case = bench.case(BEFORE, {"a": "1\n2\n3\n", "b": "1\n"})
    order = replace(case.order, limits=Limits(max_changed_files=1, max_changed_lines=3))
    result = GovernanceGate(sandbox).judge(replace(case, order=order))
    assert [finding.message for finding in result.findings] == [
        "2 files changed; limits.max_changed_files is 1",
        "4 lines changed; limits.max_changed_lines is 3",
    ]


def test_what_git_itself_would_refuse_is_found_in_a_diff_too(bench, sandbox):
    case = bench.case(BEFORE, lambda tree: (tree / "link").symlink_to("README.md"))
    assert GovernanceGate(sandbox).judge(case).status is GateStatus.PASS
    hostile = case.diff.replace("+README.md", "+../../etc/passwd")
    assert places(GovernanceGate(sandbox).judge(replace(case, diff=hostile))) == [("symlink", "link")]
    submodule = case.diff.replace("120000", "160000")
    assert places(GovernanceGate(sandbox).judge(replace(case, diff=submodule))) == [("submodule", "link")]
    odd = case.diff.replace("120000", "104755")
    assert places(GovernanceGate(sandbox).judge(replace(case, diff=odd))) == [("mode", "link")]


def test_a_name_that_is_no_text_is_found(bench, sandbox):
    name = Path(os.fsdecode(b"latin-\xe9"))
    result = judge(bench, sandbox, lambda tree: (tree / name).write_text("x"))
    assert [rule for rule, _ in places(result)] == ["file_name"]


def test_what_lies_on_disk_does_not_matter(bench, sandbox):
    case = bench.case(BEFORE, {"pyproject.toml": PYPROJECT.replace("100", "200")})
    (case.head.path / "pyproject.toml").write_text(PYPROJECT)
    assert places(GovernanceGate(sandbox).judge(case)) == [("protected_path", "pyproject.toml")]


def test_the_table_makes_every_gate_in_order(sandbox):
    assert [gate.name for gate in make_gates(sandbox)] == [name for name in GateName if name in GATES]
    assert governing.MAX_FILE_BYTES == 1024 * 1024
