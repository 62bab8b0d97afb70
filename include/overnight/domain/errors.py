"""Every failure Overnight can name.

OvernightError
├── Transient                 worth another try, unchanged
│   ├── RateLimited           … after `retry_after` seconds
│   ├── Unreachable           an endpoint does not answer
│   └── Contended             somebody else holds it just now (database lock, lease)
├── Rejected                  it ran, the answer was not good enough: heal, do not repeat
│   ├── ModelFailure          a model did not answer usably; `kind` says how
│   ├── Stuck                 the builder goes in circles
│   ├── TimedOut              the attempt's wall clock ended
│   ├── OverBudget            a dollar limit would be crossed
│   └── ChangeUnusable        the builder's result cannot become a commit
└── Terminal                  a human must look
    ├── SettingsError         settings, `.overnight.yml` or an argument are wrong
    ├── NotAuthorized         a token is missing, wrong or too weak
    ├── NotFound              the repository, issue or night does not exist (or cannot be seen)
    ├── Forbidden             GitHub understood and refuses (protected branch, archived, locked)
    ├── RepositoryUnusable    empty repository, no default branch, unreadable history
    ├── SandboxUnavailable    no confinement on this machine
    ├── DiskFull              no space left where the work happens
    ├── FenceLost             another worker took the issue over: stop at once, write nothing
    └── SchemaMismatch        the ledger's schema is not this version's
"""

from __future__ import annotations

from enum import StrEnum


class OvernightError(Exception):
    """Base of the tree; the message names the cause and the fix."""


class Transient(OvernightError):
    """A passing fault: a retry of the same call may help."""


class RateLimited(Transient):
    """Asked to wait; a retry helps after `retry_after` seconds (None: not told)."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(Transient):
    """An endpoint refused, hung or reset the connection, or answered 5xx; a retry may help."""


class Contended(Transient):
    """Somebody else holds it just now; a retry helps when they are done."""


class Rejected(OvernightError):
    """The attempt ran and was not good enough; repeating it unchanged does not help."""


class FailureKind(StrEnum):
    """How a model failed; the healing table decides on this and on nothing else."""

    TRANSPORT = "transport"
    RATE_LIMIT = "rate_limit"
    INSUFFICIENT_QUOTA = "insufficient_quota"
    AUTH = "auth"
    CONTEXT_EXHAUSTED = "context_exhausted"
    TIMEOUT = "timeout"
    MODEL_GONE = "model_gone"
    REFUSAL = "refusal"
    STUCK = "stuck"
    OVER_BUDGET = "over_budget"
    BAD_REQUEST = "bad_request"


class ModelFailure(Rejected):
    """A model did not answer usably.

    :param kind: classified by type and provider error code, never by message text.
    :param retry_after: seconds the provider asked us to wait, if it did.
    """

    def __init__(self, kind: FailureKind, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


class Stuck(Rejected):
    """The builder repeats the same call or the same error; another tier may do better."""


class TimedOut(Rejected):
    """The attempt's wall clock ended."""


class OverBudget(Rejected):
    """The next request could cross a dollar limit, so it was not sent.

    :param scope: whose limit: attempt, issue, night or month.
    """

    def __init__(self, message: str, scope: str = "attempt") -> None:
        super().__init__(message)
        self.scope = scope


class ChangeUnusable(Rejected):
    """The builder's result cannot become a commit (empty, escaping symlink, too large)."""


class Terminal(OvernightError):
    """A human must look; no retry helps."""


class SettingsError(Terminal):
    """Settings are wrong; the message names the key and the fix."""


class NotAuthorized(Terminal):
    """A token is missing, wrong, or lacks a permission."""


class NotFound(Terminal):
    """It does not exist, or the token may not see it."""


class Forbidden(Terminal):
    """The other side understood and refuses."""


class RepositoryUnusable(Terminal):
    """The target repository cannot be worked on."""


class SandboxUnavailable(Terminal):
    """No confinement is to be had on this machine; the message names the fix."""


class DiskFull(Terminal):
    """No space left on the device where the work happens."""


class FenceLost(Terminal):
    """Another worker holds the claim now; this one must write nothing more."""


class SchemaMismatch(Terminal):
    """The ledger's schema version is not the one this code needs."""
