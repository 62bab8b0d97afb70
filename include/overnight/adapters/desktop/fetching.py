"""Fetch into refs of our own: the developer's refs, FETCH_HEAD and tags stay as they are."""

from __future__ import annotations

from ...domain.checkouts import Checkout
from ...domain.errors import NotFound, RepositoryUnusable
from .places import Place
from .refs import is_part, shas_of

FETCHED = "refs/overnight/fetched"
SEEN = "refs/overnight/seen"
_FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-auto-gc", "--no-write-fetch-head", "--refmap="),
    *("--no-recurse-submodules", "--no-prune", "--force"),
)


def remote_branch(place: Place, checkout: Checkout, again: bool) -> str:
    """Return the branch to keep level: the configured one, else the remote's default one."""
    if checkout.branch:
        return checkout.branch
    known = f"{SEEN}/{checkout.remote}/HEAD"
    if again:
        return place.git.attempt("symbolic-ref", "--quiet", known).text.removeprefix(
            f"{SEEN}/{checkout.remote}/"
        )
    said = place.git.ask(
        f"ask {checkout.remote} for its default branch",
        "ls-remote",
        "--symref",
        "--",
        checkout.remote,
        "HEAD",
        seconds=checkout.fetch_seconds,
    ).text
    name = next(
        (
            line.split("\t")[0].removeprefix("ref: refs/heads/")
            for line in said.splitlines()
            if "ref: " in line
        ),
        "",
    )
    if name:
        target = f"{SEEN}/{checkout.remote}/{name}"
        place.git.ask("remember the default branch", "symbolic-ref", known, target)
    return name


def fetch(place: Place, checkout: Checkout, branch: str, head: str, again: bool) -> tuple[str, bool]:
    """Fetch a branch; return its sha ("" when there is none) and whether its history was rewritten.

    Rewritten: neither what was seen there last is part of it, nor is it part of what is checked out.
    """
    git = place.git
    fetched, seen = f"{FETCHED}/{checkout.remote}/{branch}", f"{SEEN}/{checkout.remote}/{branch}"
    if not again:
        try:
            git.ask(
                f"fetch {checkout.remote}",
                *_FETCH,
                "--",
                checkout.remote,
                f"+refs/heads/{branch}:{fetched}",
                seconds=checkout.fetch_seconds,
            )
        except (RepositoryUnusable, NotFound) as error:
            if "remote ref" not in str(error):
                raise
            return "", False
    tracking = f"refs/remotes/{checkout.remote}/{branch}"
    known = shas_of(git, fetched, seen, tracking)
    sha, last = known[fetched], known[seen] or known[tracking]
    rewritten = bool(last) and head != sha and not is_part(git, last, sha)
    if not rewritten and sha != known[seen]:
        git.ask("remember what was seen", "update-ref", seen, sha)
    return sha, rewritten
