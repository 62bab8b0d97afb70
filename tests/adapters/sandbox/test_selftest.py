"""The self-test finds what a sandbox lets through."""

from __future__ import annotations

import pytest

from include.overnight.adapters.sandbox import UnconfinedSandbox
from include.overnight.adapters.sandbox.selftest import prove
from include.overnight.domain.errors import SandboxUnavailable
from include.overnight.ports import Ran


class SilentSandbox:
    """A sandbox in which every command ends at once and says nothing."""

    def run(self, *_args, **_keywords):
        return Ran(1, "", "no shell here")


def test_a_plain_subprocess_does_not_pass():
    with pytest.raises(SandboxUnavailable, match="loopback of the host can be reached"):
        prove(UnconfinedSandbox())


def test_a_sandbox_that_runs_nothing_does_not_pass():
    with pytest.raises(SandboxUnavailable, match="did not finish: no shell here"):
        prove(SilentSandbox())
