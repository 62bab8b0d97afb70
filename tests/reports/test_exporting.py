"""What is exported is what is stored, in the same order."""

import json

import pyarrow.parquet as pq

from include.overnight.domain.events import EventQuery
from include.overnight.reports.exporting import SCHEMA, export_parquet


def test_parquet_holds_every_event_with_its_metadata_in_pages(database, tmp_path):
    path = tmp_path / "events.parquet"
    count = export_parquet(database.ledger, path, page=700)
    table = pq.read_table(path)
    stored = list(database.ledger.scan(EventQuery(limit=None, oldest_first=True)))
    assert table.schema == SCHEMA
    assert table.num_rows == count == len(stored)
    assert table.column("id").to_pylist() == [event.id for event in stored]
    assert json.loads(table.column("metadata")[0].as_py()) == stored[0].metadata


def test_an_empty_ledger_gives_a_file_with_columns_and_no_rows(empty, tmp_path):
    assert export_parquet(empty.ledger, tmp_path / "none.parquet") == 0
    assert pq.read_table(tmp_path / "none.parquet").schema == SCHEMA
