"""Keep what the gates' commands said in full, in object storage; the ledger gets the addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..domain.errors import DiskFull, OvernightError
from ..domain.gates import GateName, GateResult, Verdict
from ..domain.redaction import Redactor
from ..ports import Case, Desk, Gate, Logbook, Storage
from .reading import OpenNight

JUDGE = "judge"
"""The step of the clean room; an attempt's step is its number."""


@dataclass(slots=True)
class Archive:
    """Where one judgement's logs go.

    :param place: folder in object storage, "" for its top.
    :param recorded: step → what the change's own run says to those who build on it.
    """

    storage: Storage
    place: str
    clean: Callable[[str], str] = field(default_factory=lambda: Redactor().clean)
    recorded: dict[str, Any] = field(default_factory=dict)

    def around(self, gates: Sequence[Gate]) -> tuple[Gate, ...]:
        """Return the gates, each keeping its log here and naming it in its result."""
        return tuple(_Archived(gate, self) for gate in gates)

    def keep(self, gate: GateName, log: Logbook) -> tuple[str, ...]:
        """Store a gate's texts, cleaned of secrets, and return their URIs."""
        self.recorded.update(log.recorded)
        folder = f"{self.place}/" if self.place else ""
        return tuple(
            self.storage.put(f"{folder}{gate}.{name}", self.clean(text).encode(errors="replace"))
            for name, text in log.texts.items()
        )


def archive(desk: Desk, night: OpenNight, number: int, step: object) -> Archive:
    """Return the archive of one attempt (its number) or of the judge on an issue."""
    return Archive(desk.storage, f"nights/{night.id}/{number}/{step}", desk.clean)


def note_logs(desk: Desk, night: OpenNight, number: int, step: object, verdict: Verdict) -> None:
    """Remember where an attempt's logs lie: its event holds what matters, not where everything is."""
    found = {str(result.gate): list(result.artifacts) for result in verdict.results if result.artifacts}
    desk.records.remember(_key(night.id, number, step), found)


def logs_of(desk: Desk, night: str, number: int, step: object) -> Mapping[str, Sequence[str]]:
    """Return gate → URIs of the logs of an attempt or of the judge, {} when none were kept."""
    return desk.records.recall(_key(night, number, step)) or {}


def _key(night: str, number: int, step: object) -> str:
    return f"logs/{night}/{number}/{step}"


class _Archived:
    """A gate whose logs are kept, also when it crashes."""

    def __init__(self, gate: Gate, archive: Archive) -> None:
        self.name, self._gate, self._archive = gate.name, gate, archive

    def judge(self, case: Case) -> GateResult:
        log, lost = Logbook(), ""
        kept: tuple[str, ...] = ()
        try:
            result = self._gate.judge(replace(case, log=log))
        finally:
            try:
                kept = self._archive.keep(self.name, log)
            except DiskFull:
                raise
            except OvernightError as error:  # a log that cannot be stored changes no verdict
                lost = f"(the full log could not be kept: {error})\n"
        return replace(result, artifacts=kept, evidence=lost + result.evidence)
