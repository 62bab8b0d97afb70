"""Leases on issues, with fencing."""

from datetime import timedelta

import pytest

from include.overnight.domain.errors import FenceLost

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY


def claim(database, night=NIGHT, seconds=60, issue=42):
    return database.claims.claim(REPOSITORY, issue, night, seconds)


def test_one_night_holds_an_issue_and_another_gets_none(database):
    held = claim(database)
    assert claim(database, OTHER_NIGHT) is None
    assert database.claims.holder(REPOSITORY, 42) == held
    assert claim(database, OTHER_NIGHT, issue=43).fence == 1


def test_the_same_night_takes_over_at_once_with_a_higher_fence(database):
    first, second = claim(database), claim(database)
    assert (first.fence, second.fence) == (1, 2)
    with pytest.raises(FenceLost):
        database.claims.renew(first, 60)
    assert database.claims.renew(second, 60).fence == 2


def test_an_expired_claim_is_free_and_the_fence_grows_on(database, clock):
    lost = claim(database)
    clock.forward(seconds=60)
    assert database.claims.holder(REPOSITORY, 42) is None
    assert claim(database, OTHER_NIGHT).fence == 2
    with pytest.raises(FenceLost, match="must stop"):
        database.claims.renew(lost, 60)


def test_a_released_claim_is_free_and_the_fence_grows_on(database):
    held = claim(database)
    database.claims.release(held)
    assert database.claims.holder(REPOSITORY, 42) is None
    assert claim(database, OTHER_NIGHT).fence == 2


def test_releasing_what_is_lost_changes_nothing(database):
    lost = claim(database)
    held = claim(database)
    database.claims.release(lost)
    assert database.claims.holder(REPOSITORY, 42) == held


def test_renewing_prolongs_even_an_expired_claim_that_nobody_took(database, clock):
    held = claim(database)
    clock.forward(seconds=90)
    renewed = database.claims.renew(held, 60)
    assert renewed.expires_at == clock.moment + timedelta(seconds=60)
    assert claim(database, OTHER_NIGHT) is None


def test_a_claim_is_abandoned_once_its_night_let_it_expire(database, clock):
    assert not database.claims.abandoned(REPOSITORY, 42, NIGHT)
    claim(database)
    assert not database.claims.abandoned(REPOSITORY, 42, NIGHT)
    clock.forward(seconds=60)
    assert database.claims.abandoned(REPOSITORY, 42, NIGHT)
    assert not database.claims.abandoned(REPOSITORY, 42, OTHER_NIGHT)
    database.claims.release(claim(database))
    clock.forward(seconds=60)
    assert not database.claims.abandoned(REPOSITORY, 42, NIGHT)


def test_a_released_claim_cannot_be_renewed(database):
    held = claim(database)
    database.claims.release(held)
    with pytest.raises(FenceLost):
        database.claims.renew(held, 60)
