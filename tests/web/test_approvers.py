"""Only the approvers that settings name have a word, whatever else they may do in Airflow."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from include.overnight.settings import load_settings
from include.overnight.web import House, Right, create_api, create_pages

from .conftest import RANK, FakeGuard, as_

WORD = {"repository": "acme/box", "issue": 6, "subject": "protected:.github/checks.yml", "why": "ours"}


class KnowingGuard(FakeGuard):
    """Tells roles as well: Operator of the operator, Op of everybody else."""

    async def person(self, request):
        person = await super().person(request)
        return replace(person, also=("id:7", "role:Operator" if person.name == "operator" else "role:Op"))


@pytest.fixture
def asked(seeded, conductor, tmp_path):
    def ask(approvers, who, own=""):
        path = tmp_path / "home" / "overnight.toml"
        text = path.read_text().replace('name = "acme/box"\n', f'name = "acme/box"\n{own}\n')
        path.write_text(f"approvers = {approvers!r}\n{text}")
        desk = replace(seeded, settings=load_settings(path, {}))
        app = create_api(House(KnowingGuard(), lambda: desk, conductor))
        with TestClient(app, base_url="http://night.example") as client:
            return client.post("/approvals", json=WORD, headers=as_(who))

    return ask


def test_where_nobody_is_named_whoever_may_edit_the_dag_has_a_word(asked):
    assert asked([], "operator").status_code == 201


def test_where_nobody_is_named_who_may_only_trigger_the_dag_has_none(asked, monkeypatch):
    monkeypatch.setitem(RANK, Right.EDIT, 3)
    refused = asked([], "operator")
    assert refused.status_code == 403
    assert "operator may not edit the DAG of acme/box" in refused.text


@pytest.mark.parametrize("approvers", [["operator"], ["Operator"], ["ann", "role:Operator"]])
def test_a_person_is_named_by_name_or_role(asked, approvers):
    assert asked(approvers, "operator").status_code == 201


def test_a_person_is_named_by_the_id_airflow_gives_him(asked):
    assert asked(["id:7"], "admin").status_code == 201


def test_whoever_is_not_named_is_told_who_is_even_an_admin(asked):
    refused = asked(["ann", "role:Lead"], "admin")
    assert refused.status_code == 403
    assert "admin may not approve on acme/box: `approvers` names ann, role:Lead" in refused.text


def test_a_repositorys_own_approvers_take_the_place_of_everybodys(asked):
    assert asked(["admin"], "admin", 'approvers = ["ann"]').status_code == 403


def test_the_page_says_who_may_instead_of_showing_a_form(seeded, conductor, tmp_path):
    path = tmp_path / "home" / "overnight.toml"
    path.write_text(f"approvers = ['ann']\n{path.read_text()}")
    desk = replace(seeded, settings=load_settings(path, {}))
    app = create_pages(House(KnowingGuard(), lambda: desk, conductor))
    with TestClient(app, base_url="http://night.example") as client:
        page = client.get("/approvals", headers=as_("operator")).text
    assert "operator may not approve on acme/box: `approvers` names ann." in page
    assert 'name="word"' not in page
