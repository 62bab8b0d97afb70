"""The example notebook runs from top to bottom, on a past and on none."""

import json
from pathlib import Path

import pytest

from include.overnight.adapters.ledger import upgrade

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "reports.ipynb"


def run(monkeypatch, home, url):
    monkeypatch.setenv("OVERNIGHT_LEDGER_URL", url)
    monkeypatch.setenv("OVERNIGHT_HOME", str(home))
    monkeypatch.setenv("OVERNIGHT_SETTINGS", str(home / "overnight.toml"))
    (home / "overnight.toml").touch()
    names = {}
    for cell in json.loads(NOTEBOOK.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
    return names


def test_it_runs_on_a_past(monkeypatch, tmp_path, ledger_url):
    names = run(monkeypatch, tmp_path, ledger_url)
    assert {tile.label: tile.value for tile in names["report"].tiles}["Nights"] == "38"
    assert len(names["rates"]) > 5


def test_it_runs_on_an_empty_ledger(monkeypatch, tmp_path):
    upgrade(f"sqlite:///{tmp_path / 'new.db'}")
    assert len(run(monkeypatch, tmp_path, f"sqlite:///{tmp_path / 'new.db'}")["rates"]) == 0


@pytest.mark.parametrize("cell", json.loads(NOTEBOOK.read_text())["cells"])
def test_no_output_of_somebodys_own_ledger_is_kept(cell):
    assert not cell.get("outputs")
