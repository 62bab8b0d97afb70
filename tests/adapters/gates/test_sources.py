from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.protection.sources import dependency_changes


def changes(path: str, old: str, new: str) -> tuple[list[str], list[str]]:
    findings, names = dependency_changes(
        [FileDiff(path, path)], {path: old.encode()}.get, {path: new.encode()}.get
    )
    return [finding.message for finding in findings], names


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("requirements.txt", "evil @ https://evil.example/x.whl\n"),
        ("requirements.txt", "git+https://evil.example/x.git\n"),
        ("requirements/dev.txt", "-e git+ssh://git@evil.example/x.git#egg=evil\n"),
        ("requirements.txt", "--extra-index-url https://evil.example/simple\n"),
        ("requirements.txt", "--index-url=https://evil.example/simple\n"),
        ("pyproject.toml", '[project]\ndependencies = ["evil @ git+https://evil.example/x"]\n'),
        ("pyproject.toml", '[dependency-groups]\ndev = ["evil @ https://evil.example/x.zip"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nevil = {git = "https://evil.example/x"}\n'),
        ("package.json", '{"dependencies": {"evil": "git+https://evil.example/x.git"}}'),
        ("package.json", '{"devDependencies": {"evil": "somebody/evil"}}'),
        ("package.json", '{"dependencies": {"evil": "https://evil.example/x.tgz"}}'),
        ("Cargo.toml", '[dependencies]\nevil = { git = "https://evil.example/x" }\n'),
        ("go.mod", "module x\nreplace a.example/b => evil.example/b v1.0.0\n"),
    ],
)
def test_a_dependency_from_an_address_is_found(path, new):
    findings, _ = changes(path, "", new)
    assert len(findings) == 1


@pytest.mark.parametrize(
    ("path", "old", "new", "names"),
    [
        (
            "requirements.txt",
            "a==1\n",
            "a==2\nb>=1  # see https://b.example\nc[x]~=1 ; python_version > '3'\n",
            ["b", "c"],
        ),
        ("pyproject.toml", "", '[project]\ndependencies = ["a", "b>1"]\n', ["a", "b"]),
        ("package.json", "{}", '{"dependencies": {"a": "^1.0.0", "@s/b": "workspace:*"}}', ["@s/b", "a"]),
        ("Cargo.toml", "", '[dependencies]\na = "1"\nb = { version = "1", features = ["x"] }\n', ["a", "b"]),
        ("go.mod", "", "module x\nrequire (\n\ta.example/b v1.2.3 // indirect\n)\n", ["a.example/b"]),
        ("src/x.py", "", "import a\n", []),
    ],
)
def test_dependencies_by_name_are_listed_and_allowed(path, old, new, names):
    assert changes(path, old, new) == ([], names)


def test_an_old_address_is_not_the_changes():
    old = "evil @ https://evil.example/x.whl\n"
    assert changes("requirements.txt", old, old + "a==1\n") == ([], ["a"])


def test_a_lock_file_that_fetches_from_a_new_host_is_found():
    old = '{"a": {"resolved": "https://registry.example/a.tgz"}}\n'
    new = old + '{"b": {"resolved": "https://evil.example/b.tgz"}}\n'
    findings, _ = changes("package-lock.json", old, new)
    assert findings == ["packages are fetched from evil.example, a new host"]
    assert changes("package-lock.json", old, old + '{"resolved": "https://registry.example/c.tgz"}')[0] == []


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "package.json", "Cargo.toml", "go.mod", "requirements.txt"]
)
def test_an_unreadable_manifest_breaks_nothing(path):
    changes(path, "\0[[[", '{"dependencies": []' + "[" * 3000)
    changes(path, "", '{"dependencies": 1, "project": 2}')
    changes(path, "", 'project = 1\ntool = 2\n"dependency-groups" = 3\n')
