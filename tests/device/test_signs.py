"""What a sign at a box shows is what its server said last."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from turnero.device.box import Box
from turnero.device.link import News
from turnero.device.signs import BoxStation
from turnero.display.signs.state import SignCall, SignState
from turnero.store.devices import Device

SIGN = Device(7, 1, "sign", "hall", "Sala", "", "{}", None, None)


def showing(number: str) -> SignState:
    """One call."""
    return SignState((SignCall(number, "3"),))


async def test_a_call_that_comes_while_the_state_is_on_its_way_is_asked_for_again() -> None:
    """The answer is of before the call: kept, the sign would not call anybody for a minute."""
    answers: asyncio.Queue[SignState] = asyncio.Queue()
    asked: list[str] = []

    async def sign(key: str, _kind: type[Any]) -> SignState:
        asked.append(key)
        return await answers.get()

    link = SimpleNamespace(sign=sign)
    box = SimpleNamespace(ledger=None, heard=[], link=link, site=1)
    station = BoxStation(cast("Box", box))
    first = asyncio.create_task(station.state(SIGN))
    await asyncio.sleep(0)
    box.heard[0](News(12, "ticket-called"))
    answers.put_nowait(showing("A001"))
    assert await first == showing("A001")
    answers.put_nowait(showing("A002"))
    assert await station.state(SIGN) == showing("A002")
    assert await station.state(SIGN) == showing("A002"), "and then nobody is asked for nothing"
    assert asked == ["hall", "hall"]
