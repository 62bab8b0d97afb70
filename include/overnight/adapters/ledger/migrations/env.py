"""Run by Alembic inside the transaction that `upgrade.py` holds; there is no offline mode.

Alembic loads this file by path, outside any package, so its imports cannot be relative.
"""

from __future__ import annotations

from alembic import context

from include.overnight.adapters.ledger.outbox.tables import outbox
from include.overnight.adapters.ledger.tables import version

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=outbox.metadata,
    version_table=version.name,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
