"""Tests from the acceptance criteria, within an issue's build: written once, proved on every change."""

from __future__ import annotations

from collections.abc import Sequence

from ..documents import from_document, to_document
from ..domain.changes import Attempt, Change, Checkpoint
from ..domain.errors import ChangeUnusable, ModelFailure
from ..domain.gates import Verdict
from ..domain.generating import GeneratedTests
from ..domain.models import Tier
from ..domain.reviewing import WrittenFile
from ..ports import Budget, Healer
from .generating import place_tests, write_tests
from .proving import prove_tests
from .steering import builder_meets
from .trials import record
from .workshop import Workshop

_SHOWN = 4_000
_RED = "tests written from the issue's acceptance criteria fail on the change"
"""How the feedback begins of the one attempt that red tests cost."""


def propose_tests(shop: Workshop, tier: Tier, budget: Budget, healer: Healer) -> None:
    """Have tests written before the first attempt; retries and other workers use the same ones.

    :raises ModelFailure: the builder's own request would meet it too.
    """
    if not shop.night.order.gates.generate_tests or _known(shop) is not None:
        return
    if shop.start is not None:  # its tests were written, proved and published with the change
        return
    try:
        written = write_tests(
            shop.desk,
            shop.night,
            shop.issue,
            shop.commands,
            shop.tree("base"),
            str(tier),
            budget,
            healer,
            claim=shop.claim,
        )
    except ModelFailure as error:  # nothing is remembered: the next attempt has them written
        if builder_meets(shop.night, tier, error):
            raise
        return
    shop.desk.records.remember(_key(shop), to_document(written))


def with_proven_tests(shop: Workshop, change: Change, message: str, history: Sequence[Attempt]) -> Change:
    """Return the change with the tests that prove themselves on it, or as it is when none does.

    A test that fails on a finished change is wrong, or the change is incomplete or made for the tests it was
    shown. Nobody can say which, so it costs one more attempt and is dropped when it fails again.

    :raises ChangeUnusable: tests fail on the change for the first time; the message shows them.
    """
    written = _known(shop)
    if written is None or not written.kept:
        return change
    tree = shop.tree("build")
    proved = prove_tests(
        shop.desk, shop.night, shop.issue, shop.commands, tree, change, written, claim=shop.claim
    )
    _refuse_once([file for file in written.kept if file.path in proved.red], history)
    if not proved.kept:
        return change
    place_tests(tree, proved)
    if shop.desk.workspace.commit(tree, f"Tests for {message}", shop.night.order) is None:
        return change
    return shop.desk.workspace.pack(tree, change.issue, change.branch)


def without_tests(shop: Workshop, checkpoint: Checkpoint, verdict: Verdict) -> Change | None:
    """Return the change without its written tests when every complaint is about them, None otherwise.

    A builder cannot mend what it did not write: a written test that breaks a rule is dropped.
    """
    plain = checkpoint.plain
    if plain is None:
        return None
    added = {*checkpoint.change.files} - {*plain.files}
    told = [finding for result in verdict.failures for finding in result.findings]
    if not all(result.findings for result in verdict.failures) or not {one.path for one in told} <= added:
        return None
    why = {finding.path: f"gate says: {finding.message}" for finding in told}
    dropped = GeneratedTests(
        dropped=tuple((path, why.get(path, "dropped with another")) for path in sorted(added))
    )
    record(shop.desk, shop.night, shop.issue, dropped, "judged", shop.claim)
    shop.desk.workspace.rollback(shop.tree("build"), plain.head_sha)
    return plain


def _refuse_once(red: Sequence[WrittenFile], history: Sequence[Attempt]) -> None:
    if not red or any(attempt.feedback.startswith(_RED) for attempt in history):
        return
    texts = "\n\n".join(f"{file.path}:\n{file.text[:_SHOWN]}" for file in red)
    raise ChangeUnusable(f"{_RED}:\n\n{texts}")


def _key(shop: Workshop) -> str:
    return f"tests/{shop.night.id}/{shop.issue.number}/{shop.base.sha}"


def _known(shop: Workshop) -> GeneratedTests | None:
    document = shop.desk.records.recall(_key(shop))
    return from_document(GeneratedTests, document) if document else None
