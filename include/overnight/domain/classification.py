"""What kind of work an issue is, and how hard it looks: two ordered tables, the first match wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .finders import Finder, body, body_longer_than, issue_type, label, otherwise, tasks_at_least, title
from .issues import Issue
from .plans import Classification, Complexity, PlanRules, SequenceType

Gives = TypeVar("Gives", SequenceType, Complexity)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Gives]):
    """One row: where it looks, and what the issue then is."""

    name: str
    find: Finder
    gives: Gives


def classify(issue: Issue, rules: PlanRules) -> Classification:
    """Return sequence type and complexity of an issue, each with the rule that decided and what it matched.

    The repository's own `label_types` come first. Total: no text raises.
    """
    kind, kind_reason = _by_label_map(issue, rules) or _first(RULES, issue)
    complexity, complexity_reason = _first(COMPLEXITY_RULES, issue)
    return Classification(kind, complexity, kind_reason, complexity_reason)


def candidates(issue: Issue) -> tuple[SequenceType, ...]:
    """Return every sequence type that some rule would give, best first: more than one is a tie to break."""
    return tuple(dict.fromkeys(rule.gives for rule in RULES[:-1] if rule.find(issue)))


def _first(table: tuple[Rule[Gives], ...], issue: Issue) -> tuple[Gives, str]:
    for rule in table:
        if found := rule.find(issue):
            return rule.gives, f"{found} (rule {rule.name})"
    raise AssertionError("the last row of a rule table applies to every issue")


def _by_label_map(issue: Issue, rules: PlanRules) -> tuple[SequenceType, str] | None:
    known = {str(kind) for kind in SequenceType}
    for name, kind in rules.label_types:
        if name.strip().lower() in issue.label_names and kind in known:
            return SequenceType(kind), f"label `{name}` (settings: label_types)"
    return None


def _form(names: str) -> str:
    """Return a pattern for an issue form's or a template's answer to "type"."""
    return (
        r"^(?:#{1,6}[^\S\n]{1,3}|\*\*)?(?:sequence |issue |task )?type(?:\*\*)?:?(?:\*\*)?\s{1,5}"
        rf"(?:{names})\b"
    )


_T = SequenceType
RULES: tuple[Rule[SequenceType], ...] = (
    Rule(
        "label_architecture",
        label("architecture", "architectural", "adr", "rfc", "system.design"),
        _T.ARCHITECTURE,
    ),
    Rule("label_memory", label("memory", "memory.fabric", "governance.memory", "knowledge"), _T.MEMORY),
    Rule("label_governance", label("governance", "compliance", "policy", "audit"), _T.GOVERNANCE),
    Rule("label_qa", label("qa", "quality", "tests?", "testing", "flaky", "flaky.tests?", "coverage"), _T.QA),
    Rule("label_build", label("build", "builder"), _T.BUILD),
    Rule(
        "label_deployment",
        label("deployment", "deploy", "release", "ci", "cd", "ci.cd", "infra", "infrastructure", "devops"),
        _T.DEPLOYMENT,
    ),
    Rule("label_self_evolution", label("self.evolution", "self.improvement", "meta"), _T.SELF_EVOLUTION),
    Rule("type_architecture", issue_type("architecture", "epic", "rfc"), _T.ARCHITECTURE),
    Rule("type_memory", issue_type("memory"), _T.MEMORY),
    Rule("type_governance", issue_type("governance", "compliance"), _T.GOVERNANCE),
    Rule("type_qa", issue_type("qa", "test", "quality"), _T.QA),
    Rule("type_build", issue_type("build"), _T.BUILD),
    Rule("type_deployment", issue_type("deployment", "release", "infrastructure"), _T.DEPLOYMENT),
    Rule("type_self_evolution", issue_type("self-evolution"), _T.SELF_EVOLUTION),
    Rule("form_architecture", body(_form("architecture")), _T.ARCHITECTURE),
    Rule("form_memory", body(_form("memory")), _T.MEMORY),
    Rule("form_governance", body(_form("governance")), _T.GOVERNANCE),
    Rule("form_qa", body(_form("qa|testing|quality")), _T.QA),
    Rule("form_build", body(_form("build|feature|bug")), _T.BUILD),
    Rule("form_deployment", body(_form("deployment|release")), _T.DEPLOYMENT),
    Rule("form_self_evolution", body(_form("self[- ]evolution")), _T.SELF_EVOLUTION),
    Rule(
        "title_self_evolution",
        title(
            r"\bself[- ](?:evolution|evolving|improv\w+|learning|optimi[sz]\w+)|"
            r"\bevolve (?:the )?(?:foreman|overnight)"
        ),
        _T.SELF_EVOLUTION,
    ),
    Rule(
        "title_architecture",
        title(r"\barchitect(?:ure|ural)?\b|\bre-?architect\w*|\bADR\b|\bsystem design\b|\bdesign doc\w*"),
        _T.ARCHITECTURE,
    ),
    Rule(
        "title_memory",
        title(
            r"\bmemory (?:fabric|schema|layer|store|checkpoint|evolution|files?)\b|"
            r"\bgovernance memory\b|^\W*memory\b[\])]?:"
        ),
        _T.MEMORY,
    ),
    Rule(
        "title_governance",
        title(
            r"\bgovernance\b|\bcompliance\b|\baudit (?:trail|log)\b|\blicen[cs]e polic\w+|\bcode of conduct\b"
        ),
        _T.GOVERNANCE,
    ),
    Rule(
        "title_deployment",
        title(
            r"\bdeploy(?:s|ing|ment|ments)?\b|\bdocker(?:file)?\b|\bkubernetes\b|\bhelm\b|\bterraform\b|\bci/cd\b|"
            r"\bgithub actions?\b|\brelease (?:pipeline|workflow|process)\b|^\W*ci\b[\])]?(?:\([^)]*\))?:"
        ),
        _T.DEPLOYMENT,
    ),
    Rule(
        "title_qa",
        title(
            r"\bQA\b|\b(?:unit|integration|regression|e2e|end-to-end|flaky|missing|failing|smoke) tests?\b|"
            r"\btest (?:coverage|suite|plan)\b|\bcode coverage\b|\b(?:add|write|fix) (?:\w+ )?tests?\b|"
            r"^\W*tests?\b[\])]?(?:\([^)]*\))?:"
        ),
        _T.QA,
    ),
    Rule("title_build", title(r"^\W*(?:build|feat|fix|perf|refactor)\b[\])]?(?:\([^)]*\))?!?:"), _T.BUILD),
    Rule(
        "label_ordinary",
        label("bug", "enhancement", "feature", "feature.request", "documentation", "docs", "chore"),
        _T.BUILD,
    ),
    Rule("type_ordinary", issue_type("bug", "feature", "task"), _T.BUILD),
    Rule("body_architecture", body(r"\barchitecture decision\b|\barchitectural change\b"), _T.ARCHITECTURE),
    Rule("body_memory", body(r"\bmemory fabric\b|\bgovernance memory\b"), _T.MEMORY),
    Rule("body_governance", body(r"\bgovernance (?:rule|policy|violation|gate)s?\b"), _T.GOVERNANCE),
    Rule("body_qa", body(r"\btest coverage\b|\bflaky tests?\b"), _T.QA),
    Rule("body_deployment", body(r"\bdeployment (?:pipeline|script|process)\b"), _T.DEPLOYMENT),
    Rule("otherwise_build", otherwise("nothing says otherwise"), _T.BUILD),
)
"""Source: SPEC "Plan". What people set on purpose (labels, types, forms) comes before words."""

COMPLEXITY_RULES: tuple[Rule[Complexity], ...] = (
    Rule(
        "label_high",
        label(
            "complexity[:/ -]*high",
            "high",
            "complex",
            "size[:/ -]*x*l",
            "x*l",
            "large",
            "hard",
            "epic",
            "refactor(?:ing)?",
        ),
        Complexity.HIGH,
    ),
    Rule(
        "label_medium",
        label("complexity[:/ -]*medium", "medium", "moderate", "size[:/ -]*m"),
        Complexity.MEDIUM,
    ),
    Rule(
        "label_low",
        label(
            "complexity[:/ -]*low",
            "low",
            "size[:/ -]*x*s",
            "small",
            "easy",
            "trivial",
            "good first issue",
            "typo",
            "documentation",
            "docs",
        ),
        Complexity.LOW,
    ),
    Rule("type_high", issue_type("epic", "architecture"), Complexity.HIGH),
    Rule(
        "form_high", body(r"^(?:#{1,6} |\*\*)?complexity(?:\*\*)?:?(?:\*\*)?\s{1,5}high\b"), Complexity.HIGH
    ),
    Rule(
        "form_medium",
        body(r"^(?:#{1,6} |\*\*)?complexity(?:\*\*)?:?(?:\*\*)?\s{1,5}medium\b"),
        Complexity.MEDIUM,
    ),
    Rule("form_low", body(r"^(?:#{1,6} |\*\*)?complexity(?:\*\*)?:?(?:\*\*)?\s{1,5}low\b"), Complexity.LOW),
    Rule(
        "title_low",
        title(
            r"\btypos?\b|\bspelling\b|\bbump\b|\bwording\b|\brename (?:the )?(?:variable|label)\b|"
            r"\bfix (?:the )?comment\b"
        ),
        Complexity.LOW,
    ),
    Rule(
        "title_high",
        title(
            r"\brefactor\w*|\bre-?writ(?:e|ing)\b|\bre-?architect\w*|\barchitect(?:ure|ural)\b|\bre-?design\w*|"
            r"\bmigrat(?:e|es|ing|ion)\b|\bconcurren\w+|\bdistributed\b|\bmulti-?(?:agent|tenant|region)\w*|"
            r"\bscheduler\b|\bencrypt\w+"
        ),
        Complexity.HIGH,
    ),
    Rule(
        "body_high",
        body(
            r"\b(?:1\d|[2-9]\d|\d{3,4})\+? (?:source |different )?files\b|\bbreaking change\b|"
            r"\brace condition\b|\bdeadlock\w*|\bbackwards?[- ]compatib\w+|"
            r"\bacross (?:all|every|multiple) (?:modules?|services?|packages?)\b"
        ),
        Complexity.HIGH,
    ),
    Rule("many_tasks", tasks_at_least(8), Complexity.HIGH),
    Rule("very_long", body_longer_than(6000), Complexity.HIGH),
    Rule("some_tasks", tasks_at_least(3), Complexity.MEDIUM),
    Rule("long", body_longer_than(800), Complexity.MEDIUM),
    Rule("ordinary_type", issue_type("feature"), Complexity.MEDIUM),
    Rule("ordinary_label", label("enhancement", "feature", "feature.request"), Complexity.MEDIUM),
    Rule("otherwise_low", otherwise("a short description without a list of tasks"), Complexity.LOW),
)
"""Source: SPEC "Plan" and the seeds: labels first, then form answers, title, body, and size at last."""
