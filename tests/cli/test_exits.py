"""Exit codes that scripts can use: each is documented, each is earned."""

import ast
import inspect
import re

import pytest
import typer

from include.overnight.cli import console
from include.overnight.cli.console import Exit, speaking
from include.overnight.domain.errors import Contended, NotFound, RateLimited, SettingsError, Unreachable

from ..architecture.sources import PROJECT
from ..docs.command_reference import exit_codes


def test_every_exit_code_has_its_words_and_stands_in_the_reference():
    page = (PROJECT / "docs" / "reference" / "commands.md").read_text()
    told = exit_codes()
    assert [code for code, _ in told] == [*Exit]
    for code, words in told:
        assert f"| {code.value} | {words} |" in page


def test_no_command_leaves_with_a_bare_number_that_the_table_does_not_name():
    for path in (PROJECT / "include" / "overnight" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Exit":
                assert all(not isinstance(one, ast.Constant) or one.value in {*Exit} for one in node.args)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), Exit.WRONG),
        (NotFound("x"), Exit.WRONG),
        (RateLimited("x", 60), Exit.TRY_AGAIN),
        (Unreachable("x"), Exit.TRY_AGAIN),
        (Contended("x"), Exit.TRY_AGAIN),
        (PermissionError(13, "denied", "/x"), Exit.WRONG),
    ],
)
def test_a_failure_becomes_the_code_of_its_family(error, code, capsys):
    with pytest.raises(typer.Exit) as left, speaking():
        raise error
    assert left.value.exit_code == code
    assert re.match(r"Not now: |Error: ", capsys.readouterr().err)


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), speaking():
        _ = 1 // 0


def test_the_codes_are_what_the_shell_sees():
    assert [member.name for member in Exit] == re.findall(
        r"^    ([A-Z_]+) = \d+$", inspect.getsource(console.Exit), re.MULTILINE
    )
