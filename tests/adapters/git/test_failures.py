from __future__ import annotations

import pytest

from include.overnight.adapters.git.failures import brief, failure
from include.overnight.domain.errors import (
    DiskFull,
    Forbidden,
    NotAuthorized,
    NotFound,
    RateLimited,
    RepositoryUnusable,
    Unreachable,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fatal: write error: No space left on device", DiskFull),
        ("error: file write error: Disk quota exceeded", DiskFull),
        ("remote: This repository was archived so it is read-only.\nreturned error: 403", Forbidden),
        (" ! [remote rejected] main -> main (protected branch hook declined)", Forbidden),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", NotAuthorized),
        ("fatal: could not read Username for 'https://github.com': terminal prompts disabled", NotAuthorized),
        ("remote: Write access to repository not granted.", NotAuthorized),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found", NotFound),
        ("error: RPC failed; HTTP 429 curl 22", RateLimited),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", Unreachable),
        ("error: RPC failed; curl 56 GnuTLS recv error", Unreachable),
        ("fatal: early EOF", Unreachable),
        ("fatal: remote error: upload-pack: not our ref 1234", RepositoryUnusable),
        ("fatal: bad object HEAD", RepositoryUnusable),
    ],
)
def test_what_git_says_becomes_the_right_error(text, kind):
    error = failure("fetch octo/pantry", text)
    assert type(error) is kind
    assert "could not fetch octo/pantry" in str(error)


def test_secrets_and_url_credentials_are_struck_out():
    said = brief("fatal: https://user:pw@host/x s3cr3t failed\n\n  again s3cr3t ", ("s3cr3t",))
    assert said == "fatal: https://***@host/x *** failed; again ***"


def test_long_texts_are_capped():
    assert len(brief("x" * 10_000)) == 600
