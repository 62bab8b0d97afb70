"""`airflow_settings.yaml`: read whole, refused with the key and never with a value."""

from pathlib import Path

import pytest

from include.overnight.domain.errors import SettingsError
from include.overnight.settings.airflow_file import read_airflow_settings

PROJECT = Path(__file__).parents[2]


def test_the_file_of_this_project_holds_both_pools_and_no_secret():
    settings = read_airflow_settings(PROJECT / "airflow_settings.yaml")
    assert [(one.pool_name, one.pool_slot) for one in settings.pools] == [
        ("overnight_builds", 5),
        ("overnight_issues", 8),
    ]
    assert [one.conn_id for one in settings.connections if one.says_something] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pools: []", ("no table `airflow`",)),
        ("airflow:\n  pools:\n    - pool_name: x\n", ("airflow.pools.0.pool_slot", "required")),
        ("airflow:\n  pool: []\n", ("airflow.pool", "not permitted")),
        ("airflow: [", ("not valid YAML", "line")),
        (
            "airflow:\n  connections:\n    - {conn_id: a, conn_type: http, conn_port: hunter2hunter2}\n",
            ("airflow.connections.0.conn_port", "valid integer"),
        ),
    ],
)
def test_a_wrong_file_is_refused_by_its_key(tmp_path, text, words):
    path = tmp_path / "airflow_settings.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_airflow_settings(path)
    assert [word for word in words if word not in str(refused.value)] == []
    assert "hunter2" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: cannot be read"):
        read_airflow_settings(tmp_path / "nowhere.yaml")
