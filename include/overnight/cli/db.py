"""`overnight db`: the ledger's schema; only `upgrade` migrates."""

from __future__ import annotations

from typing import Annotated

import typer

from ..domain.errors import SettingsError
from .console import say, say_exactly, speaking
from .desk import settings_desk

app = typer.Typer(help="The ledger's schema.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_command() -> None:
    """Create the ledger, or bring it to this version's schema."""
    with speaking():
        from ..adapters.ledger import upgrade

        upgrade(settings_desk().ledger_url)
        say("The ledger's schema is up to date.")


@app.command("downgrade")
def downgrade_command(
    revision: Annotated[str, typer.Argument(help="Revision to go back to; `base` drops everything.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the ledger back to an earlier schema; what only the later one can hold is lost."""
    with speaking():
        from ..adapters.ledger import downgrade
        from ..adapters.ledger.tables import REVISIONS

        known = ("base", *REVISIONS)
        if revision not in known:
            raise SettingsError(f"no schema {revision}: write one of {', '.join(known)}")
        url = settings_desk().ledger_url
        if not yes:
            typer.confirm(f"Take the ledger back to {revision}, and lose what it cannot hold?", abort=True)
        downgrade(url, revision)
        say(f"The ledger's schema is at {revision}.")


@app.command("check")
def check_command() -> None:
    """Say whether the ledger's schema is this version's."""
    with speaking():
        from ..adapters.ledger import check

        check(settings_desk().ledger_url)
        say("The ledger's schema is this version's.")


@app.command("roles")
def roles_command(
    name: Annotated[str, typer.Argument(help="Role that Overnight logs in as.")] = "overnight",
) -> None:
    """Print SQL for PostgreSQL: a role that cannot change history, and NAME_keeper, who archives."""
    with speaking():
        from ..adapters.ledger.roles import role_sql

        say_exactly(role_sql(name))
