"""What each sign of a site has to show, from the real line, and that the room paints it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.display.signs.signed import BOXED, SITE, Signed
from tests.printer.patience import until
from turnero.display.signs.room import Signs
from turnero.display.signs.state import SignCall, SignState, of_zone
from turnero.display.signs.station import LedgerStation
from turnero.display.signs.virtual import Faults
from turnero.display.signs.worker import Pace
from turnero.queue.views import BoardView, CallView


@asynccontextmanager
async def painted(hall: Signed, pace: Pace | None = None) -> AsyncIterator[Signs]:
    """The room at work on its ledger."""
    signs = Signs(pace=pace or Pace(watch_s=60, turn_s=60))
    task = asyncio.create_task(signs.run(LedgerStation(hall.ledger)))
    try:
        yield signs
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_over_a_desk_stands_the_number_called_or_served_there_and_else_the_idle_text(
    hall: Signed,
) -> None:
    assert await hall.shown("s1") == SignState(idle="LIBRE")
    await hall.press("v1")
    assert await hall.shown("s1") == SignState((SignCall("C001"),), "LIBRE")
    # Nine calls later it is still served there, and still stands there.
    await hall.press("v1", "start")
    for _ in range(9):
        await hall.press("v2")
        await hall.press("v2", "start", "finish")
    assert await hall.shown("s1") == SignState((SignCall("C001"),), "LIBRE")
    await hall.press("v1", "finish")
    assert await hall.shown("s1") == SignState(idle="LIBRE")


async def test_in_a_hall_stand_those_who_are_awaited_with_their_desks_newest_first(
    hall: Signed,
) -> None:
    assert await hall.shown("sa") == SignState()
    await hall.press("v1")
    await hall.press("v3")
    await hall.press("v2")
    assert await hall.shown("sa") == SignState(
        (SignCall("C003", "2", "left"), SignCall("C001", "1"))
    )
    assert [call.desk for call in (await hall.shown("todo")).calls] == ["2", "Farmacia", "1"]


async def test_the_last_one_stands_until_the_service_ends_and_no_older_one_comes_back(
    hall: Signed,
) -> None:
    await hall.press("v1")
    await hall.press("v1", "start")
    await hall.press("v2")
    await hall.press("v2", "start")
    assert (await hall.shown("sa")).calls == (SignCall("C002", "2", "left"),)
    await hall.press("v2", "finish")
    assert (await hall.shown("sa")).calls == ()


def test_who_is_called_by_telephone_stands_on_no_sign_of_a_hall() -> None:
    def call(seq: int, **more: bool) -> CallView:
        names = {"es": "Caja"}
        return CallView(seq, f"C{seq:03}", "Ventanilla 1", "", names, "es", seq, **more, recalls=0)

    here = call(1, in_force=True, calling=False)
    rung = call(2, in_force=False, calling=False, by_phone=True)
    view = BoardView("s", "S", 9, 9, calls=(), recent=(rung, here), queues=())
    assert of_zone(view, {}).calls == (SignCall("C001", "1"),)


async def test_a_state_holds_numbers_and_desks_and_nothing_else(hall: Signed) -> None:
    """What is sent to a box, and painted for all to read."""
    await hall.press("v1")
    assert SignState.__struct_fields__ == ("calls", "idle")
    assert SignCall.__struct_fields__ == ("number", "desk", "arrow")


async def test_the_room_paints_each_call_on_its_signs(hall: Signed) -> None:
    async with painted(hall) as signs:
        await until(lambda: len(signs.beats()) == 3)
        own = {key: signs.machine_of(await hall.sign(key)) for key in ("s1", "sa", "todo")}
        panels = {key: found[1] for key, found in own.items() if found is not None}
        assert panels["s1"].panel.text == "LIBR"
        await hall.press("v1")
        await until(lambda: panels["s1"].panel.text == "C001")
        await until(lambda: panels["sa"].panel.text == "C001   1")
        await until(lambda: panels["todo"].panel.text == "001  1")
        await hall.press("v1", "finish")
        await until(lambda: panels["s1"].panel.text == "LIBR")
        # Two of them share a line, which was opened once for both.
        assert len(signs.virtual["pasillo"].sessions) == 1


async def test_a_sign_that_is_changed_taken_out_or_added_is_so_at_once(hall: Signed) -> None:
    async with painted(hall) as signs:
        await until(lambda: len(signs.beats()) == 3)
        await hall.load(SITE.replace('idle = "LIBRE"', 'idle = "PASE"'))
        sign = await hall.sign("s1")

        def text() -> str:
            found = signs.machine_of(sign)
            return found[1].panel.text if found else ""

        await until(lambda: text() == "PASE")
        await hall.load(BOXED)
        await until(lambda: signs.machine_of(sign) is None)


async def test_a_sign_is_heard_with_what_it_shows_and_what_is_wrong(hall: Signed) -> None:
    async with painted(hall, Pace(retry_s=(0.02, 0.02))) as signs:
        sign = await hall.sign("s1")
        await until(lambda: sign.id in signs.beats())
        found = signs.machine_of(sign)
        assert found is not None
        found[0].set_faults(found[1], Faults(mute=True))
        await hall.press("v1")

        async def told() -> bool:
            said = json.loads((await hall.sign("s1")).state or "{}")
            return (said.get("reason"), said.get("face")) == ("mute", {"number": "C001"})

        await until(told)


async def test_the_signs_of_a_box_are_left_to_it(hall: Signed) -> None:
    await hall.load(BOXED)
    assert [one.key for one in await LedgerStation(hall.ledger).signs()] == ["sa", "todo"]
    assert [one.key for one in await LedgerStation(hall.ledger, "caja").signs()] == ["s1"]
