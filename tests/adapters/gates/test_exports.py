from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.documentation.exports import export_changes

LIBRARY = b'{"name": "x", "main": "index.js"}'


def changes(path: str, old: str | None, new: str | None, manifest: bytes | None = LIBRARY):
    files = {"package.json": manifest, path: None if old is None else old.encode()}
    later = {"package.json": manifest, path: None if new is None else new.encode()}
    diff = FileDiff(path, "" if old is None else path, deleted=new is None)
    found, documented = export_changes([diff], files.get, later.get)
    return [(change.name, change.what, change.told) for change in found], documented


@pytest.mark.parametrize(
    ("path", "old", "new", "name"),
    [
        ("index.ts", "export const add = (a) => a\n", "export const add = (a, b) => a\n", "add"),
        ("index.js", "module.exports.add = 1\n", "", "add"),
        ("index.ts", "export interface Box {\n}\n", "export interface Crate {\n}\n", "Box"),
        ("box.go", "func (b *Box) Size() int {\n", "func (b *Box) Size(x int) int {\n", "Size"),
        ("src/lib.rs", "pub fn size(a: u8) {\n", "pub fn size(a: u16) {\n", "size"),
        ("src/main/java/A.java", "    public int size() {\n", "    public long size() {\n", "size"),
    ],
)
def test_a_changed_declaration_is_a_change(path, old, new, name):
    found, _ = changes(path, old, new)
    assert name in [changed for changed, _, _ in found]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "index.ts",
            "export function add(a) {\n  return 1\n}\n",
            "export function add(a) {\n  return 2\n}\n",
        ),
        ("index.ts", "function inner(a) {\n", "function inner(a, b) {\n"),
        ("src/add.test.ts", "", "export const x = 1\n"),
        ("box.go", "func size() {\n", "func size(a int) {\n"),
        ("internal/box.go", "", "func Size() {\n"),
        ("src/lib.rs", "pub(crate) fn size() {\n", "pub(crate) fn size(a: u8) {\n"),
        ("README.md", "", "export const x = 1\n"),
    ],
)
def test_bodies_tests_and_what_is_not_exported_are_none(path, old, new):
    assert changes(path, old, new)[0] == []


def test_a_comment_above_a_new_export_tells_of_it():
    found, documented = changes("box.go", "", "// Size says how big.\nfunc Size() {\n")
    assert found == [("Size", "is new", True)]
    assert not documented
    assert changes("box.go", "// Size says.\nfunc Size() {\n", "")[1]


def test_an_application_exports_to_nobody():
    assert changes("a.js", "", "export const x = 1\n", b'{"private": true, "main": "a.js"}')[0] == []
    assert changes("a.js", "", "export const x = 1\n", None)[0] == []


def test_entry_points_of_a_package_are_public():
    diff = FileDiff("package.json", "package.json")
    new = b'{"name": "x", "main": "lib.js", "bin": {"x": "x.js"}}'
    found, _ = export_changes([diff], {"package.json": LIBRARY}.get, {"package.json": new}.get)
    assert [change.name for change in found] == ["main", "bin"]


def test_no_content_breaks_the_reader():
    hostile = "export const " + "a" * 100_000 + "\n" + "\0" * 50 + "export {" + "{" * 9000
    assert changes("a.js", None, hostile)[0]
    assert (
        export_changes([FileDiff("package.json", "package.json")], lambda _: b"[", lambda _: b"{" * 9)[0]
        == []
    )
