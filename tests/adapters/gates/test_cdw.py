from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.gates.cdw import DocumentationGate
from include.overnight.adapters.gates.documentation import public_api
from include.overnight.domain.gates import GateResult, GateStatus

STOCK = '''\
"""The stock."""


def stock(name):
    """Return how many there are."""
    return 1


class Shelf:
    """Holds things."""

    def put(self, thing, times=1):
        """Put a thing down."""


def _hidden(a):
    return a


LIMIT = 5
'''
BEFORE = {
    "README.md": "# Pantry\n",
    "docs/use.md": "# Use\n",
    "src/pantry/__init__.py": '"""Pantry."""\n',
    "src/pantry/stock.py": STOCK,
    "src/pantry/_inner.py": "def deep():\n    return 1\n",
    "tests/test_stock.py": "def test_one():\n    assert True\n",
}


def judge(bench, sandbox, after, before=None) -> GateResult:
    return DocumentationGate(sandbox).judge(bench.case(before or BEFORE, after))


def rules(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message.split(" ")[0]) for finding in result.findings]


def changed(old: str, new: str) -> dict[str, str]:
    assert old in STOCK
    return {"src/pantry/stock.py": STOCK.replace(old, new)}


def test_a_changed_public_api_without_a_word_fails_and_names_the_objects(bench, sandbox):
    text = (
        STOCK.replace("def stock(name)", "def stock(name, where=None)")
        .replace("def put(self, thing, times=1)", "def put(self, thing, times=2)")
        .replace("class Shelf:", "class Shelf(dict):")
        .replace("LIMIT = 5", "")
    )
    result = judge(bench, sandbox, {"src/pantry/stock.py": text})
    assert sorted(rules(result)) == [
        ("undocumented_change", "pantry.stock.LIMIT"),
        ("undocumented_change", "pantry.stock.Shelf"),
        ("undocumented_change", "pantry.stock.Shelf.put"),
        ("undocumented_change", "pantry.stock.stock"),
    ]
    assert {finding.path for finding in result.findings} == {"src/pantry/stock.py"}


def test_a_renamed_function_is_gone_under_its_old_name(bench, sandbox):
    assert rules(judge(bench, sandbox, changed("def stock(name)", "def count(name)"))) == [
        ("undocumented_change", "pantry.stock.stock")
    ]


def test_a_removed_module_is_one_change(bench, sandbox):
    assert rules(judge(bench, sandbox, {"src/pantry/stock.py": None})) == [
        ("undocumented_change", "pantry.stock")
    ]


@pytest.mark.parametrize("words", ["docs/use.md", "changelog.d/1.feature"])
def test_documentation_or_a_changelog_entry_in_the_same_change_is_enough(bench, sandbox, words):
    after = changed("def stock(name)", "def stock(name, where)") | {words: "# Use\n\nIt takes `where`.\n"}
    result = judge(bench, sandbox, after)
    assert result.status is GateStatus.PASS, result


def test_taking_words_away_or_a_file_of_code_in_docs_tells_nothing(bench, sandbox):
    after = changed("def stock(name)", "def stock(name, where)") | {
        "docs/use.md": None,
        "docs/conf.py": "x = 1\n",
    }
    assert judge(bench, sandbox, after).failed


def test_the_docstring_of_the_object_or_of_its_class_may_tell(bench, sandbox):
    told = STOCK.replace("def stock(name)", "def stock(name, where)").replace(
        "how many", "how many in a place"
    )
    told = told.replace("def put(self, thing, times=1)", "def put(self, thing)").replace("Holds", "Keeps")
    assert judge(bench, sandbox, {"src/pantry/stock.py": told}).status is GateStatus.PASS


