"""What a gate's failure teaches: rule → advice, and a pattern only where the rule is mechanical."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .gates import Finding, GateName, GateResult, flat
from .lessons import LONGEST_ADVICE, Lesson

_RULES_A_GATE = 8
"""Lessons of one failed gate; more would be one mistake told many times."""
_SPECIFIC = re.compile(
    r"`[^`\n]{0,200}`|\"[^\"\n]{0,200}\"|(?<!\w)'[^'\n]{0,200}'(?!\w)|“[^”\n]{0,200}”|\b[0-9a-f]{12,}\b|\d+"
)
"""What differs from one change to the next; a lesson that kept it would never be learnt twice."""
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+(?:::[\w.\[\]-]+)*")


@dataclass(frozen=True, slots=True)
class Teaching:
    """One row: what is learnt from a rule.

    :param advice: "" for what no builder could have done better.
    :param pattern: a later change whose added lines match it fails. A lesson learnt by itself would block
        for ever, so this stands only at lines that no honest change adds; what needs judgement advises.
    """

    advice: str
    pattern: str = ""
    scope: str = "*"


_NOTHING = Teaching("")
TEACHINGS: Mapping[str, Teaching] = {
    "test/newly_failing": Teaching("Run the whole test suite before you finish; a change broke a test here."),
    "test/vanished": Teaching("Keep every existing test; when code moves, its tests move along."),
    "test/deleted": Teaching("Never delete a test file; change the code until its tests pass."),
    "test/newly_skipped": Teaching("Never skip a test or mark it as an expected failure to get green."),
    "test/weakened": Teaching("Never take assertions out of a test or make them weaker."),
    "test/narrowed": Teaching("Never make a test run smaller, and never set some tests apart from it."),
    "test/test_harness": Teaching(
        "Leave what decides how tests run (conftest.py, runner settings) as it is."
    ),
    "test/no_regression_test": Teaching("A bug fix brings a test that fails before it and passes after it."),
    "lint/suppression": Teaching("Never silence a linter with a comment; mend what it complains of."),
    "qic/empty": Teaching("Change something: an attempt that leaves the files as they are has failed."),
    "qic/out_of_scope": Teaching("Touch only what the issue asks for; leave other files as they are."),
    "qic/size": Teaching("Keep the change small enough to be reviewed; do the least the issue needs."),
    "qic/instruction_file": Teaching("Leave AGENTS.md, CONTRIBUTING.md and their like as they are."),
    "qic/against_instructions": Teaching("Read the repository's instruction files first and obey them."),
    "qic/debugger": Teaching(
        "Take debugger calls out before you finish.",
        r"^\s*(?:breakpoint\(\)|(?:i?pdb|pudb)\.set_trace\(\)|debugger;?|binding\.pry|byebug)\s*$",
    ),
    "qic/debug_print": Teaching(
        "Take out what was printed only to see what happens.",
        r"""^\s*(?:print|console\.(?:log|debug)|fmt\.Println)\(\s*f?["'`](?:DEBUG|XXX|HERE|>>>|###)""",
    ),
    "qic/conflict": Teaching("Never commit conflict markers.", r"^(?:<{7}|>{7})(?: |$)"),
    "qic/todo": Teaching("Finish the work instead of leaving a TODO or FIXME behind."),
    "qic/placeholder": Teaching("Implement what the issue asks for; a stub is no implementation."),
    "qic/commented_out": Teaching("Delete code that is not needed instead of commenting it out."),
    "qic/temporary_file": Teaching("Remove scratch, backup and cache files before you finish."),
    "qic/generated": Teaching("Never edit generated files or build outputs; change what they are made from."),
    "qic/lock_file": Teaching("Never edit a lock file by itself; it follows from its manifest."),
    "qic/look_alike": Teaching("Write identifiers in plain letters of one script, without invisible ones."),
    "qic/mode": Teaching("Keep the modes of files as they are."),
    "qic/criterion_unmet": Teaching("Go through the issue's criteria one by one before you finish."),
    "qic/criterion_unproved": Teaching("Make each criterion of the issue visible in the diff, with a test."),
    "qic/criterion_unjudged": _NOTHING,
    "qic/review_unusable": _NOTHING,
    "governance/secret": Teaching("Never write a credential into a file, not even a made-up one."),
    "governance/protected_path": Teaching(
        "Leave CI, lint, test and ownership configuration as it is: those paths are protected here."
    ),
    "governance/large_file": Teaching("Never add large files."),
    "governance/size": Teaching("Keep the change small enough to be reviewed; do the least the issue needs."),
    "governance/symlink": Teaching("Never add a symbolic link that leaves the repository."),
    "governance/submodule": Teaching("Never add or move a submodule."),
    "governance/licence": Teaching("New files carry the licence header that the other files here carry."),
    "governance/dependency_source": Teaching("Add dependencies from the registry alone, with a version."),
    "governance/executable": Teaching("Make nothing executable that is no script."),
    "governance/file_name": Teaching("Give files plain names that mean the same on every system."),
    "governance/look_alike": Teaching(
        "Write identifiers in plain letters of one script, without invisible ones."
    ),
    "governance/commit": _NOTHING,
    "governance/escalation": _NOTHING,
    "governance/budget": _NOTHING,
    "cdw/undocumented_change": Teaching(
        "A change of the public API comes with its documentation or a changelog line."
    ),
    "cdw/broken_link": Teaching("Links and anchors in changed Markdown must lead somewhere."),
    "cdw/docstring_coverage": Teaching("New public functions and classes carry a docstring here."),
    "cdw/too_many_files": _NOTHING,
    "memory/memory_schema": Teaching("Memory files of the repository must keep to their schema."),
    "build/": Teaching("Run the build command before you finish."),
    "lint/": Teaching("Run the lint command before you finish, and mend what it reports."),
    "test/": Teaching("Run the test command before you finish."),
    "cdw/": Teaching("Public changes come with documentation or a changelog line; links must resolve."),
    "drift/": _NOTHING,
    "memory/": _NOTHING,
}
"""Gate and rule → teaching. "<gate>/" is what a failure of the gate without findings teaches, or that its
other rules teach nothing: drift is about other people's work, memory and escalations about our own."""

