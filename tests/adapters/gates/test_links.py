from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.documentation.links import read_links
from include.overnight.adapters.gates.documentation.markdown import anchors_of, links_of

GUIDE = '# Use it\n\n## Use it\n\n### What\'s *new* in `v1.2`?\n\n<a id="Given"></a>\n\n## Named {#own}\n'
FILES = {"docs/guide.md": GUIDE, "docs/a b.md": "x", "src/box.py": "x", "README.md": ""}


def findings(text: str, path: str = "README.md", files: dict[str, str] | None = None, old: str | None = None):
    later = {**(files or FILES), path: text}
    before = {**(files or FILES), path: old} if old is not None else dict(files or FILES)
    diff = FileDiff(path, path if old is not None else "")
    reads = (
        lambda p: before[p].encode() if p in before else None,
        lambda p: later[p].encode() if p in later else None,
    )
    return read_links([diff], later, before.__contains__, reads, None)


@pytest.mark.parametrize(
    "target",
    [
        *("docs/guide.md", "./docs/guide.md", "docs", "docs/", "/docs/guide.md", "docs/guide.md#use-it"),
        *(
            "docs/guide.md#use-it-1",
            "docs/guide.md#whats-new-in-v12",
            "docs/guide.md#given",
            "docs/guide.md#own",
        ),
        *("docs/a%20b.md", "src/box.py#L3", "docs/guide.md?plain=1#L2", "../../issues", "#here", "#"),
    ],
)
def test_what_is_there_resolves(target):
    assert findings(f"# Here\n\n[x]({target})\n").findings == ()


@pytest.mark.parametrize(
    "target",
    ["docs/gone.md", "Docs/guide.md", "docs/guide.md#gone", "#gone", "../outside.md", "/gone.md", "guide.md"],
)
def test_what_is_not_there_is_found(target):
    (finding,) = findings(f"# Here\n\ntext\n[x]({target})\n").findings
    assert (finding.rule, finding.path, finding.line) == ("broken_link", "README.md", 4)


def test_images_references_and_html_count_and_code_does_not():
    text = '![i](no.png)\n\n[r]: no.md\n\n[r]\n\n<img src="no.gif">\n\n`[x](no)`\n\n```\n[x](no)\n```\n'
    assert [finding.message.split(":")[0] for finding in findings(text).findings] == [
        "no.png",
        "no.md",
        "no.gif",
    ]


def test_a_link_that_was_broken_before_is_not_the_changes():
    assert findings("[x](no.md)\nmore\n", old="[x](no.md)\n").findings == ()


def test_a_link_that_the_change_breaks_is():
    files = FILES | {"docs/other.md": "[x](guide.md#named)\n"}
    later = {path: text for path, text in files.items() if path != "docs/guide.md"}
    diff = FileDiff("docs/other.md", "docs/other.md")
    reads = (lambda p: files[p].encode(), lambda p: later[p].encode() if p in later else None)
    assert len(read_links([diff], later, files.__contains__, reads, None).findings) == 1


def test_outside_links_are_listed_once_and_old_ones_not_at_all():
    read = findings("[x](https://a.example) <https://a.example> [m](mailto:a@b) [n](https://n.example)\n",
                    old="[x](https://n.example)\n")  # fmt: skip
    assert read.unchecked == ("https://a.example", "mailto:a@b")


def test_outside_links_are_looked_up_with_a_lookup():
    text = b"[x](https://a.example)\n"
    reads = (lambda _: None, lambda _: text)
    asked: list[str] = []

    def look(target: str) -> str:
        asked.append(target)
        return "answers 404"

    read = read_links([FileDiff("a.md")], {"a.md": 1}, lambda _: False, reads, look)
    assert [finding.message for finding in read.findings] == ["https://a.example: answers 404"]
    assert (asked, read.unchecked) == (["https://a.example"], ())


def test_a_site_knows_its_own_addresses_and_leaves_suffixes_out():
    files = FILES | {"mkdocs.yml": "x"}
    assert findings("[x](guide/)\n[y](/api/thing)\n[z](guide.html)\n", "docs/other.md", files).findings == ()
    assert len(findings("[x](gone/)\n", "docs/other.md", files).findings) == 1


def test_headings_in_other_scripts_and_setext_have_anchors():
    assert {"über-uns", "日本語", "two-lines"} <= anchors_of(
        "# Über uns\n\n## 日本語！\n\nTwo lines\n---\n".encode()
    )


def test_front_matter_is_no_heading_and_keeps_the_lines():
    (link,) = links_of(b"---\ntitle: x\n---\n[x](y)\n")
    assert (link.target, link.line) == ("y", 4)


@pytest.mark.parametrize("text", ["[x](http://[bad)\n", "[" * 5000, "[x](//host/y)\n"])
def test_odd_markdown_breaks_nothing(text):
    assert findings(text).findings == ()


def test_a_file_that_goes_leaves_no_link_dangling_in_pages_that_stay():
    pages = {"README.md": b"See the [guide](docs/guide.md#x).\n", "CHANGELOG.md": b"[old](docs/guide.md)\n"}
    gone = FileDiff("docs/guide.md", "docs/guide.md", deleted=True)
    read = read_links([gone], pages, lambda _: True, (pages.get, pages.get), None)
    assert [(finding.path, finding.line) for finding in read.findings] == [("README.md", 1)]
    assert read_links([], pages, lambda _: True, (pages.get, pages.get), None).findings == ()