def test_private_changes_bodies_annotations_tests_and_scripts_need_no_words(bench, sandbox):
    after = {
        "src/pantry/stock.py": STOCK.replace("def _hidden(a)", "def _hidden(a, b)")
        .replace("return 1", "return 2")
        .replace("def stock(name)", "def stock(name: str) -> int")
        .replace("LIMIT = 5", "LIMIT = 6\nMOST = 7"),
        "src/pantry/_inner.py": "def deep(a):\n    return a\n\ndef more():\n    return 1\n",
        "src/pantry/_new.py": "def anything():\n    return 1\n",
        "tests/test_stock.py": "def test_two(a):\n    assert a\n",
        "scripts/tool.py": "def tool():\n    return 1\n",
        "setup.py": "x = 1\n",
    }
    result = judge(bench, sandbox, after)
    assert (result.status, result.findings) == (GateStatus.PASS, ()), result
    assert result.evidence == "src/pantry/stock.py:21: pantry.stock.MOST is new"


def test_nothing_public_and_no_markdown_is_not_applicable(bench, sandbox):
    result = judge(bench, sandbox, changed("return 1", "return 2"))
    assert result.status is GateStatus.NOT_APPLICABLE, result


def test_a_new_function_with_a_docstring_passes(bench, sandbox):
    documented = {"src/pantry/extra.py": 'def extra():\n    """Add."""\n'}
    assert judge(bench, sandbox, documented).status is GateStatus.PASS


def test_a_bare_new_function_lacks_words_and_lowers_the_coverage(bench, sandbox):
    result = judge(bench, sandbox, {"src/pantry/extra.py": "def extra():\n    return 1\n"})
    assert [rule for rule, _ in rules(result)] == ["undocumented_change", "docstring_coverage"]


def test_a_docstring_that_is_taken_away_is_found_with_its_line(bench, sandbox):
    after = changed('    """Return how many there are."""\n', "") | {"docs/use.md": "# Use\n\nmore\n"}
    result = judge(bench, sandbox, after)
    assert [(f.rule, f.path, f.line) for f in result.findings] == [
        ("docstring_coverage", "src/pantry/stock.py", 4)
    ]
    assert "2 of 3 public objects" in result.findings[0].message


def test_taking_documented_code_away_is_no_loss_of_coverage(bench, sandbox):
    before = BEFORE | {"src/pantry/stock.py": STOCK + "\n\ndef bare():\n    return 1\n"}
    after = {"src/pantry/stock.py": before["src/pantry/stock.py"].replace(STOCK[: STOCK.index("class")], ""),
             "CHANGELOG.md": "stock is gone\n"}  # fmt: skip
    assert judge(bench, sandbox, after, before).status is GateStatus.PASS


def test_a_repository_without_any_documentation_is_asked_for_none(bench, sandbox):
    before = {"box.py": "def size(a, b):\n    return a * b\n", "README.md": "# box\n"}
    result = judge(bench, sandbox, {"box.py": "def size(a, b, c):\n    return a * b * c\n"}, before)
    assert result.status is GateStatus.NOT_APPLICABLE
    assert "1 public object" in result.reason


def test_a_name_under_all_is_public_wherever_it_is_written(bench, sandbox):
    before = BEFORE | {"src/pantry/__init__.py": '"""P."""\nfrom ._inner import deep\n__all__ = ["deep"]\n'}
    result = judge(bench, sandbox, {"src/pantry/_inner.py": "def deep(a):\n    return a\n"}, before)
    assert rules(result) == [("undocumented_change", "pantry.deep")]


def test_a_large_package_is_read_in_part_and_a_lost_reexport_is_still_found(bench, sandbox, monkeypatch):
    monkeypatch.setattr(public_api, "_SMALL", 0)
    init = '"""P."""\nfrom .stock import stock\nfrom .far import away\n__all__ = ["stock", "away"]\n'
    before = BEFORE | {
        "src/pantry/__init__.py": init,
        "src/pantry/far.py": 'def away():\n    """Go."""\n',
        "src/pantry/aside.py": 'def aside():\n    """Stay."""\n',
    }
    after = {"src/pantry/__init__.py": init.replace('"away"', "").replace("from .far import away\n", "")}
    read: list[list[str]] = []
    lay_out = public_api._lay_out
    monkeypatch.setattr(
        public_api, "_lay_out", lambda *given: (read.append(sorted(given[2])), lay_out(*given))
    )
    assert rules(judge(bench, sandbox, after, before)) == [("undocumented_change", "pantry.away")]
    assert read == [["src/pantry/__init__.py", "src/pantry/far.py", "src/pantry/stock.py"]] * 2


