"""Where toolboxes are seen, and what covers the places of our own."""

from __future__ import annotations

import sys
from pathlib import Path

from include.overnight.adapters.sandbox.layout import Layout, make_layout
from include.overnight.adapters.sandbox.limits import SandboxLimits
from include.overnight.adapters.sandbox.skeleton import Moved, Skeleton


def arguments(layout: Layout) -> str:
    skeleton = Skeleton(layout.moved)
    try:
        return " ".join(layout.arguments(skeleton, SandboxLimits()))
    finally:
        skeleton.remove()
        assert not skeleton.path.exists()


def test_the_running_interpreter_is_always_on_the_path(tmp_path):
    (tmp_path / "bin").mkdir()
    layout = make_layout((tmp_path,))
    assert layout.search_path[0] == str(tmp_path / "bin")
    assert f"{sys.base_prefix}/bin" in layout.search_path


def test_a_toolbox_that_does_not_exist_is_left_out():
    assert not any("/no/such" in path for path in make_layout((Path("/no/such/toolbox"),)).search_path)


def test_a_home_inside_usr_is_covered_and_a_toolbox_inside_it_shown_again():
    home = Path("/usr/local/airflow")
    layout = Layout(toolbox=(home / ".venv",), hidden=(home,))
    told = arguments(layout)
    assert told.index(f"--tmpfs {home}") < told.index(f"--ro-bind {home}/.venv {home}/.venv")


def test_a_home_that_is_not_shown_needs_no_cover():
    assert "--tmpfs /srv/airflow" not in arguments(Layout(toolbox=(), hidden=(Path("/srv/airflow"),)))


def test_a_toolbox_in_the_place_of_the_tree_is_shown_elsewhere_with_its_programs_rewritten(tmp_path):
    source, target = tmp_path / "venv", Path("/opt/overnight/0")
    (source / "bin").mkdir(parents=True)
    (source / "lib").mkdir()
    (source / "bin" / "tool").write_text(f"#!{source}/bin/python\nprint()\n")
    (source / "bin" / "python").symlink_to("/usr/bin/python3")
    (source / "bin" / "binary").write_bytes(b"\x7fELF")
    moved = Moved(source, target)
    told = arguments(Layout(toolbox=(), hidden=(), moved=(moved,)))
    assert f"--ro-bind {source}/lib {target}/lib" in told
    skeleton = Skeleton((moved,))
    programs = skeleton.path / "bin0"
    assert (programs / "tool").read_text().startswith(f"#!{target}/bin/python\n")
    assert (programs / "python").readlink() == Path("/usr/bin/python3")
    assert (programs / "binary").readlink() == target / ".programs" / "binary"
    skeleton.remove()
