"""Which bubblewrap is used, and what people are told where it cannot work."""

from __future__ import annotations

import os

import pytest

from include.overnight.adapters.sandbox.bwrap import find_bwrap, unavailable


def test_a_bwrap_is_found_on_path_or_in_the_wheel():
    assert os.access(find_bwrap().path, os.X_OK)


@pytest.mark.parametrize(
    ("complaint", "fix"),
    [
        ("bwrap: No permissions to create new namespace", "kernel.unprivileged_userns_clone=1"),
        ("bwrap: Creating new namespace failed: Operation not permitted", "max_user_namespaces"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "AppArmor profile"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined"),
        ("there is no /usr/bin/setpriv", "util-linux"),
        ("something nobody has seen", 'sandbox = "none"'),
    ],
)
def test_every_complaint_names_a_fix(complaint, fix):
    message = str(unavailable(complaint))
    assert fix in message
    assert 'sandbox = "none"' in message
