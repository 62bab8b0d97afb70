from __future__ import annotations

from include.overnight.adapters.gates.coherence.homoglyphs import homoglyphs
from tests.adapters.gates.scenes import asked, found, scene_of

TRICKS = {
    "a.py": "is_admin = 1\nis_\u0430dmin = 2\n",
    "b.py": "access = 1 # \u202e} if admin {\n",
    "c.js": "const a\u200b = 1;\n",
    "d.py": "scope = 1\n\u0455\u0441\u043e\u0440\u0435 = 2\n",
    "e.md": "plain \u2066turned\u2069\n",
}
HONEST = {
    "f.py": "# Коробка: размер в м²\nπ = 3\nΔt = 2\nµs = 1\nnaïve = 'größe'\nfamily = '👩\u200d👩\u200d👧'\n",
    "g.md": "Русский текст, 日本語, zero\u200bwidth in prose\n",
    "locale/he/a.po": 'msgstr "\u202bשלום\u202c"\n',
    "h.py": "\ufeffx = 1\n",
}


def test_what_reads_otherwise_than_it_runs_is_found(bench):
    assert found(homoglyphs(scene_of(bench, {"x": "x\n"}, TRICKS))) == [
        ("look_alike", "a.py", 2),
        ("look_alike", "b.py", 1),
        ("look_alike", "c.js", 1),
        ("look_alike", "d.py", 2),
        ("look_alike", "e.md", 1),
    ]


def test_other_scripts_mathematics_and_emoji_are_fine(bench):
    assert found(homoglyphs(scene_of(bench, {"x": "x\n"}, HONEST))) == []


def test_the_letters_are_spelt_out_and_the_issue_may_ask_for_them(bench):
    scene = scene_of(bench, {"x": "x\n"}, TRICKS)
    assert next(iter(homoglyphs(scene))).message == "a word mixes letters that look alike: is_[U+0430]dmin"
    assert list(homoglyphs(asked(scene, "Refuse unicode homoglyphs in names"))) == []
