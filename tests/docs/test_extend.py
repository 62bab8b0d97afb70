"""The examples of docs/extend.md are short, and do what the page says of them."""

import re
import sys
import tomllib
from types import ModuleType

import pytest

from include.overnight.domain import classification
from include.overnight.domain.finders import label
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.issues import Issue
from include.overnight.domain.models import RULES, ModelSelectionContext, Tier, select_model
from include.overnight.domain.plans import PlanRules, SequenceType
from include.overnight.edge.notifiers import tellers
from include.overnight.settings import FileSettings

from ..adapters.gates.cases import Bench
from ..architecture.sources import PROJECT
from ..fakes import StagedDesk
from ..staging import REPOSITORY, of, open_stage

PAGE = (PROJECT / "docs" / "extend.md").read_text()


def section(title):
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def blocks(title, language):
    return re.findall(rf"```{language}\n(.*?)```", section(title), re.DOTALL)


def example(title, name="example_of_the_guide"):
    """Return the module that the section's Python makes."""
    (source,) = blocks(title, "python")
    module = ModuleType(name)
    sys.modules[name] = module  # dataclasses and Airflow look their module up
    exec(compile(source, f"docs/extend.md, {title}", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("title", ["A gate", "A builder", "A rule of classification", "A notifier"])
def test_every_example_is_under_thirty_lines(title):
    assert [
        len(block.splitlines()) for block in blocks(title, "python") if len(block.splitlines()) >= 30
    ] == []


@pytest.mark.parametrize(("lines", "status"), [(500, GateStatus.PASS), (501, GateStatus.FAIL)])
def test_the_gate_judges_a_real_change(tmp_path, lines, status):
    case = Bench(tmp_path).case({"a.txt": "a\n"}, {"b.txt": "b\n" * lines})
    result = example("A gate").LargeFilesGate(None).judge(case)
    assert result.status is status
    assert [finding.path for finding in result.findings] == ["b.txt"] * (lines - 500)


def test_the_builder_brings_a_pull_request_through_a_whole_night(tmp_path, monkeypatch):
    builder = example("A builder").TemplateBuilder()
    monkeypatch.setattr(StagedDesk, "builder", lambda desk, name: builder)
    with open_stage(tmp_path) as stage:
        number = stage.issue("Say who we are")
        issue = of(stage.night(stage.desk()), number)
        assert (issue.status, issue.cost_usd) == ("pull_request", 0), issue.reason
        (pull,) = stage.forge.pull_requests(REPOSITORY)
    assert pull.number == issue.pull_request


def test_the_rule_for_models_chooses_its_tier_and_leaves_other_issues_alone():
    (block,) = blocks("A rule for models", "toml")
    (row,) = FileSettings.model_validate(tomllib.loads(block)).model_rules
    rules = (row.rule(), *RULES)
    subtle = select_model(ModelSelectionContext("build", labels=("parser",)), rules)
    assert (subtle.selected_model, subtle.justification) == (Tier.GPT_4_TURBO, "complex_reasoning")
    assert "the parser is subtle" in subtle.reason
    plain = ModelSelectionContext("build", labels=("docs",))
    assert select_model(plain, rules).selected_model == select_model(plain).selected_model


def test_the_rule_of_classification_decides_where_it_stands(monkeypatch):
    row = example("A rule of classification").ROW
    monkeypatch.setattr(classification, "RULES", (row, *classification.RULES))
    made = classification.classify(Issue(1, "Name the buttons", labels=("a11y",)), PlanRules())
    assert made.sequence_type is SequenceType.QA
    assert "label_accessibility" in made.type_reason
    assert label("a11y")(Issue(2, "Name the buttons")) == ""


def test_the_notifier_is_told_what_people_are_told(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "pager", raising=False)
    example("A notifier", "pager")
    (block,) = blocks("A notifier", "toml")
    told = tmp_path / "in"
    settings = FileSettings.model_validate(tomllib.loads(block.replace("/run/pager/in", str(told))))
    (teller,) = tellers(settings.notifiers)
    teller("Overnight: a night did not run", "acme/pantry")
    assert told.read_text() == "Overnight: a night did not run: acme/pantry\n"
