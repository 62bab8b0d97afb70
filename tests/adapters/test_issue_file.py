"""An issue from a file, as people write it and as GitHub tells it."""

import json

import pytest

from include.overnight.adapters.issue_file import read_issue_file
from include.overnight.domain.errors import SettingsError


def _written(tmp_path, text, name="issue.md"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_the_first_heading_is_the_title_and_the_file_name_has_the_number(tmp_path):
    issue = read_issue_file(_written(tmp_path, "\n\n## Add an area ##\n\nIt should.\n", "42-area.md"))
    assert (issue.number, issue.title, issue.body) == (42, "Add an area", "It should.")


def test_text_without_a_heading_has_its_first_line_as_title(tmp_path):
    issue = read_issue_file(_written(tmp_path, "Add an area\nIt should.\n"))
    assert (issue.number, issue.title, issue.body) == (0, "Add an area", "It should.")


def test_github_s_object_is_read_with_labels_whether_open_or_closed(tmp_path):
    data = {"number": 7, "title": "T", "body": None, "state": "closed", "labels": [{"name": "bug"}]}
    issue = read_issue_file(_written(tmp_path, json.dumps(data, indent=2), "issue.json"))
    assert (issue.number, issue.title, issue.body, issue.labels) == (7, "T", "", ("bug",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", "is empty"),
        ("{", "not valid JSON"),
        ('{"title": "x"}', "integer `number`"),
        ("x" * 2**21, "larger"),
    ],
)
def test_a_file_that_holds_no_issue_is_refused_by_name(tmp_path, text, why):
    with pytest.raises(SettingsError, match=f"issue.md.*{why}"):
        read_issue_file(_written(tmp_path, text))