def test_code_is_never_imported_and_the_files_on_disk_do_not_matter(bench, sandbox, tmp_path):
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    case = bench.case(BEFORE, {"src/pantry/stock.py": trap + STOCK.replace("(name)", "(name, b)")})
    (case.head.path / "src/pantry/stock.py").write_text(STOCK)
    assert DocumentationGate(sandbox).judge(case).failed
    assert not (tmp_path / "ran").exists()


def test_a_file_that_is_no_python_is_not_the_end(bench, sandbox):
    assert judge(bench, sandbox, {"src/pantry/broken.py": "def (\n"}).status is GateStatus.NOT_APPLICABLE


def test_over_the_cap_the_gate_fails_and_names_the_limit(bench, sandbox, monkeypatch):
    monkeypatch.setattr(public_api, "MAX_FILES", 1)
    result = judge(bench, sandbox, changed("return 1", "return 2"))
    assert result.failed
    assert "at most 1 files" in result.reason


def test_a_reader_that_takes_too_long_or_crashes_fails_the_gate(bench, sandbox, monkeypatch):
    case = bench.case(BEFORE, changed("return 1", "return 2"))
    slow = public_api.read_apart
    monkeypatch.setattr(public_api, "read_apart", lambda script, asked, _: slow(script, asked, 0.01))
    assert "longer than 0.01 seconds" in DocumentationGate(sandbox).judge(case).reason
    monkeypatch.setattr(public_api, "read_apart", lambda script, _, seconds: slow(script, {}, seconds))
    assert "exit code 1: KeyError" in DocumentationGate(sandbox).judge(case).reason


def test_a_broken_link_in_changed_markdown_fails_with_its_line(bench, sandbox):
    result = judge(bench, sandbox, {"README.md": "# Pantry\n\n[a](docs/use.md#use)\n[b](docs/gone.md)\n"})
    assert [(f.rule, f.path, f.line) for f in result.findings] == [("broken_link", "README.md", 4)]


def test_links_to_the_web_are_listed_as_not_checked(bench, sandbox):
    result = judge(bench, sandbox, {"README.md": "# Pantry\n\n<https://example.org/x>\n"})
    assert result.status is GateStatus.PASS
    assert "1 links to the web were not checked" in result.reason
    assert "https://example.org/x" in result.evidence


def test_links_to_the_web_are_looked_up_when_that_is_ordered(bench, sandbox, monkeypatch):
    case = bench.case(BEFORE, {"README.md": "# Pantry\n\n[x](http://127.0.0.1:9/)\n"})
    order = replace(case.order, gates=replace(case.order.gates, external_links=True))
    assert DocumentationGate(sandbox).judge(replace(case, order=order)).status is GateStatus.PASS


@pytest.mark.parametrize(
    ("files", "after"),
    [
        (
            {"package.json": '{"main": "a.js"}', "a.js": "export function add(a) {\n}\n"},
            "export function add(a, b) {\n}\n",
        ),
        ({"go.mod": "module x\n", "a.js": "", "a.go": "package x\n\nfunc Add(a int) {\n}\n"}, None),
    ],
)
def test_exports_of_other_languages_count_too(bench, sandbox, files, after):
    before = BEFORE | files
    change = {"a.js": after} if after else {"a.go": "package x\n\nfunc Add(a, b int) {\n}\n"}
    result = judge(bench, sandbox, change, before)
    assert rules(result) == [("undocumented_change", "add" if after else "Add")]
