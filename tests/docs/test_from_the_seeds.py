"""Every row of from-the-seeds.md points at something that exists, and nothing the seeds name is left out."""

import importlib
import re

import pytest

from include.overnight.domain.checkouts import configured
from include.overnight.settings import VARIABLES

from ..architecture.sources import PROJECT
from .command_reference import commands

PAGE = (PROJECT / "docs" / "reference" / "from-the-seeds.md").read_text()
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| in the seeds")
]
COMMANDS = commands()
WORDS = """
lib/foreman/overnight-execution.ts lib/foreman/model-escalation.ts lib/foreman/desktop-sync.ts
lib/foreman/memory/governance-memory.ts lib/foreman/governance-issues.ts lib/foreman/orchestrator.ts
lib/foreman/dispatch.ts lib/foreman/chat-executor.ts lib/foreman/build-sequence.ts
types/model-escalation.ts types/overnight-execution.ts scripts/run-overnight-execution.ts
foreman/governance/gsr-model.md ./foreman/governance/gsr-model.md ./LOCAL_BUILDER_FALLBACK.md
./GOVERNANCE_FIX_SUMMARY.md ./QIC_IMPLEMENTATION_SUMMARY.md .github/workflows/overnight-execution.yml
selectModel executeWithEscalation getQuotaUsage detectRepositoryDrift performSafeMerge
checkLocalBuilderHealth startPeriodicHealthCheck logGovernanceEvent queryGovernanceEvents
getGovernanceStats getGovernanceIssues createGovernanceIssuesOnGitHub performTask
ModelTier EscalationReason ModelEscalationConfig EscalationEvent ModelSelectionContext ModelSelectionResult
DesktopBuilderConfig DriftDetectionResult DesktopSyncEvent OvernightExecutionConfig IssueSequenceType
IssueWithDependencies OvernightExecutionRun IssueExecutionResult QAValidationSummary
GovernanceValidationSummary DependencyChain
GITHUB_TOKEN OPENAI_API_KEY OVERNIGHT_EXECUTION_ENABLED DESKTOP_BUILDER_ENABLED LOCAL_FOREMAN_APP_PATH
LOCAL_MATURION_ISMS_PATH DEFAULT_CONFIG
enabled scheduleExpression maxIssuesPerRun sequenceOrder enableModelEscalation enableAutoHeal
enableDesktopSync createPRsAutomatically quotaLimits repo issues pull_requests
model_escalation model_escalation_failed desktop_sync desktop_sync_failed repository_drift_detected
builder_switch desktop_health_check overnight_execution_started overnight_execution_completed
issue_execution_completed issue_execution_failed
architecture_update memory_evolution governance_fix multi_agent_coordination project_milestone
complex_reasoning heavy_refactor integration_complexity experimental optimization
"""
PHRASES = """
npm run overnight
npm run overnight:dry-run
npm run overnight -- --help
npx tsx scripts/run-overnight-execution.ts
npm run test:overnight
npm run test:all
POST /api/foreman/overnight
GET /api/foreman/overnight
"""
SEEDS = [*WORDS.split(), *PHRASES.strip().splitlines()]
"""Every name in backticks, every command, file, function, type, key and variable of the two documents."""


def told(column):
    """Return what stands in backticks in a column, with the row's first cell."""
    return [(row[0], name) for row in ROWS for name in re.findall(r"`([^`]+)`", row[column])]


def test_every_row_has_its_four_cells():
    assert len(ROWS) > 120
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


def test_every_name_of_the_seeds_has_exactly_one_row():
    named = [name for _, name in told(0)]
    assert set(SEEDS) - set(named) == set()
    assert [name for name in SEEDS if named.count(name) != 1] == []


@pytest.mark.parametrize("column", [2, 3])
def test_every_row_names_files_that_exist(column):
    assert [row[0] for row in ROWS if not re.search(r"`[^`]+`", row[column])] == []
    assert [(seed, path) for seed, path in told(column) if not (PROJECT / path).is_file()] == []


def test_what_holds_a_row_is_a_test():
    assert [path for _, path in told(3) if not re.fullmatch(r"tests/(\w+/)*test_\w+\.py", path)] == []


@pytest.mark.parametrize("name", sorted({name for _, name in told(1) if re.fullmatch(r"[\w.]+:\w+", name)}))
def test_a_python_name_of_the_page_can_be_imported(name):
    module, _, attribute = name.partition(":")
    assert hasattr(importlib.import_module(f"include.overnight.{module}"), attribute)


def test_every_command_and_make_target_of_the_page_exists():
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    for _, name in told(1):
        words = name.split()
        if words[0] == "make":
            assert words[1] in targets
        if words[0] == "overnight":
            assert any(" ".join(words[:length]) in COMMANDS for length in (2, 3)), name


def test_every_variable_of_the_page_is_read():
    named = {name for _, name in told(1) if re.fullmatch(r"[A-Z_]{6,}", name)}
    checkouts = {name for name in named if re.fullmatch(r"LOCAL_\w+_PATH", name)}
    assert named - checkouts <= {*VARIABLES.values(), "GITHUB_TOKEN", "OPENAI_API_KEY"}
    assert len(configured((), dict.fromkeys(checkouts, "/home/ann/app"))) == len(checkouts) == 2


def test_every_link_of_the_page_leads_somewhere():
    folder = PROJECT / "docs" / "reference"
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [link for link in links if not (folder / link).resolve().is_file()] == []
