"""Gate lint: the lint command reports nothing new against the base commit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Ran, Sandbox
from ..git import read_committed, tidy
from .base_run import LintRun, lint_document, lint_run_of
from .diffs import FileDiff, parse_diff
from .messages import Message, new_messages, read_messages
from .running import ending, evidence, runner_of
from .suite.unrun import missing_program, nothing_made
from .tampering.suppressions import added_suppressions

_SHOWN = 100
_MISSING = re.compile(
    r"No module named [\w.'-]+|[\w./-]+: (?:command )?not found|Cannot find (?:module|package) \S+"
    r"|could not determine executable to run|no such (?:sub)?command\W+\S+"
)


class LintGate:
    """Runs the lint command on change and base."""

    name: GateName = GateName.LINT

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing is new and nothing was silenced; without readable messages exit codes decide."""
        if not case.commands.lint:
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, "the repository has no lint command")
        runner = runner_of(case, self._sandbox)
        ran = runner.run(case.head, case.commands.lint)
        if ran.timed_out:
            return _failed(ran, f"the lint command {ending(ran, runner.seconds)}")
        files = parse_diff(case.diff)
        head = LintRun(ran.exit_code, tuple(read_messages(ran.output)), tidy(case.head))
        case.log.recorded["lint"] = lint_document(head)
        silenced = _silenced(case, files)
        if idle := nothing_made(case.commands.lint, ran.output):
            return _failed(ran, f"no linter ran: {idle}", silenced)
        if ran.exit_code == 0 and not head.messages and not head.mended and not missing_program(ran.output):
            return _clean(ran, "the lint command finds nothing", silenced)
        base = lint_run_of(case, runner)
        if mended := _newly_mended(base, head, files):
            findings = [Finding("mended", "the lint command rewrites it", path) for path in mended]
            return _failed(ran, f"the lint command rewrites {len(mended)} files as committed", findings)
        return _compared(case, ran, base, files, silenced)


def _silenced(case: Case, files: Sequence[FileDiff]) -> list[Finding]:
    after = partial(read_committed, case.head, case.change.head_sha)
    return list(added_suppressions(files, after, case.instructions))


def _newly_mended(base: LintRun, head: LintRun, files: Sequence[FileDiff]) -> list[str]:
    """Return the files that the command rewrites on the change and did not rewrite on the base."""
    old = {file.path: file.old_path for file in files if file.old_path}
    return [path for path in head.mended if old.get(path, path) not in base.mended]


def _compared(
    case: Case, ran: Ran, base: LintRun, files: Sequence[FileDiff], silenced: list[Finding]
) -> GateResult:
    """Judge a run that complained, by what the base's run complained of; it may well have exited with 0."""
    said = read_messages(ran.output)
    renamed = {file.old_path: file.path for file in files if file.old_path}
    new = new_messages(base.messages, said, renamed)
    if new:
        findings = [Finding("lint", message.text, message.path, message.line) for message in new]
        count = "1 new message" if len(new) == 1 else f"{len(new)} new messages"
        return _failed(ran, f"{count} against the base", [*findings, *silenced])
    if (ran.exit_code != 0 or missing_program(ran.output)) and (why := _unreadable(case, ran, base, said)):
        return _failed(ran, why, silenced)
    count = "1 message" if len(said) == 1 else f"{len(said)} messages"
    return _clean(ran, f"nothing new; the base has the same {count}", silenced)


def _unreadable(case: Case, ran: Ran, base: LintRun, said: Sequence[Message]) -> str:
    """Return why a failed run without a new message fails the gate, "" when the base explains it."""
    missing = missing_program(ran.output)
    if not missing and not said and (found := _MISSING.search(ran.output)):
        missing = found[0].strip()
    if missing:
        tool = f"it says {missing!r}"
        if not (base.exit_code == ran.exit_code and _only_detected(case.commands.source)):
            return f"the linter is not installed here ({tool}): install it with `setup` in .overnight.yml"
    if base.exit_code == ran.exit_code and (missing or not said) and _only_detected(case.commands.source):
        return (
            f"`{case.commands.lint}` was detected and does not run on the base either: name the right "
            "command as `lint` in .overnight.yml, or switch it off there with `lint: false`"
        )
    if base.exit_code != ran.exit_code or not (said or base.mended):  # a formatter may end with 1
        known = "as on the base" if base.exit_code else "and succeeds on the base"
        return f"the lint command {ending(ran, 0)} without a readable new message, {known}"
    return ""


def _clean(ran: Ran, reason: str, silenced: list[Finding]) -> GateResult:
    """Pass, unless it is clean because the change silenced the linter."""
    if silenced:
        count = "1 comment" if len(silenced) == 1 else f"{len(silenced)} comments"
        return _failed(ran, f"{count} added that silence a tool", silenced)
    return GateResult(GateName.LINT, GateStatus.PASS, reason, (), ran.seconds, evidence(ran))


def _failed(ran: Ran, reason: str, findings: Sequence[Finding] = ()) -> GateResult:
    return GateResult(
        gate=GateName.LINT,
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