_OUR_FAULT = re.compile(
    r"\b(?:gate itself crashed|not found|not installed|is missing|timed out|took longer|could not start)\b"
)
"""Reasons that say something of the machine and nothing of the change."""


def lessons_of(result: GateResult, repository: str, source: str) -> tuple[Lesson, ...]:
    """Return what one failed gate teaches, a lesson per rule, most telling first."""
    if not result.failed or (not result.findings and _OUR_FAULT.search(result.reason)):
        return ()
    silent = TEACHINGS.get(f"{result.gate}/") is _NOTHING
    by_rule: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    rows = [(f"{result.gate}/{rule}", findings) for rule, findings in by_rule.items()][:_RULES_A_GATE]
    if not rows:
        rows = [(f"{result.gate}/", [])]
    if silent:
        rows = [(rule, findings) for rule, findings in rows if rule in TEACHINGS]
    learnt = [_lesson(rule, findings, repository, source) for rule, findings in rows]
    return tuple(lesson for lesson in learnt if lesson.advice)


def _lesson(rule: str, findings: list[Finding], repository: str, source: str) -> Lesson:
    teaching = TEACHINGS.get(rule) or _generic(rule, findings)
    return Lesson(
        repository=repository,
        advice=flat(teaching.advice, LONGEST_ADVICE),
        source=flat(source, 200),
        pattern=teaching.pattern,
        scope=teaching.scope,
        rule=flat(rule, 100),
    )


def _generic(rule: str, findings: list[Finding]) -> Teaching:
    """Return advice for a rule the table does not know, without what only this change had."""
    gate, _, name = rule.partition("/")
    if gate == GateName.LINT and name == "lint":
        return _lint(findings)
    said = _PATH.sub("…", _SPECIFIC.sub("…", flat(findings[0].message, 160))) if findings else ""
    words = name.replace("_", " ")
    return Teaching(f"Gate {gate} found {words or 'a fault'} here before" + (f": {said}" if said else "."))


_LINT_CODE = re.compile(r"\b([A-Z]{1,4}\d{2,4}|[a-z]+(?:-[a-z]+)+|TS\d{4})\b")


def _lint(findings: list[Finding]) -> Teaching:
    """Return advice that names the linter's own codes, at most five."""
    codes = sorted({match[0] for finding in findings if (match := _LINT_CODE.search(finding.message))})[:5]
    named = f" This repository minds {', '.join(codes)}." if codes else ""
    return Teaching(TEACHINGS["lint/"].advice + named)
