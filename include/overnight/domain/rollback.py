"""A merge of ours that broke the default branch: the accusation, its case, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from .changes import Change
from .landing import Merge, Probe, Step
from .quotas import Exemption, exemption_of

CRITICAL = frozenset({Exemption.CRITICAL_FAILURE, Exemption.SECURITY, Exemption.DATA_INTEGRITY})
"""What an issue's labels must prove for its change to be taken back without asking."""


class RollbackPolicy(StrEnum):
    """Who decides that a merge of ours is taken back."""

    BY_SEVERITY = "by_severity"
    ASK = "ask"
    AUTOMATIC = "automatic"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Accusation:
    """A merge of ours that broke the default branch, and the evidence.

    :param head: where the branch was found red.
    :param checks: names of the checks that failed there; untrusted text.
    :param broken: what fails there in the clean room: tests, or a command by its name.
    :param builds: False when the build command fails there.
    :param probes: the runs that were made, in their order.
    """

    merge: Merge
    step: Step
    head: str
    checks: tuple[str, ...]
    reason: str
    broken: tuple[str, ...] = ()
    builds: bool = True
    probes: tuple[Probe, ...] = ()

    @property
    def is_reproduced(self) -> bool:
        """Whether it fails with the repository's own commands as well, or there are none to say so."""
        return bool(self.broken) or not self.probes

    @property
    def is_merge_commit(self) -> bool:
        return self.step.parents > 1


class CaseState(StrEnum):
    """How far the taking back of a merge has come."""

    ACCUSED = "accused"
    ASKED = "asked"
    OPENED = "opened"
    """The revert is proposed; people merge it."""
    CLOSED = "closed"
    """Nothing more will be done; the reason says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """An accusation and what has become of it; kept under the pull request's number.

    :param change: the revert, once it is made.
    :param pull_request: of the revert, None while it is not open.
    :param proof: what the revert's own run in the clean room said.
    """

    accusation: Accusation
    state: CaseState = CaseState.ACCUSED
    reason: str = ""
    change: Change | None = None
    pull_request: int | None = None
    proof: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in (CaseState.ACCUSED, CaseState.ASKED)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to take a merge back now, to ask first, or to leave it; and why."""

    automatic: bool
    ask: bool
    reason: str


def decide(
    policy: RollbackPolicy,
    labels: Collection[str],
    *,
    builds: bool,
    word: bool | None,
    reproduced: bool = True,
) -> Decision:
    """Return what to do about a guilty merge of ours; first row that fits.

    :param labels: of the issue; people with a role set them.
    :param builds: False when the default branch's build command fails.
    :param word: what a person said: True granted, False refused, None nothing.
    :param reproduced: False when the clean room is green where the checks are red.
    """
    exemption, evidence = exemption_of(sorted(labels)) or (None, "")
    rows = (
        (word is False, Decision(False, False, "a person refused it")),
        (word is True, Decision(True, False, "a person allowed it")),
        (policy is RollbackPolicy.OFF, Decision(False, False, "rollback is off in the settings")),
        (not reproduced, Decision(False, True, "the clean room is green where the checks are red")),
        (policy is RollbackPolicy.AUTOMATIC, Decision(True, False, "rollback is automatic in the settings")),
        (policy is RollbackPolicy.ASK, Decision(False, True, "the settings ask a person first")),
        (exemption in CRITICAL, Decision(True, False, evidence)),
        (not builds, Decision(True, False, "the default branch does not build")),
    )
    return next((decision for fits, decision in rows if fits), Decision(False, True, "it is not critical"))
