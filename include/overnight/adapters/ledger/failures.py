"""Foreign database errors become ours, once, by code and never by message text where a code exists."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import URL, exc
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from ...domain.errors import (
    Contended,
    DiskFull,
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    SchemaMismatch,
    SettingsError,
    Unreachable,
)
from .engine import describe

UPGRADE_COMMAND = "overnight db upgrade"

_Make = Callable[[str], OvernightError]


def _contended(name: str) -> OvernightError:
    return Contended(f"{name} is busy with other writers; try again")


def _disk_full(name: str) -> OvernightError:
    return DiskFull(f"no space left for {name}; free some and retry")


def _schema(name: str) -> OvernightError:
    return SchemaMismatch(f"{name} has not the schema this version needs; run `{UPGRADE_COMMAND}`")


def _append_only(name: str) -> OvernightError:
    return Forbidden(f"{name} is append-only: events are never changed or deleted; use a tombstone")


def _not_writable(name: str) -> OvernightError:
    return SettingsError(
        f"{name} cannot be opened for writing; check OVERNIGHT_LEDGER_URL and the folder's owner"
    )


def _not_a_ledger(name: str) -> OvernightError:
    return SettingsError(f"{name} is damaged or no database at all; restore it from a backup")


def _unreachable(name: str) -> OvernightError:
    return Unreachable(f"{name} does not answer; is the server up and OVERNIGHT_LEDGER_URL right?")


def _refused(name: str) -> OvernightError:
    return NotAuthorized(f"{name} refuses our user or password; check OVERNIGHT_LEDGER_URL")


def _no_database(name: str) -> OvernightError:
    return NotFound(f"{name} does not exist; create it, then run `{UPGRADE_COMMAND}`")


def _unstorable(name: str) -> OvernightError:
    return SettingsError(
        f"{name} cannot store a value it was given (missing, too long, with a NUL, or of the wrong type)"
    )


SQLITE: Mapping[int, _Make] = {
    sqlite3.SQLITE_BUSY: _contended,
    sqlite3.SQLITE_LOCKED: _contended,
    sqlite3.SQLITE_FULL: _disk_full,
    sqlite3.SQLITE_READONLY: _not_writable,
    sqlite3.SQLITE_CANTOPEN: _not_writable,
    sqlite3.SQLITE_PERM: _not_writable,
    sqlite3.SQLITE_CORRUPT: _not_a_ledger,
    sqlite3.SQLITE_NOTADB: _not_a_ledger,
    sqlite3.SQLITE_IOERR: _unreachable,
    sqlite3.SQLITE_ERROR: _schema,
    sqlite3.SQLITE_CONSTRAINT: _unstorable,
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: _append_only,
}
"""By extended result code, else by the primary one. Our own statements are fixed text, so a plain SQL error
is a missing table."""

POSTGRESQL: Mapping[str, _Make] = {
    "40001": _contended,
    "40P01": _contended,
    "55P03": _contended,
    "57014": _contended,
    "53300": _contended,
    "53100": _disk_full,
    "53": _unreachable,
    "57P": _unreachable,
    "08": _unreachable,
    "28": _refused,
    "42501": _refused,
    "3D000": _no_database,
    "3F": _schema,
    "42": _schema,
    "22": _unstorable,
    "P0001": _append_only,
    "23": _unstorable,
}
"""By SQLSTATE; the longest prefix that fits wins."""


@contextmanager
def speaking_sql(url: URL) -> Iterator[None]:
    """Re-raise the database's errors as ours; no message of ours holds a password or a parameter."""
    try:
        yield
    except exc.TimeoutError as error:
        raise _contended(describe(url)) from error
    except DBAPIError as error:
        raise _translate(error)(describe(url)) from error
    except (StatementError, UnicodeEncodeError) as error:
        raise _unstorable(describe(url)) from error
    except SQLAlchemyError as error:
        raise Unreachable(f"{describe(url)}: {type(error).__name__}") from error


def _translate(error: DBAPIError) -> _Make:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE.get(code) or SQLITE.get(code & 0xFF, _unreachable)
    state = getattr(error.orig, "sqlstate", None) or _state_in(error)
    fitting = [prefix for prefix in POSTGRESQL if state.startswith(prefix)]
    return POSTGRESQL[max(fitting, key=len)] if fitting else _fallback(error)


def _state_in(error: DBAPIError) -> str:
    """Guess the SQLSTATE of a refused connection, for which libpq gives the text alone."""
    text = str(error.orig)
    if "authentication failed" in text or "no password supplied" in text:
        return "28P01"
    if "database" in text and "does not exist" in text:
        return "3D000"
    return "53300" if "too many clients" in text else ""


def _fallback(error: DBAPIError) -> _Make:
    operational = type(error.orig).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}
    return _unreachable if operational or error.connection_invalidated else _unstorable
