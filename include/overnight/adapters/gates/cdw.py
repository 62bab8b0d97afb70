"""Gate cdw (Continuous Documentation Watch): words follow the public API, links resolve, docstrings stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from time import monotonic

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox
from ..git import listing, read_committed
from .apart import ReaderFailed
from .diffs import FileDiff, parse_diff
from .documentation.exports import export_changes
from .documentation.links import LinksRead, read_links
from .documentation.outside import Lookup
from .documentation.public_api import ApiChange, PythonChanges, python_changes

_WORDS = re.compile(
    r"(^|/)(docs?|documentation|changes|changelog\.d|changelogs?|newsfragments|news|\.changeset|releasenotes)/"
    r"|(^|/)(README|CHANGELOG|CHANGES|HISTORY|NEWS|RELEASES?|UPGRADING|MIGRATION)[^/]*$",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(
    r"\.(py|pyi|[cm]?[jt]sx?|go|rs|java|lock|cfg|toml|ini|png|svg)$|(^|/)docs?/requirements"
)
_DOCUMENTED = re.compile(
    r"^(docs?|documentation|changes|changelog\.d|newsfragments|\.changeset)/.+\.(md|rst|txt|adoc)$"
    r"|^(CHANGELOG|CHANGES|HISTORY|NEWS)[^/]*$",
    re.IGNORECASE,
)
_SHOWN = 100


class DocumentationGate:
    """Reads the change's files; runs none of them."""

    name: GateName = GateName.CDW

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing public changed without words; not applicable when nothing of the kind changed."""
        began = monotonic()
        files = parse_diff(case.diff)
        try:
            python = python_changes(case, files)
        except ReaderFailed as error:
            return GateResult(
                gate=self.name,
                status=GateStatus.FAIL,
                reason=f"the public API cannot be compared: {error}",
                seconds=monotonic() - began,
                hint="make the change smaller, or leave out the file that breaks it",
            )
        before = partial(read_committed, case.head, case.change.base.sha)
        after = partial(read_committed, case.head, case.change.head_sha)
        others, commented = export_changes(files, before, after)
        base_paths = listing(case.base, case.change.base.sha)
        look = Lookup() if case.order.gates.external_links else None
        reads = (cache(before), cache(after))
        links = read_links(
            files, listing(case.head, case.change.head_sha), base_paths.__contains__, reads, look
        )
        python = python or PythonChanges()
        documented = python.documented or commented or any(_DOCUMENTED.search(path) for path in base_paths)
        api = [*python.api, *others]
        findings = [*_silent(api, files, documented), *python.docstrings, *links.findings]
        return self._result(findings, api, documented, links, monotonic() - began)

    def _result(
        self,
        findings: Sequence[Finding],
        api: Sequence[ApiChange],
        documented: bool,
        links: LinksRead,
        seconds: float,
    ) -> GateResult:
        unchecked = f"; {len(links.unchecked)} links to the web were not checked" if links.unchecked else ""
        evidence = "\n".join(
            [
                *(f"{change.path}:{change.line}: {change.name} {change.what}" for change in api[:_SHOWN]),
                *(f"not checked: {target}" for target in links.unchecked[:_SHOWN]),
            ]
        )[:8000]
        if findings:
            kinds = [finding.rule for finding in findings]
            told = (f"{kinds.count(kind)} × {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))
            return GateResult(
                gate=self.name,
                status=GateStatus.FAIL,
                reason=", ".join(told) + unchecked,
                findings=tuple(findings[:_SHOWN]),
                seconds=seconds,
                evidence=evidence,
                hint="say in the docstring, docs/ or the changelog what changed for callers; mend the links",
            )
        if not api and not links.files:
            reason = "no public API and no Markdown changed"
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, reason, seconds=seconds)
        if api and not documented and not links.files:
            reason = f"{_counted(api)}; the repository documents none of its API"
            return GateResult(
                self.name, GateStatus.NOT_APPLICABLE, reason, seconds=seconds, evidence=evidence
            )
        good = [f"{_counted(api)} changed, with words to it"] if api else []
        good += [f"every link of {links.files} Markdown files resolves"] if links.files else []
        return GateResult(self.name, GateStatus.PASS, "; ".join(good) + unchecked, (), seconds, evidence)


def _silent(api: Sequence[ApiChange], files: Sequence[FileDiff], documented: bool) -> list[Finding]:
    """Return the changes nobody wrote a word about, where the repository writes words at all."""
    if not documented or any(_tells(file) for file in files):
        return []
    return [
        Finding(
            "undocumented_change", f"{change.name} {change.what} without a word", change.path, change.line
        )
        for change in api
        if not change.told
    ]


def _tells(file: FileDiff) -> bool:
    """Tell whether a file of words grew: taking words away documents nothing."""
    words = any(text.strip() for _, text in file.added)
    return bool(words and _WORDS.search(file.path) and not _NO_WORDS.search(file.path))


def _counted(api: Sequence[ApiChange]) -> str:
    return "1 public object" if len(api) == 1 else f"{len(api)} public objects"
