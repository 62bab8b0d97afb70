"""What output says of work that was not done, or of tests that failed, whatever the exit code was."""

from __future__ import annotations

import re

from ..protection.makefiles import asked_of

_NOT_FOUND = re.compile(
    r"^(?:\S+: (?:line )?\d+|\S*\bsh): (?P<shell>[^\s:]+): (?:command )?not found\s*$"
    r"|^\S+: (?:line )?\d+: (?P<path>\S*/\.?bin/[^\s:]+): No such file or directory\s*$"
    r"|^(?:\S*/)?(?:g?make(?:\[\d+\])?|env|xargs|timeout|nice|time): ['‘]?(?P<direct>[^\s:'’]+)['’]?: "
    r"(?:No such file or directory|[Cc]ommand not found)\s*$"
    r"|^\S*python[\d.]*: No module named '?(?P<module>[\w.]+)",
    re.MULTILINE,
)
_ERROR_127 = re.compile(r"^\S*make(?:\[\d+\])?: .*\bError 127\b.*$", re.MULTILINE)
_NO_CHECKS = {
    *("git", "hg", "svn", "tput", "stty", "clear", "hostname", "date", "nproc", "locale", "uname", "which"),
    *("lsb_release", "docker", "brew", "pkg-config", "open", "xdg-open", "notify-send"),
}
"""Programs that scripts ask about themselves or the machine: no check is missing without them."""

_MADE = re.compile(
    r"^g?make: (?:['`](?P<up>[^']+)' is up to date|Nothing to be done for ['`](?P<idle>[^']+)')", re.MULTILINE
)
_CHECK = re.compile(r"test|lint|check|spec|verify")

FAILED_LINES = {
    "pytest": re.compile(r"^(?:=+ )?(?:\d+ failed|(?:\d+ \w+, )*\d+ errors?)\b.* in [\d.:]+", re.MULTILINE),
    "unittest": re.compile(r"^FAILED \((?=[^)]*(?:failures|errors)=).*", re.MULTILINE),
}
"""The line by which a runner says that tests failed."""
_OTHERS_FAILED = re.compile(
    r"^(?:Tests:\s+(?:\d+ \w+, )*[1-9]\d* failed|\s+[1-9]\d* failing\b|test result: FAILED|--- FAIL: |FAIL\t"
    r"|not ok\b(?!.*#\s*(?i:todo|skip))|# fail [1-9]|(?:\[\w+\] )?Tests run: .*(?:Failures|Errors): [1-9]"
    r"|\d+ tests? completed, [1-9]\d* failed|\d+ examples?, [1-9]\d* failures?|FAILURES!$).*",
    re.MULTILINE,
)
_NONE_RAN = re.compile(r"^(?:=+ )?no tests ran\b|^Ran 0 tests in|^No tests found", re.MULTILINE)
_SOME_RAN = re.compile(
    r"\b[1-9]\d* (?:passed|passing)\b|^Ran [1-9]|^ok\b|\bTests run: [1-9]|^# pass [1-9]", re.MULTILINE
)
_LAST_CHARACTERS = 4000


def missing_program(output: str) -> str:
    """Return the line in which a shell, make or Python says that a program is not there, "" without one."""
    told = list(_NOT_FOUND.finditer(output))
    for found in told:
        if next(filter(None, found.groups())) not in _NO_CHECKS:
            return found[0].strip()
    ignored = None if told else _ERROR_127.search(output)
    return ignored[0].strip() if ignored else ""


def nothing_made(command: str, output: str) -> str:
    """Return the line in which make says that it ran nothing for what was asked, "" when it did."""
    runs = asked_of(command)
    for found in _MADE.finditer(output):
        target = found["up"] or found["idle"]
        last = runs[-1][-1:] if runs else []
        if (target in last or not last) if runs else _CHECK.search(target):
            return f"{found[0]}{'' if found['idle'] else ': name it in .PHONY'}"
    return ""


def told_otherwise(command: str, output: str) -> str:
    """Say what belies a suite that ended with exit code 0 and tells no single tests, "" if nothing does."""
    if missing := missing_program(output):
        return f"a program it needs is not installed here: {missing!r}"
    if made := nothing_made(command, output):
        return f"no test ran: {made}"
    if failed := tests_failed(output):
        return f"it says that tests fail: {failed!r}"
    return "it says that no test ran" if none_ran(output) else ""


def tests_failed(output: str) -> str:
    """Return the line by which any runner we know says that tests failed, "" without one."""
    patterns = (*FAILED_LINES.values(), _OTHERS_FAILED)
    found = (pattern.search(output[-_LAST_CHARACTERS:]) for pattern in patterns)
    return next((line[0].strip() for line in found if line), "")


def none_ran(output: str) -> bool:
    """Tell whether a runner says that it ran no test, and none says that it ran some."""
    return bool(_NONE_RAN.search(output)) and not _SOME_RAN.search(output)
