"""What trusted people want of a pull request, read from everything that was said on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .following import Remark, RemarkKind
from .requests import Verb, own_words, read_requests

LONGEST_FEEDBACK = 20_000
"""Characters of all requests together that a builder is told."""
_DECISIVE = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})

Mark = tuple[str, int]
"""Kind and id of a remark."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be done now.

    :param change: remarks that ask for a change (or a rebase), oldest first, with what they say.
    :param unclear: remarks that ask for a change without a word about which.
    :param explain: remarks that want the pull request explained.
    :param stop: remarks that want it left alone, with those they take back; a later wish for a change wins.
    """

    change: tuple[tuple[Remark, str], ...] = ()
    rebase: bool = False
    unclear: tuple[Remark, ...] = ()
    explain: tuple[Remark, ...] = ()
    stop: tuple[Remark, ...] = ()

    @property
    def feedback(self) -> str:
        """Return what a builder is told, each remark under its author and place."""
        said = (f"{_place(remark)}:\n{text}" for remark, text in self.change if text)
        return "\n\n".join(said)[:LONGEST_FEEDBACK]


def mark_of(remark: Remark) -> Mark:
    """Return what a remark is known by."""
    return str(remark.kind), remark.id


def read_wishes(
    remarks: Sequence[Remark], names: Collection[str], trusted: Collection[str], heard: Collection[Mark]
) -> Wishes:
    """Return what trusted people ask for that nobody has heard yet; strangers' words are not even read.

    :param names: what is listened to, without "@".
    :param trusted: author associations that may ask, upper case.
    :param heard: remarks that were taken up or answered before.
    """
    ours = [remark for remark in remarks if remark.association.upper() in trusted]
    asking = {mark_of(one) for one in _asking_reviews(ours)}
    known = {remark.id: remark for remark in ours if remark.kind is RemarkKind.THREAD}
    change: list[tuple[Remark, str]] = []
    rebase, unclear, explain, stop = False, list[Remark](), list[Remark](), list[Remark]()
    for remark in ours:
        if mark_of(remark) in heard:
            continue
        requests = read_requests(remark.body, names)
        verbs = {request.verb for request in requests}
        if Verb.STOP in verbs:
            # What was asked before is taken back; it is answered together with the word that did so.
            stop = [*stop, *(one for one, _ in change), *unclear, remark]
            change, unclear, rebase = [], [], False
        elif Verb.EXPLAIN in verbs and verbs == {Verb.EXPLAIN}:
            explain.append(remark)
        elif verbs or _belongs(remark, asking):
            text = "\n\n".join(one.text for one in requests if one.text) or _meant(remark, verbs, known)
            wants_rebase = Verb.REBASE in verbs
            rebase = rebase or wants_rebase
            if text or wants_rebase:
                change.append((remark, text))
            elif not (remark.kind is RemarkKind.REVIEW and _has_threads(remark, ours)):
                unclear.append(remark)
            else:
                change.append((remark, ""))
    return Wishes(tuple(change), rebase, tuple(unclear), tuple(explain), tuple(stop))


def _asking_reviews(remarks: Sequence[Remark]) -> Iterator[Remark]:
    """Yield the reviews that still ask for changes: their author has not decided otherwise since."""
    newest: dict[str, Remark] = {}
    for remark in remarks:
        if remark.kind is RemarkKind.REVIEW and remark.state in _DECISIVE:
            newest[remark.author.lower()] = remark
    yield from (review for review in newest.values() if review.state == "CHANGES_REQUESTED")


def _belongs(remark: Remark, asking: Collection[Mark]) -> bool:
    """Whether a remark is a review that asks for changes, or came with one."""
    return mark_of(remark) in asking or (
        remark.kind is RemarkKind.THREAD and (str(RemarkKind.REVIEW), remark.review) in asking
    )


def _meant(remark: Remark, verbs: Collection[Verb], threads: Mapping[int, Remark]) -> str:
    """Return what is meant without being said: a bare "fix" in a thread means what began the thread."""
    if not verbs:
        return own_words(remark.body)
    began = threads.get(remark.thread or 0) if Verb.FIX in verbs else None
    return own_words(began.body) if began else ""


def _has_threads(review: Remark, remarks: Sequence[Remark]) -> bool:
    return any(one.kind is RemarkKind.THREAD and one.review == review.id for one in remarks)


def _place(remark: Remark) -> str:
    where = f" on {remark.path}" if remark.path else ""
    line = f", line {remark.line}" if remark.path and remark.line else ""
    return f"{remark.author} asks{where}{line}"
