"""Gate lint: the lint command reports nothing new against the base commit."""

from __future__ import annotations

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Ran, Sandbox
from .base_run import LintRun, lint_run_of
from .diffs import parse_diff
from .messages import Message, new_messages, read_messages
from .running import ending, evidence, runner_of

_SHOWN = 100


class LintGate:
    """Runs the lint command on change and base."""

    name: GateName = GateName.LINT

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing is new; without readable messages the exit codes decide."""
        if not case.commands.lint:
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, "the repository has no lint command")
        runner = runner_of(case, self._sandbox)
        ran = runner.run(case.head, case.commands.lint)
        if ran.timed_out:
            return self._failed(ran, f"the lint command {ending(ran, runner.seconds)}")
        if ran.exit_code == 0:
            return GateResult(
                self.name, GateStatus.PASS, "the lint command finds nothing", (), ran.seconds, evidence(ran)
            )
        return self._compared(case, ran, lint_run_of(case, runner))

    def _compared(self, case: Case, ran: Ran, base: LintRun) -> GateResult:
        """Judge a run that complained, by what the base's run complained of."""
        said = read_messages(ran.output)
        renamed = {file.old_path: file.path for file in parse_diff(case.diff) if file.old_path}
        new = new_messages(base.messages, said, renamed)
        if new:
            count = "1 new message" if len(new) == 1 else f"{len(new)} new messages"
            return self._failed(ran, f"{count} against the base", new)
        if base.exit_code == ran.exit_code and not said and _only_detected(case.commands.source):
            return self._failed(
                ran,
                f"`{case.commands.lint}` was detected and does not run on the base either: name the right "
                "command as `lint` in .overnight.yml, or switch it off there with `lint: false`",
            )
        if base.exit_code != ran.exit_code or not said:
            known = "as on the base" if base.exit_code else "and succeeds on the base"
            return self._failed(
                ran, f"the lint command {ending(ran, 0)} without a readable new message, {known}"
            )
        count = "1 message" if len(said) == 1 else f"{len(said)} messages"
        reason = f"nothing new; the base has the same {count}"
        return GateResult(self.name, GateStatus.PASS, reason, (), ran.seconds, evidence(ran))

    def _failed(self, ran: Ran, reason: str, new: list[Message] | None = None) -> GateResult:
        findings = [Finding("lint", message.text, message.path, message.line) for message in new or []]
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=reason,
            findings=tuple(findings[:_SHOWN]),
            seconds=ran.seconds,
            evidence=evidence(ran),
            hint="mend what is new; do not silence the linter",
        )


def _only_detected(source: str) -> bool:
    """Return whether nobody asked for the lint command: it was guessed from the repository's files."""
    before, found, _ = source.partition("detected")
    return bool(found) and (not before or "lint" in before.rpartition(";")[2])
