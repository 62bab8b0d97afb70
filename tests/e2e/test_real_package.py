"""A night on a package that people really use: its own suite is the judge, with defects known on base."""

import subprocess
import sys
import tarfile

import pytest

from .conftest import PACKAGE
from .scripts import edit, put_script, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

REQUIREMENT = "cachetools==5.5.2"
SETTINGS = """\
lint: false  # its authors' linter is not installed here
test: python -m pytest -q -p no:cacheprovider tests
environment:
  PYTHONPATH: src
  PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1"
"""
TYPED, LARGE, WRONG = 401, 402, 403
KEYS, CACHE = "src/cachetools/keys.py", "src/cachetools/__init__.py"
TYPES = "    key += tuple(type(v) for v in args)\n"
REFUSAL = '        if size > maxsize:\n            raise ValueError("value too large")\n'
REFUSES_NOTHING = "        if size > maxsize:\n            maxsize = size\n"
SORTED = "args + sum(sorted(kwargs.items()), _kwmark)"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The unpacked source distribution, as its authors published it."""
    folder = tmp_path_factory.mktemp("package")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
    done = subprocess.run([*command, "--dest", folder, REQUIREMENT], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{REQUIREMENT} cannot be downloaded from a package registry here")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return unpacked


@pytest.fixture(scope="module")
def night(house, tree):
    """A night on three issues: two true defects with their mending, one with a change that breaks more."""
    owner, name = PACKAGE.split("/")
    (tree / ".overnight.yml").write_text(SETTINGS)
    plant(tree / KEYS, TYPES, "")
    plant(tree / CACHE, REFUSAL, REFUSES_NOTHING)
    house.forge.create_repository(owner, name, tree)
    scripts = house.home / "scripts"
    before = "    key = hashkey(*args, **kwargs)\n"
    put_script(scripts, TYPED, [run("grep -n typedkey -A6 " + KEYS), edit(KEYS, before, before + TYPES)])
    put_script(scripts, LARGE, [edit(CACHE, REFUSES_NOTHING, REFUSAL)])
    put_script(scripts, WRONG, [edit(KEYS, SORTED, "args + tuple(kwargs)")])
    for number, title, body in (
        (TYPED, "typedkey tells 3 and 3.0 apart no longer", f"See `{KEYS}`: positional arguments."),
        (LARGE, "A value larger than the cache is stored", f"`{CACHE}`: it should raise ValueError."),
        (WRONG, "Make keys of keyword arguments shorter", f"`{KEYS}`: hashkey adds name and value of each."),
    ):
        by = {"author": "lead", "author_association": "OWNER", "labels": ["bug"]}
        house.forge.create_issue(PACKAGE, title, body, number=number, **by)
    return house.play(PACKAGE, dry_run=False, enable_model_escalation=False)


def plant(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} has changed: the defect cannot be planted"
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def failing(house, night, tmp_path_factory):
    """Branch (or main) → the tests of the package's own suite that fail there, told by pytest itself."""
    told = {}
    for ref in ("main", *(row["branch"] for row in night.issues.values() if row["branch"])):
        clone = tmp_path_factory.mktemp("clone")
        source = str(house.forge.bare(PACKAGE).path)
        subprocess.run(["git", "clone", "--quiet", "--branch", ref, source, clone], check=True)
        told[ref] = failing_tests(clone)
    return told


def failing_tests(clone):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rf", "tests"]
    quiet = {"PYTHONPATH": "src", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
    done = subprocess.run(command, cwd=clone, env=quiet, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return {line.removeprefix("FAILED ").split(" - ")[0] for line in lines}


def test_both_mended_defects_become_pull_requests_and_the_breaking_change_fails(night):
    assert night.state == "success"
    assert night.statuses() == {TYPED: "pull_request", LARGE: "pull_request", WRONG: "failed"}


def test_each_pull_request_mends_its_defect_and_leaves_the_other_known_failures(night, failing):
    on_base = failing["main"]
    left = {number: failing[night.issues[number]["branch"]] for number in (TYPED, LARGE)}
    assert on_base
    assert left[TYPED] < on_base
    assert left[LARGE] < on_base
    assert not left[TYPED] & left[LARGE]
    assert left[TYPED] | left[LARGE] == on_base


def test_the_verdict_tells_known_failures_from_new_ones(house, night, failing):
    for number in (TYPED, LARGE):
        row = night.issues[number]
        body = house.forge.issue(PACKAGE, row["pull_request"]).body
        known = len(failing[row["branch"]])
        assert row["gates"]["test"] == "pass"
        assert f"nothing is worse than on the base; {known} fail there as well" in body


def test_what_failed_says_that_tests_newly_fail(night):
    assert night.issues[WRONG]["pull_request"] is None
    assert "newly failing" in night.issues[WRONG]["reason"]


def test_a_diff_is_the_mending_and_nothing_else(house, night):
    bare = house.forge.bare(PACKAGE)
    for number, path in ((TYPED, KEYS), (LARGE, CACHE)):
        changes = bare.changes("main", night.issues[number]["branch"])
        assert [change.path for change in changes] == [path]
