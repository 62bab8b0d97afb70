"""Many rows at once: one prepared statement, values as they are stored, nothing converted twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, Table

_ARRAYS = {BigInteger: "bigint[]", Integer: "integer[]", Boolean: "boolean[]"}
"""Column type → PostgreSQL's array of it; every other column of ours is text."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as values in the order of the table's columns, moments as stored text."""
    if not rows:
        return
    statement = _statement(table, connection.dialect.name)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
    else:
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])


@cache
def _statement(table: Table, dialect: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if dialect == "postgresql":
        arrays = ", ".join(f"%s::{_array(column)}" for column in table.columns)
        return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - our names
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our names


def _array(column: Column[Any]) -> str:
    return _ARRAYS.get(type(column.type), "text[]")
