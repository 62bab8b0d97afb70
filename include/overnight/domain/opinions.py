"""Weigh a reviewing model's opinion: it is believed where its quotes stand in the diff, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .difflines import DiffLine, Side
from .gates import Finding, flat
from .quoting import prove
from .reviewing import Judgement, Review

_KEEPING = re.compile(
    r"\b(?:(?:must|should|shall|may|can)(?:\s+not|n't)|cannot|never|nor?|not|none|stays?|remains?|keeps?|kept"
    r"|unchanged|untouched|without|still|only|at most)\b",
    re.IGNORECASE,
)
"""Criteria about what stays as it is: an unchanged line may prove them."""
_REMOVING = re.compile(
    r"\b(?:remov|delet|drop|get rid|no longer|eliminat|strip|retir|replac|renam|mov)\w*", re.IGNORECASE
)
"""Criteria about what goes: a removed line may prove them."""
_SAID = re.compile(r"\b(?:already|unchanged|context|was there before)\b", re.IGNORECASE)
"""A reviewer that says so may quote a line that was there before the change."""
_NUMBERING = re.compile(r"^\s*(?:[-*]|\(?\d{1,3}[.):])\s+")
_SHOWN = 300


def weigh(review: Review, wanted: Sequence[str], lines: Sequence[DiffLine]) -> tuple[Finding, ...]:
    """Return what stands against a change after its review; empty when every criterion is proved.

    :param wanted: the acceptance criteria; each needs a judgement, met, with a quote that holds.
    :param lines: the lines of the change's diff.
    """
    given: dict[str, list[Judgement]] = {}
    for judgement in review.judgements:
        given.setdefault(_key(judgement.criterion), []).append(judgement)
    against = [
        finding
        for criterion in wanted
        for finding in _about(criterion, given.get(_key(criterion), []), lines)
    ]
    against += [Finding("out_of_scope", _told(text)) for text in review.out_of_scope if text.strip()]
    against += [
        Finding("against_instructions", _told(text)) for text in review.against_instructions if text.strip()
    ]
    return tuple(against)


def proved(review: Review, wanted: Sequence[str], lines: Sequence[DiffLine]) -> int:
    """Return how many of the criteria are met with a quote that holds."""
    alone = Review(review.judgements)
    return sum(not weigh(alone, [criterion], lines) for criterion in wanted)


def _about(criterion: str, judgements: Sequence[Judgement], lines: Sequence[DiffLine]) -> Iterator[Finding]:
    """Yield what is wrong with one criterion; of two judgements the worse one counts."""
    if not judgements:
        yield Finding("criterion_unjudged", f"the reviewer says nothing of: {_told(criterion)}")
        return
    unmet = next((judgement for judgement in judgements if not judgement.met), None)
    if unmet:
        comment = f" ({_told(unmet.comment)})" if unmet.comment.strip() else ""
        yield Finding("criterion_unmet", f"not met: {_told(criterion)}{comment}")
        return
    proofs = [prove(one.quote, lines, one.path, _sides(criterion, one)) for one in judgements]
    if not any(proof.holds for proof in proofs):
        yield Finding(
            "criterion_unproved", f"said to be met without proof, {proofs[0].reason}: {_told(criterion)}"
        )


def _sides(criterion: str, judgement: Judgement) -> frozenset[Side]:
    sides = {Side.ADDED}
    if _REMOVING.search(criterion):
        sides.add(Side.REMOVED)
    if _KEEPING.search(criterion) or _SAID.search(judgement.comment):
        sides |= {Side.CONTEXT, Side.REMOVED}
    return frozenset(sides)


def _key(criterion: str) -> str:
    """Return what makes two wordings of a criterion the same: models renumber, requote and cut."""
    text = _NUMBERING.sub("", criterion)
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())[:300]


def _told(text: str) -> str:
    return flat(text, _SHOWN)
