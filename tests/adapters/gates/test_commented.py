from __future__ import annotations

from include.overnight.adapters.gates.coherence.commented import commented_out
from tests.adapters.gates.scenes import found, scene_of

COMMENTS = {
    "code.py": "y = 1\n# x = old(y)\n# if x:\n#     return x\n",
    "code.js": "// const x = old(y);\n// if (x) {\n//   return x;\n// }\n",
    "prose.py": "# Return the value\n# of the box, or\n# nothing at all.\nx = 1\n",
    "notes.py": "# shape: int\n# size\n# (a, b)\nx = 1\n",
    "example.py": "# >>> x = 1\n# >>> y = 2\n# >>> z = 3\n",
    "prose.js": "// The box is small,\n// and so is the lid (see there)\n// which is round.\n",
    "short.py": "# x = 1\n# y = 2\nz = 3\n",
    "page.md": "# x = 1\n# y = 2\n# z = 3\n",
}


def test_blocks_of_code_in_comments_are_told_from_prose(bench):
    scene = scene_of(bench, {"x": "x\n"}, COMMENTS)
    assert found(commented_out(scene)) == [("commented_out", "code.js", 1), ("commented_out", "code.py", 2)]
