import pytest

from pantry.cli import main


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    path = tmp_path / "pantry.json"
    monkeypatch.setenv("PANTRY_FILE", str(path))
    return path


def test_what_is_put_in_is_listed(capsys):
    assert main(["add", "rice", "2 kg", "--minimum", "1 kg", "--use-by", "2027-03-01"]) == 0
    assert main(["list"]) == 0
    assert "rice  2 kg   1 kg     2027-03-01" in capsys.readouterr().out


def test_what_is_taken_out_shows_on_the_shopping_list(capsys):
    main(["add", "rice", "2 kg", "--minimum", "2 kg"])
    main(["take", "rice", "0.5 kg"])
    main(["shop"])
    assert capsys.readouterr().out.splitlines()[-2:] == ["rice: 1.5 kg left", "rice: 0.5 kg"]


def test_a_mistake_is_one_line_and_exit_code_one(capsys, file):
    assert main(["take", "saffron", "1 g"]) == 1
    assert capsys.readouterr().err == "pantry: no saffron in g: see `pantry list`\n"
    assert not file.exists()
