"""Guessing a password: stopped where it is tried, also many at once; its owner is only slowed elsewhere."""

import asyncio

import pytest

from tests.server.installation import PASSWORD, Installation
from turnero.server.accounts import locks
from turnero.server.accounts.locks import FREE, FREE_ANYWHERE, LONGEST_DELAY_S, Locks
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused, Unavailable
from turnero.web.limits import TooMany

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_800_000_000_000)


@pytest.fixture
def kept(clock: VirtualClock) -> Locks:
    return Locks(clock)


def test_the_wait_grows_with_each_wrong_password_and_has_an_end(
    kept: Locks, clock: VirtualClock
) -> None:
    for _ in range(FREE):
        kept.begin("ana", HERE)
    waits = []
    for _ in range(8):
        with pytest.raises(TooMany) as refused:
            kept.begin("ana", HERE)
        waits.append(refused.value.seconds)
        clock.advance(refused.value.seconds * 1000)
        kept.begin("ana", HERE)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_elsewhere_the_same_login_is_slower_and_never_refused(kept: Locks) -> None:
    delays = [kept.begin("ana", f"10.0.1.{n}") for n in range(FREE_ANYWHERE + 8)]
    assert delays[:FREE_ANYWHERE] == [0] * FREE_ANYWHERE
    assert delays[FREE_ANYWHERE:] == [0.25, 0.5, 1, 2, 4, 8, 8, 8]
    assert all(
        kept.begin("ana", f"10.1.{n >> 8}.{n & 255}") <= LONGEST_DELAY_S for n in range(3000)
    )
    assert kept.begin("bea", HERE) == 0


def test_the_slowness_passes_and_the_right_password_forgives_all(
    kept: Locks, clock: VirtualClock
) -> None:
    for n in range(20):
        kept.begin("ana", f"10.0.1.{n}")
    clock.advance(locks.LONGEST_MS)
    assert kept.begin("ana", HERE) == 0
    for _ in range(FREE - 1):
        kept.begin("ana", HERE)
    kept.right("ana", HERE)
    assert [kept.begin("ana", HERE) for _ in range(FREE)] == [0] * FREE


def test_inventing_logins_does_not_fill_the_memory(
    kept: Locks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "REMEMBERED", 10)
    for n in range(100):
        kept.begin(f"login{n}", HERE)
    assert len(kept._here) == len(kept._anywhere) == 10


async def test_forty_guesses_at_once_are_no_more_than_five(here: Installation) -> None:
    await here.person("ana")
    tries = [
        here.running.accounts.sign_in(
            "ana", PASSWORD if n == 39 else f"wrong guess {n}", None, HERE
        )
        for n in range(40)
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, TooMany) for one in answers) == 40 - FREE
    assert isinstance(answers[39], TooMany)


async def test_who_guesses_locks_nobody_out_elsewhere(here: Installation) -> None:
    await here.person("ana")
    for _ in range(FREE):
        with pytest.raises(Refused, match="sign-in-wrong"):
            await here.running.accounts.sign_in("ana", "wrong", None, HERE)
    with pytest.raises(TooMany):
        await here.running.accounts.sign_in("ana", PASSWORD, None, HERE)
    assert (await here.running.accounts.sign_in("ana", PASSWORD, None, ELSEWHERE)).secret


async def test_right_passwords_are_never_counted(here: Installation) -> None:
    await here.person("ana")
    for _ in range(FREE + 3):
        assert (await here.running.accounts.sign_in("ana", PASSWORD, None, HERE)).secret


async def test_a_try_that_the_database_could_not_judge_is_not_counted(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.person("ana")

    async def away(*given: object) -> None:
        raise Unavailable("the database does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(here.running.ledger, "read", away)
        for _ in range(FREE + 3):
            with pytest.raises(Unavailable):
                await here.running.accounts.sign_in("ana", PASSWORD, None, HERE)
    assert (await here.running.accounts.sign_in("ana", PASSWORD, None, HERE)).secret
