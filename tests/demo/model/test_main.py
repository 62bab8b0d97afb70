"""The model as a process of its own."""

import subprocess
import sys

import httpx


def test_the_command_serves_until_it_is_told_to_stop(scripts):
    command = [
        sys.executable,
        "-m",
        "demo.model",
        "--port",
        "0",
        "--scripts",
        str(scripts),
        "--model",
        "tiny",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().split()[-1]
            assert [model["id"] for model in httpx.get(f"{address}/models").json()["data"]] == ["tiny"]
        finally:
            process.terminate()
            process.wait(10)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    command = [sys.executable, "-m", "demo.model", "--port", "0", "--scripts", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr
