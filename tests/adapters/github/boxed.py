"""Writers that share an outbox on a fresh ledger, as the workers of a night do."""

from itertools import count

from include.overnight.adapters.github import GitHubWriter, Pace, Pacer
from include.overnight.adapters.ledger import LedgerDatabase, upgrade


def outbox_in(folder):
    """Return a fresh outbox, its ledger's URL beside it."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    upgrade(url)
    return LedgerDatabase(url), url


def writer_on(client, patience, outbox):
    pacer = Pacer(Pace.unhurried(), clock=count(step=1_000_000.0).__next__)
    return GitHubWriter(client, clean=str, pacer=pacer, patience=patience, outbox=outbox)
