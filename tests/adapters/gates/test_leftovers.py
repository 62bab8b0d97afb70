from __future__ import annotations

from include.overnight.adapters.gates.coherence.leftovers import conflicts, leftovers
from tests.adapters.gates.scenes import asked, found, scene_of

LEFT = {
    "src/a.js": "const a = 1;\n  debugger;\nconsole.log(a);\nthrow new Error('Not implemented');\n",
    "src/b.ts": "// TODO: the rest\n/* FIXME later */\n",
    "src/c.go": 'package c\nfmt.Println(x)\npanic("not implemented")\n',
    "src/d.rs": "dbg!(x);\ntodo!()\n",
    "src/e.php": "var_dump($x);\n",
    "src/f.rb": "binding.pry\n",
    "src/G.java": "System.out.println(x);\n",
    "src/h.py": "x = 1  # XXX\n",
}
EXPECTED = [
    ("debug_print", "src/G.java", 1),
    ("debug_print", "src/a.js", 3),
    ("debug_print", "src/c.go", 2),
    ("debug_print", "src/d.rs", 1),
    ("debug_print", "src/e.php", 1),
    ("debugger", "src/a.js", 2),
    ("debugger", "src/f.rb", 1),
    ("placeholder", "src/a.js", 4),
    ("placeholder", "src/c.go", 3),
    ("placeholder", "src/d.rs", 2),
    ("todo", "src/b.ts", 1),
    ("todo", "src/b.ts", 2),
    ("todo", "src/h.py", 1),
]
HONEST = {
    "src/a.js": "const debuggerUrl = 'x'; // no debugger here\nlogger.log(a);\nshow(`console.log`);\n",
    "src/cli.js": "console.log('done');\n",
    "bin/run.js": "console.log('done');\n",
    "src/loud.js": "console.log('a');\nconsole.log('b');\n",
    "test/a.test.js": "console.log('seen');\n",
    "cmd/x/main.go": "fmt.Println(x)\n",
    "src/todo.py": "class Todo:\n    TODO = 'x'\n    text = 'a TODO-list'\n",
    "docs/a.md": "- TODO: a page\n\n```js\nconsole.log(1)\n```\n",
    "src/moved.js": "// TODO: old\n",
}
OLD = {"src/loud.js": "console.log('a');\n", "src/was.js": "// TODO: old\nconst x = 1;\n"}


def test_what_was_left_over_is_found_in_every_language(bench):
    assert found(leftovers(scene_of(bench, {"a": "a\n"}, LEFT))) == EXPECTED


def test_what_only_looks_like_it_is_fine(bench):
    scene = scene_of(bench, OLD, {**HONEST, "src/was.js": "const x = 1;\n"})
    assert found(leftovers(scene)) == []


def test_the_issue_may_ask_for_output_and_todos(bench):
    scene = scene_of(bench, {"a": "a\n"}, LEFT)
    rules = [rule for rule, _, _ in found(leftovers(asked(scene, "Print the result; mark gaps with a TODO")))]
    assert sorted(set(rules)) == ["debug_print", "debugger", "placeholder"]
    assert rules.count("debug_print") == 2


def test_conflict_markers_are_found_in_files_of_every_kind(bench):
    text = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> main\n"
    scene = scene_of(bench, {"a": "a\n"}, {"a.md": text, "b.py": text, "c.rst": "Title\n=======\n"})
    assert found(conflicts(scene)) == [
        ("conflict", "a.md", 2),
        ("conflict", "a.md", 6),
        ("conflict", "b.py", 2),
        ("conflict", "b.py", 6),
    ]
