"""The reviewing model's answer: each acceptance criterion met or not, with a quote from the diff as proof."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import FailureKind

UNUSABLE = frozenset(
    {
        FailureKind.BAD_REQUEST,
        FailureKind.CONTEXT_EXHAUSTED,
        FailureKind.REFUSAL,
        FailureKind.STUCK,
        FailureKind.TIMEOUT,
    }
)
"""A reviewer that fails so was there, and what it was shown may have led to it; the others are down."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the reviewer says of one acceptance criterion.

    :param criterion: the criterion's text, as it was asked.
    :param quote: lines of the diff that prove it, verbatim; a quote that is not there proves nothing.
    """

    criterion: str
    met: bool
    quote: str = ""
    path: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewing model's opinion of one change; untrusted until its quotes are found in the diff.

    :param out_of_scope: paths or sentences about what the issue did not ask for.
    :param against_instructions: instructions of the repository that the change disobeys.
    :param tier: the tier it came from, never the builder's attempt.
    :param unusable: why the reviewer that was asked gave no opinion; nothing is proved then.
    """

    judgements: tuple[Judgement, ...]
    out_of_scope: tuple[str, ...] = ()
    against_instructions: tuple[str, ...] = ()
    model: str = ""
    tier: str = ""
    unusable: str = ""


@dataclass(frozen=True, slots=True)
class ReviewBrief:
    """What a reviewer is shown; issue and diff are hostile text.

    :param criteria: acceptance criteria, in order.
    :param instructions: the repository's instruction files (path, text).
    """

    title: str
    body: str
    criteria: tuple[str, ...]
    diff: str
    instructions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that a model wrote, before anybody believed it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class TestBrief:
    """What a test writer is shown.

    :param examples: existing test files (path, beginning of the text), for their style.
    :param sources: files that the issue names (path, text).
    """

    __test__ = False

    title: str
    body: str
    criteria: tuple[str, ...]
    test_command: str
    examples: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanBrief:
    """What the writer of an architecture plan is shown.

    :param failures: what went wrong in the attempts so far, newest last.
    """

    title: str
    body: str
    files: tuple[str, ...]
    sources: tuple[tuple[str, str], ...] = ()
    instructions: tuple[tuple[str, str], ...] = ()
    earlier_plan: str = ""
    failures: tuple[str, ...] = ()
