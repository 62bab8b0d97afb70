"""The events that start a workflow, from its text."""

import pytest

from include.overnight.adapters.github.workflows import triggers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push\n", {"push"}),
        ("on: [push, merge_group]\n", {"push", "merge_group"}),
        ("on:\n  merge_group:\n    types: [checks_requested]\n", {"merge_group"}),
        ('"on": merge_group\n', {"merge_group"}),
        ("on:\n", set()),
        ("- just\n- a list\n", set()),
        ("on: [push\n", set()),
        ("", set()),
        ("on: 2026-99-99\n", set()),
        (f"on: push\n#{'x' * 300_000}\n", set()),
    ],
)
def test_the_events_of_a_workflow_are_read_as_github_reads_them(text, expected):
    assert triggers(text) == expected


def test_aliases_nested_to_any_size_are_not_spelled_out():
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 40))
    assert triggers(f"a0: &a0 [x]\n{levels}on: [push, *a39]\n") == {"push"}
