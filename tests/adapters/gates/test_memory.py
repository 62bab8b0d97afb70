from __future__ import annotations

import json
from dataclasses import replace

from include.overnight.adapters.gates import memory_files
from include.overnight.adapters.gates.memory import MemoryGate
from include.overnight.domain.evidence import LedgerFacts
from include.overnight.domain.gates import GateStatus
from include.overnight.ports import Stage

SCHEMA = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
FILES = {
    ".overnight/memory/schema.json": json.dumps(SCHEMA),
    ".overnight/memory/a.json": '{"name": "a"}',
    "README.md": "x\n",
}


def judge(bench, sandbox, after, before=None, **facts):
    case = bench.case(before or FILES, after)
    return MemoryGate(sandbox).judge(replace(case, ledger=LedgerFacts(events=7, **facts)))


def test_a_ledger_that_verifies_and_memory_that_fits_pass(bench, sandbox):
    told = judge(bench, sandbox, {".overnight/memory/b.yaml": "name: b\nsince: 2026-01-01\n"})
    assert (told.status, told.reason) == (
        GateStatus.PASS,
        "the chain verifies and holds 7 events of this issue; 2 memory files fit",
    )


def test_a_broken_chain_and_missing_events_are_findings(bench, sandbox):
    told = judge(
        bench, sandbox, {"README.md": "y\n"}, problems=("event 3 was changed",), missing=("no plan",)
    )
    assert told.failed
    assert [(f.rule, f.message) for f in told.findings] == [
        ("chain", "event 3 was changed"),
        ("missing_event", "no plan"),
    ]


def test_memory_files_that_do_not_fit_fail_with_their_paths(bench, sandbox):
    wrong = {
        "invalid.json": ('{"name": 1}', "memory_invalid"),
        "cut.json": ("{", "memory_unreadable"),
        "cut.yaml": ("name: [\n", "memory_unreadable"),
        "grows.yaml": ("a: &a [1]\nb: *a\n", "memory_unreadable"),
    }
    told = judge(bench, sandbox, {f".overnight/memory/{name}": text for name, (text, _) in wrong.items()})
    assert told.reason == "4 memory files do not fit"
    assert {(f.path.rpartition("/")[2], f.rule) for f in told.findings} == {
        (name, rule) for name, (_, rule) in wrong.items()
    }


def test_a_schema_that_is_none_fails(bench, sandbox):
    told = judge(bench, sandbox, {".overnight/memory/schema.json": '{"type": 5}'})
    assert [(f.rule, f.path) for f in told.findings] == [("memory_schema", ".overnight/memory/schema.json")]


def test_a_schema_that_is_taken_away_leaves_the_files_unproved(bench, sandbox):
    told = judge(bench, sandbox, {".overnight/memory/schema.json": None})
    assert [finding.rule for finding in told.findings] == ["memory_schema"]


def test_the_bases_settings_say_which_files_are_memory(bench, sandbox):
    before = {
        ".overnight.yml": "memory_files:\n  notes/**/*.json: notes/schema.json\n  log/*.json: null\n",
        "notes/schema.json": json.dumps(SCHEMA),
        "log/a.json": "[]",
    }
    assert judge(bench, sandbox, {"log/a.json": "[1]"}, before).status is GateStatus.PASS
    bench.folder /= "again"
    after = {"notes/x/b.json": "{}", ".overnight.yml": "memory_files: {}\n"}
    assert [f.path for f in judge(bench, sandbox, after, before).findings] == ["notes/x/b.json"]


def test_a_schema_that_never_ends_or_points_to_the_network_fails(bench, sandbox, monkeypatch):
    monkeypatch.setattr(memory_files.read_memory_files, "__defaults__", (2.0,))
    slow = {"properties": {"name": {"pattern": "^(a+)+$"}}}
    after = {
        ".overnight/memory/schema.json": json.dumps(slow),
        ".overnight/memory/a.json": json.dumps({"name": "a" * 60 + "!"}),
    }
    assert "longer than 2 seconds" in judge(bench, sandbox, after).reason
    bench.folder /= "again"
    far = {".overnight/memory/schema.json": '{"$ref": "http://127.0.0.1:9/x.json"}'}
    assert "Unresolvable" in judge(bench, sandbox, far).reason


def test_without_a_ledger_the_judge_fails_and_a_local_run_does_not_apply(bench, sandbox):
    case = bench.case({"a": "1\n"}, {"a": "2\n"})
    assert MemoryGate(sandbox).judge(case).reason == "nobody asked the ledger"
    told = MemoryGate(sandbox).judge(replace(case, stage=Stage.LOCAL))
    assert (told.status, told.reason) == (GateStatus.NOT_APPLICABLE, "no ledger here")
