"""Each leg and callback one act at a time; what failed not at once again, and nothing remembered for ever."""

import asyncio

import pytest

from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused, Unavailable
from turnero.telephony.acts import AGAIN_S, REFUSED_S, Acts
from turnero.telephony.exchange import ExchangeAway


class Tried:
    """An act that counts how often it was tried, and ends as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.times = 0
        self.error = error
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self) -> None:
        """Try it."""
        self.times += 1
        await self.goes_on.wait()
        if self.error is not None:
            raise self.error


async def all_done(acts: Acts) -> None:
    """Until nothing is under way."""
    async with asyncio.timeout(10):
        while len(acts):  # noqa: ASYNC110 - each ends by itself
            await asyncio.sleep(0)


async def test_one_at_a_time_and_whoever_waits_hears_of_its_end() -> None:
    rung = 0

    def over() -> None:
        nonlocal rung
        rung += 1

    acts, tried = Acts(VirtualClock(0), over), Tried()
    tried.goes_on.clear()
    acts.do("one", tried())
    acts.do("one", tried())
    acts.do("two", tried())
    await asyncio.sleep(0)
    assert tried.times == 2
    tried.goes_on.set()
    await all_done(acts)
    assert rung == 2
    acts.do("one", tried())
    await all_done(acts)
    assert tried.times == 3


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Refused("dialling-closed"), REFUSED_S),
        (Unavailable("the disk is full"), AGAIN_S),
        (ExchangeAway("no answer"), AGAIN_S),
        (ValueError("a mistake of ours"), AGAIN_S),
    ],
)
async def test_what_failed_is_tried_again_later_and_then_forgotten(
    error: Exception, seconds: float
) -> None:
    clock, tried = VirtualClock(0), Tried(error)
    acts = Acts(clock, lambda: None)
    for moment in (0, round(seconds * 1000) - 1, 1):
        clock.advance(moment)
        acts.do("one", tried())
        await all_done(acts)
    assert tried.times == 2
    for n in range(1000):
        acts.later(f"callback {n}")
    clock.advance(round(AGAIN_S * 1000))
    acts.do("another", Tried()())
    await all_done(acts)
    assert not acts._not_before


async def test_what_is_under_way_ends_with_it() -> None:
    acts, tried = Acts(VirtualClock(0), lambda: None), Tried()
    tried.goes_on.clear()
    acts.do("one", tried())
    await asyncio.sleep(0)
    await acts.stop()
    assert len(acts) == 0
