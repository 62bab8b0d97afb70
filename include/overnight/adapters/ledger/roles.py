"""Rights on PostgreSQL: a role that works without being able to change history, and one that keeps it."""

from __future__ import annotations

import re

from ...domain.errors import SettingsError
from .outbox.tables import outbox

GROWING = ("events", "payloads", "archived_streams")
"""Read and added to, nothing else."""
FORWARD = ("heads", "commitments")
"""Also moved on, which their triggers allow forwards alone."""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")


def role_sql(name: str, schema: str = "public") -> str:
    """Return the SQL that makes the roles NAME and NAME_keeper, to be run by the owner of the tables.

    NAME is what tasks, web and command line log in as. NAME_keeper can also tombstone and archive; grant it
    to nobody but the person, or the monthly task, that does so. Neither owns a table, so neither can drop a
    trigger.

    :raises SettingsError: not a plain name.
    """
    for given in (name, schema):
        if not _NAME.fullmatch(given):
            raise SettingsError(f"{given!r} is no plain name: lower-case letters, digits and _")
    keeper = f"{name}_keeper"
    every = sorted(outbox.metadata.tables)
    state = [table for table in every if table not in (*GROWING, *FORWARD)]
    lines = (
        f"CREATE ROLE {name} LOGIN;",
        f"CREATE ROLE {keeper} LOGIN IN ROLE {name};",
        f"GRANT USAGE ON SCHEMA {schema} TO {name};",
        f"GRANT SELECT ON overnight_version TO {name};",
        f"GRANT SELECT, INSERT ON {', '.join(GROWING)} TO {name};",
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(FORWARD)} TO {name};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(state)} TO {name};",
        f"GRANT UPDATE (body, salt), DELETE ON payloads TO {keeper};",
        f"GRANT DELETE ON events TO {keeper};",
    )
    return "\n".join(lines)
