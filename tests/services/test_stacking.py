"""Issues that need several changes: one base of all of them, or a blocked issue that names the files."""

import pytest

from include.overnight.domain.events import EventType
from include.overnight.services.reading import latest

from ..fakes import writes
from ..staging import REPOSITORY, of

COLOUR = writes("colour.py", "RED = 1  # the first colour of the rainbow\n")
SHADE = writes("shade.py", "SHADE = 2  # darker than the colour it belongs to\n")
BOTH = writes("both.py", "from colour import RED\nfrom shade import SHADE\n\nBOTH = RED + SHADE\n")


def pull_from(stage, branch):
    return next(pull for pull in stage.forge.pull_requests(REPOSITORY) if pull.head == branch)


def trio(stage, shade=SHADE):
    first, second = stage.issue("Add a colour"), stage.issue("Add a shade")
    third = stage.issue("Add both", f"Depends on #{first} and #{second}")
    return (first, second, third), stage.desk({first: [COLOUR], second: [shade], third: [BOTH]})


def test_a_change_on_two_unmerged_ones_is_built_on_both_and_its_pull_request_shows_its_own_files(stage):
    (first, second, third), desk = trio(stage)
    night = stage.night(desk)
    assert of(night, third).status == "pull_request", of(night, third).reason
    pull = pull_from(stage, f"overnight/{third}-add-both")
    assert (pull.base, pull.draft) == (f"overnight/base-of-{third}", True)
    bare = stage.forge.bare(REPOSITORY)
    assert [file.path for file in bare.changes(pull.base, pull.head)] == ["both.py"]
    body = stage.forge.issue(REPOSITORY, pull.number).body
    assert f"`overnight/{first}-add-a-colour`, `overnight/{second}-add-a-shade`" in body
    assert "Do not merge it there" in body


@pytest.mark.slow
def test_a_dry_run_joins_as_a_real_night_does_and_pushes_nothing(stage):
    (_, _, third), desk = trio(stage)
    night = stage.night(desk, dry_run=True)
    assert of(night, third).status == "judged", of(night, third).reason
    assert list(stage.forge.bare(REPOSITORY).refs("refs/heads/")) == ["refs/heads/main"]


def test_changes_that_conflict_block_the_dependent_with_the_files_named(stage):
    (first, second, third), desk = trio(stage, writes("colour.py", "BLUE = 3  # the last one of them\n"))
    night = stage.night(desk)
    row = of(night, third)
    assert row.status == "blocked"
    assert f"#{first}, #{second}" in row.reason
    assert "conflict in colour.py" in row.reason


@pytest.mark.slow
def test_one_dependency_that_is_merged_and_one_in_an_open_pull_request_of_another_night(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add a shade")
    stage.night(stage.desk({first: [COLOUR], second: [SHADE]}))
    pull = pull_from(stage, f"overnight/{first}-add-a-colour")
    stage.forge.world.store.pulls.put(type(pull)(**{**_fields(pull), "draft": False}))
    stage.forge.merge(pull, "lead")
    third = stage.issue("Add both", f"Depends on #{first} and #{second}")
    desk = stage.desk({third: [BOTH]})
    night = stage.night(desk)
    assert of(night, third).status == "pull_request", of(night, third).reason
    opened = pull_from(stage, f"overnight/{third}-add-both")
    bare = stage.forge.bare(REPOSITORY)
    assert [file.path for file in bare.changes(opened.base, opened.head)] == ["both.py"]
    built = latest(desk, night.id, EventType.CHANGE_BUILT, issue=third)
    assert bare.contains(built.metadata["base_sha"], bare.branch("main"))


def _fields(pull):
    return {name: getattr(pull, name) for name in pull.__dataclass_fields__}
