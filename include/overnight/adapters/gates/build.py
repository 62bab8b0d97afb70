"""Gate build: the build command succeeds."""

from __future__ import annotations

from ...domain.gates import GateName, GateResult, GateStatus
from ...ports import Case, Sandbox
from .running import ending, evidence, runner_of


class BuildGate:
    """Runs the build command on the change."""

    name: GateName = GateName.BUILD

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when setup and build succeed; not applicable without either."""
        command = case.commands.build or ("true" if case.commands.setup else "")
        if not command:
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, "the repository has no build command")
        seconds = case.order.limits.gate_seconds
        ran = runner_of(case, self._sandbox).run(case.head, command)
        if ran.exit_code == 0 and not ran.timed_out:
            case.log.recorded["build"] = {"exit_code": 0}
            return GateResult(
                self.name, GateStatus.PASS, "the build succeeds", (), ran.seconds, evidence(ran)
            )
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=f"the build {ending(ran, seconds)}",
            seconds=ran.seconds,
            evidence=evidence(ran),
            hint=f"make this succeed: {command}",
        )
