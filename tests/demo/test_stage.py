"""The demo's forge and model stand where the settings say, and are the same ones the next time."""

import json
import socket
import tomllib
import urllib.error
import urllib.request

import pytest

from demo.stage import KEY, REPOSITORY, TOKEN, Ports, Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.take_down()


@pytest.fixture(scope="module")
def ports(stage):
    return stage.open_services()


def _read(url, authorization):
    request = urllib.request.Request(url, headers={"Authorization": authorization})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        return json.load(answer)


def test_ports_are_kept_for_the_next_time(tmp_path):
    first = Ports.kept_in(tmp_path / "ports.json")
    assert Ports.kept_in(tmp_path / "ports.json") == first


def test_a_port_that_somebody_took_is_replaced_alone(tmp_path):
    first = Ports.kept_in(tmp_path / "ports.json")
    with socket.create_server(("127.0.0.1", first.model)):
        second = Ports.kept_in(tmp_path / "ports.json")
    assert second.model != first.model
    assert (second.forge, second.airflow) == (first.forge, first.airflow)


def test_the_settings_name_the_services_and_those_answer_to_the_demos_credentials(stage, ports):
    settings = tomllib.loads((stage.home / "overnight.toml").read_text())
    repository = _read(f"{settings['github_url']}/repos/{REPOSITORY}", f"token {TOKEN}")
    models = _read(f"{settings['openai_url']}/models", f"Bearer {KEY}")
    assert repository["full_name"] == REPOSITORY
    assert models["data"]
    assert str(ports.forge) in settings["github_url"]


def test_the_model_of_this_machine_stands_beside_the_paid_ones_and_wants_no_key(stage, ports):
    local = tomllib.loads((stage.home / "overnight.toml").read_text())["models"]["local-builder"]
    assert str(ports.local) in local["base_url"]
    assert [one["id"] for one in _read(f"{local['base_url']}/models", "")["data"]] == [local["model"]]


@pytest.mark.parametrize("address", ["OVERNIGHT_GITHUB_URL", "OVERNIGHT_OPENAI_URL"])
def test_a_stranger_is_turned_away(stage, ports, address):
    path = "/user" if address == "OVERNIGHT_GITHUB_URL" else "/models"
    with pytest.raises(urllib.error.HTTPError) as refused:
        _read(stage.environment(ports)[address] + path, "Bearer somebody-else")
    with refused.value:
        assert refused.value.code == 401


def test_what_happened_on_the_forge_is_there_after_a_restart(stage, ports):
    url = f"{stage.environment(ports)['OVERNIGHT_GITHUB_URL']}/repos/{REPOSITORY}/issues"
    body = json.dumps({"title": "Seen by the first night"}).encode()
    request = urllib.request.Request(
        url, data=body, headers={"Authorization": f"token {TOKEN}"}, method="POST"
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        number = json.load(answer)["number"]
    assert stage.is_up
    again = stage.open_services()
    assert again == ports
    assert _read(f"{url}/{number}", f"token {TOKEN}")["title"] == "Seen by the first night"
