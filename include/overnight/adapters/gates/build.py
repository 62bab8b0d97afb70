"""Gate build: the build command succeeds."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.gates import GateName, GateResult, GateStatus
from ...ports import Case, Sandbox
from ..git import listing
from .protection.makefiles import asked_of
from .running import ending, evidence, runner_of
from .suite.unrun import missing_program, nothing_made


class BuildGate:
    """Runs the build command on the change."""

    name: GateName = GateName.BUILD

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when setup and build succeed and left nothing out; not applicable without either."""
        command = case.commands.build or ("true" if case.commands.setup else "")
        if not command:
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, "the repository has no build command")
        seconds = case.order.limits.gate_seconds
        ran = runner_of(case, self._sandbox).run(case.head, command)
        undone = _undone(case, command, ran.output) if ran.exit_code == 0 else ""
        if ran.exit_code == 0 and not ran.timed_out and not undone:
            case.log.recorded["build"] = {"exit_code": 0}
            return GateResult(
                self.name, GateStatus.PASS, "the build succeeds", (), ran.seconds, evidence(ran)
            )
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=undone or f"the build {ending(ran, seconds)}",
            seconds=ran.seconds,
            evidence=evidence(ran),
            hint=f"make this succeed: {command}",
        )


def _undone(case: Case, command: str, output: str) -> str:
    """Say what a build left out, "" when nothing; up to date is honest unless the change makes it so."""
    if missing := missing_program(output):
        return f"the build could not start a program it needs: {missing!r}"
    made = [target for run in asked_of(command) for target in run] if nothing_made(command, output) else []
    for target in made:
        if _has(case.change.files, target) and not _has(listing(case.base, case.change.base.sha), target):
            return f"make builds nothing since the change adds {target!r}, which is not in .PHONY"
    return ""


def _has(paths: Iterable[str], target: str) -> bool:
    return any(path == target or path.startswith(f"{target}/") for path in paths)
