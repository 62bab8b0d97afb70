"""`overnight db`: the ledger's schema; only `upgrade` migrates."""

from __future__ import annotations

from typing import Annotated

import typer

from .console import say, speaking
from .desk import settings_desk

app = typer.Typer(help="The ledger's schema.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_command() -> None:
    """Create the ledger, or bring it to this version's schema."""
    from ..adapters.ledger import upgrade

    with speaking():
        upgrade(settings_desk().ledger_url)
    say("The ledger's schema is up to date.")


@app.command("downgrade")
def downgrade_command(revision: Annotated[str, typer.Argument(help="Alembic revision, or base.")]) -> None:
    """Take the ledger back to an earlier schema."""
    from ..adapters.ledger import downgrade

    with speaking():
        downgrade(settings_desk().ledger_url, revision)
    say(f"The ledger's schema is at {revision}.")


@app.command("check")
def check_command() -> None:
    """Say whether the ledger's schema is this version's."""
    from ..adapters.ledger import check

    with speaking():
        check(settings_desk().ledger_url)
    say("The ledger's schema is this version's.")
