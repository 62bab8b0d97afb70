"""Checkouts from settings and environment, and the repository a remote's URL names."""

from types import SimpleNamespace

import pytest

from include.overnight.domain.checkouts import Checkout, configured, from_environment, is_of, repository_of


def test_the_environment_names_checkouts_by_their_variables():
    found = from_environment(
        {
            "LOCAL_FOREMAN_APP_PATH": "/home/ann/app",
            "LOCAL_MATURION_ISMS_PATH": " /home/ann/isms ",
            "LOCAL_EMPTY_PATH": " ",
            "LOCAL_PATH": "/x",
            "PATH": "/bin",
        }
    )
    assert [(one.name, one.path) for one in found] == [
        ("foreman-app", "/home/ann/app"),
        ("maturion-isms", "/home/ann/isms"),
    ]


def test_settings_win_over_the_environment_and_lack_nothing():
    row = SimpleNamespace(name="foreman-app", path="/srv/app", queue="laptop", unknown=1)
    (one,) = configured([row], {"LOCAL_FOREMAN_APP_PATH": "/home/ann/app"})
    assert one == Checkout("foreman-app", "/srv/app", queue="laptop")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/octo/pantry.git", "octo/pantry"),
        ("https://user:pass@github.com/octo/pantry/", "octo/pantry"),
        ("ssh://git@github.com:22/octo/pantry.git", "octo/pantry"),
        ("git@github.com:octo/pantry.git", "octo/pantry"),
        ("github.com:octo/pantry", "octo/pantry"),
        ("/srv/git/octo/pantry.git", "octo/pantry"),
        ("../octo/pantry", "octo/pantry"),
        ("https://example.org/pantry", ""),
        ("", ""),
    ],
)
def test_the_repository_that_a_url_names(url, name):
    assert repository_of(url) == name


def test_a_checkout_is_matched_by_its_remote_whatever_the_case():
    checkout = Checkout("a", "/a", repository="Octo/Pantry")
    assert is_of(checkout, "git@github.com:octo/pantry.git")
    assert not is_of(checkout, "git@github.com:octo/larder.git")
    assert is_of(Checkout("a", "/a"), "anything/at/all")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a/b"},
        {"path": ""},
        {"branch": "--upload-pack=x"},
        {"remote": "-x"},
        {"queue": "a b"},
    ],
)
def test_values_that_git_would_misread_are_refused(wrong):
    with pytest.raises(ValueError, match="checkout"):
        Checkout(**{"name": "a", "path": "/a", **wrong})
