"""The gates that look at a change from outside; one file each, one table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...domain.gates import GateName
from ...ports import Gate, Sandbox
from .base_run import record_base
from .build import BuildGate
from .cdw import DocumentationGate
from .drift import DriftGate
from .governance import GovernanceGate
from .lint import LintGate
from .memory import MemoryGate
from .qic import QicGate
from .qiel import QielGate
from .test import TestGate

__all__ = ["GATES", "make_gates", "record_base"]

GATES: Mapping[GateName, Callable[[Sandbox], Gate]] = {
    GateName.BUILD: BuildGate,
    GateName.LINT: LintGate,
    GateName.TEST: TestGate,
    GateName.QIC: QicGate,
    GateName.QIEL: QielGate,
    GateName.CDW: DocumentationGate,
    GateName.MEMORY: MemoryGate,
    GateName.DRIFT: DriftGate,
    GateName.GOVERNANCE: GovernanceGate,
}


def make_gates(sandbox: Sandbox) -> tuple[Gate, ...]:
    """Return every gate of the table, in the order in which they are shown."""
    return tuple(GATES[name](sandbox) for name in GateName if name in GATES)
