"""Caps of callbacks: by number, by what is in flight, by minutes and by who asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, Hall
from tests.queue.refusal import refused
from tests.telephony.room import CALLING
from turnero.queue.call_facts import CallbackEnded, CallbackPutOff
from turnero.queue.call_requests import (
    WITHHELD,
    AskCallback,
    Asked,
    DialDesk,
    Dialled,
    DialPatient,
    Heard,
    HoldLine,
    Lead,
    OfCallback,
    Opened,
)
from turnero.queue.commands import callbacks, dialling, leading
from turnero.queue.requests import TicketMove
from turnero.store.clock import VirtualClock
from turnero.store.vault import Sealed


class Calls(Hall):
    """The hall, whose legs a test makes ring."""

    epoch = 1

    async def capped(self, **caps: int) -> None:
        """These caps, calls that can be placed, and both desks at work."""
        lines = "".join(f"{name} = {n}\n" for name, n in caps.items())
        await self.load(f"{CALLING}\n[callbacks]\n{lines}")
        led = await self.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
        self.epoch = led.epoch
        await self.opens()
        await self.open("v1")
        await self.open("v2")

    async def opens(self) -> None:
        """Calls can be placed, unless the breaker is open still."""
        opened = Opened(self.epoch, open=True)
        await self.ledger.run(leading.opened, opened, site=0, actor="system")

    async def ask(self, phone: Sealed) -> Asked:
        """Ask to be rung at that number."""
        return await self.act(callbacks.ask, AskCallback(phone=phone, service="caja"))

    async def dialled(self, asked: Asked, leg: str, desk: str = "v1") -> Dialled:
        """Next calls it, the desk picks up, and its patient is to be rung: nobody, if it is put off."""
        assert await self.next(desk) == asked.ticket
        asks = DialDesk(asked.callback, f"d{leg}", self.epoch)
        rings = await self.act(dialling.dial_desk, asks)
        if rings.leg is None:
            return rings
        await self.act(dialling.heard, Heard(f"d{leg}", "up"))
        return await self.act(dialling.dial_patient, DialPatient(asked.callback, leg, self.epoch))

    async def ends(self, leg: str, outcome: str) -> None:
        """The patient's telephone is over without a conversation, so the desk's is put down."""
        for one in (leg, f"d{leg}"):
            await self.act(dialling.heard, Heard(one, "ended", outcome))

    async def speak(self, asked: Asked, leg: str, seconds: float) -> None:
        """The patient picks up, presses 1, speaks so long, and the agent is done."""
        await self.act(dialling.heard, Heard(leg, "up"))
        await self.act(dialling.confirmed, OfCallback(asked.callback))
        await self.act(dialling.joined, OfCallback(asked.callback))
        self.wait(seconds)
        await self.ends(leg, "answered")
        await self.finish(asked.ticket)

    async def why(self) -> list[str]:
        """Why callbacks were put off."""
        return [one.why for one in await self.facts(CallbackPutOff)]


@pytest.fixture
async def hall(tmp_path: Path, database: str | None) -> AsyncIterator[Calls]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", database, clock=clock) as ledger:
        yield Calls(ledger, clock)


def number(digits: str = "11") -> Sealed:
    """A number, sealed."""
    index = digits.rjust(32, "f")  # none of `ring_me`
    return Sealed(index, bytes.fromhex(index), "00000000", "PE", "mobile", digits[-3:])


async def holds(hall: Calls, leg: str, phone: Sealed | None) -> Asked:
    """Somebody rings us and stays."""
    return await hall.act(callbacks.hold, HoldLine(leg=leg, service="caja", phone=phone))


async def test_no_more_are_in_flight_than_may_be(hall: Calls) -> None:
    await hall.capped(in_flight=1)
    one, two = await hall.ring_me(), await hall.ring_me()
    assert (await hall.dialled(one, "1", "v1")).leg == "1"
    assert (await hall.dialled(two, "2", "v2")).leg is None
    assert await hall.why() == ["caps"]
    assert await hall.state(two.ticket) == "retry"
    await hall.ends("1", "busy")
    hall.wait(130)
    await hall.fire_timers()
    assert (await hall.dialled(one, "3", "v2")).leg == "3"


async def test_who_stays_on_the_line_keeps_nobody_from_being_rung(hall: Calls) -> None:
    await hall.capped(in_flight=1, number_a_day=1, minutes_a_day=1)
    asked = await hall.ring_me()
    hall.wait(60)
    for n in range(3):
        await holds(hall, f"in-{n}", None)
    spoke = await holds(hall, "in-9", number())
    hall.wait(600)
    await hall.act(dialling.heard, Heard("in-9", "ended", "answered"))
    assert await hall.state(spoke.ticket) == "cancelled"
    assert (await hall.dialled(asked, "1")).leg == "1"
    await hall.speak(asked, "1", 10)
    # Nor the number from which they rang us.
    for n in range(3):
        await hall.act(dialling.heard, Heard(f"in-{n}", "ended", "answered"))
    again = await hall.ask(number())
    assert (await hall.dialled(again, "2")).leg == "2"


async def test_who_rang_us_and_did_not_wait_was_never_rung(hall: Calls) -> None:
    await hall.capped()
    await holds(hall, "in-1", number())
    await hall.act(dialling.heard, Heard("in-1", "ended", "answered"))
    (ended,) = await hall.facts(CallbackEnded)
    assert (ended.how, ended.dialled, ended.answered, ended.joined) == (
        "cancelled",
        False,
        False,
        False,
    )


@both_engines
async def test_a_number_is_rung_so_often_on_a_day_of_the_site_s(hall: Calls) -> None:
    await hall.capped(number_a_day=2, attempts=9, again_minutes=1, later_minutes=1)
    asked = await hall.ask(number())
    for n in "12":
        assert (await hall.dialled(asked, n)).leg == n
        await hall.ends(n, "no-answer")
        hall.wait(61)
        await hall.fire_timers()
    assert (await hall.dialled(asked, "3")).leg is None
    other = await hall.ring_me()
    assert (await hall.dialled(other, "4")).leg == "4"
    assert await hall.why() == ["no-answer", "no-answer", "caps"]
    # Half past seven the next morning, which began at midnight in Lima.
    hall.wait(22.5 * 3_600)
    for _ in range(3):
        await hall.fire_timers()
    carried = await hall.next("v2")
    assert carried is not None
    await hall.act(dialling.dial_desk, DialDesk(asked.callback, "d5", hall.epoch))
    await hall.act(dialling.heard, Heard("d5", "up"))
    last = DialPatient(asked.callback, "5", hall.epoch)
    assert (await hall.act(dialling.dial_patient, last)).leg == "5"


async def test_patients_legs_last_so_many_minutes_in_a_day(hall: Calls) -> None:
    await hall.capped(minutes_a_day=2)
    for n, seconds in (("1", 60), ("2", 61)):
        asked = await hall.ring_me()
        assert (await hall.dialled(asked, n)).leg == n
        await hall.speak(asked, n, seconds)
    asked = await hall.ring_me()
    assert (await hall.dialled(asked, "3")).leg is None
    assert await hall.why() == ["caps"]


async def test_a_kiosk_asks_for_so_many_in_an_hour(hall: Calls) -> None:
    await hall.capped(source_an_hour=2)
    for _ in range(2):
        await hall.ring_me(source="kiosk:1")
        hall.wait(600)
    async with refused(hall, "callback-too-many"):
        await hall.ring_me(source="kiosk:1")
    await hall.ring_me(source="kiosk:2")
    for _ in range(3):
        await hall.ring_me()
    hall.wait(3_600 - 1_200)
    await hall.ring_me(source="kiosk:1")


async def test_who_shows_no_number_is_counted_by_the_one_typed_and_all_of_them_together(
    hall: Calls,
) -> None:
    await hall.capped(source_an_hour=2, withheld_an_hour=5)
    for n in range(3):
        # Several callers whose trunk shows no number take nothing from each other.
        await hall.ring_me(source=WITHHELD)
        hall.wait(60 + n)
    for _ in range(2):
        asked = await hall.act(callbacks.ask, asks(number(), WITHHELD))
        await hall.act(callbacks.cancel, TicketMove(asked.ticket))
    async with refused(hall, "callback-too-many", most=5):
        await hall.ring_me(source=WITHHELD)
    await hall.ring_me(source="a number that is shown")
    hall.wait(3_600)
    for _ in range(2):
        asked = await hall.act(callbacks.ask, asks(number(), WITHHELD))
        await hall.act(callbacks.cancel, TicketMove(asked.ticket))
    async with refused(hall, "callback-too-many", most=2):
        await hall.act(callbacks.ask, asks(number(), WITHHELD))
    await hall.act(callbacks.ask, asks(number("12"), WITHHELD))


def asks(phone: Sealed, source: str) -> AskCallback:
    return AskCallback(phone=phone, service="caja", source=source)


async def test_nobody_is_rung_when_the_hours_end_while_the_desk_picks_up(hall: Calls) -> None:
    await hall.capped()
    asked = await hall.ring_me()
    hall.wait(10 * 3_600 - 1)
    assert await hall.next() == asked.ticket
    await hall.act(dialling.dial_desk, DialDesk(asked.callback, "d1", hall.epoch))
    hall.wait(1)
    await hall.act(dialling.heard, Heard("d1", "up"))
    late = DialPatient(asked.callback, "1", hall.epoch)
    assert (await hall.act(dialling.dial_patient, late)).leg is None
    assert await hall.why() == ["hours"]
    assert await hall.state(asked.ticket) == "retry"


async def test_who_rings_us_before_the_hours_that_they_prefer_is_there_now(hall: Calls) -> None:
    await hall.capped()
    asked = await hall.ring_me(from_minute=15 * 60)
    assert await hall.state(asked.ticket) == "retry"
    await hall.act(callbacks.hold, HoldLine(leg="in-1", callback=asked.callback))
    assert await hall.next() == asked.ticket


async def test_who_came_can_ask_to_be_rung_after_all(hall: Calls) -> None:
    await hall.capped()
    asked = await hall.ring_me()
    await hall.act(callbacks.check_in, TicketMove(asked.ticket))
    again = await hall.ring_me(ticket=asked.ticket)
    assert (again.ticket, again.already) == (asked.ticket, False)


async def test_who_may_not_be_rung_any_more_today_rings_no_desk_and_is_rung_tomorrow(
    hall: Calls,
) -> None:
    await hall.capped(number_a_day=1)
    asked = await hall.ask(number())
    assert (await hall.dialled(asked, "1")).leg == "1"
    await hall.ends("1", "no-answer")
    hall.wait(601)
    await hall.fire_timers()
    assert await hall.next() == asked.ticket
    ask = DialDesk(asked.callback, "d2", hall.epoch)
    assert (await hall.act(dialling.dial_desk, ask)).leg is None
    assert await hall.why() == ["no-answer", "caps"]
    put_off = (await hall.facts(CallbackPutOff))[-1]
    assert put_off.due_ms == MORNING_MS + 22 * 3_600_000  # Tuesday, 07:00


@both_engines
async def test_what_a_broken_way_kept_from_ringing_was_not_rung(hall: Calls) -> None:
    await hall.capped(number_a_day=1, busy_minutes=1)
    asked = await hall.ask(number())
    for n, minutes in (("1", 1), ("2", 2)):
        await hall.opens()
        assert (await hall.dialled(asked, n)).leg == n
        await hall.ends(n, "trunk-fault")
        hall.wait(minutes * 60 + 1)
        await hall.fire_timers()
    assert (await hall.dialled(asked, "3")).leg == "3"
    await hall.act(dialling.heard, Heard("3", "ringing"))
    await hall.ends("3", "trunk-fault")
    hall.wait(901)
    await hall.opens()
    await hall.fire_timers()
    assert (await hall.dialled(asked, "4")).leg is None


@both_engines
async def test_a_clock_that_is_set_while_they_speak_uses_up_no_day(hall: Calls) -> None:
    await hall.capped(minutes_a_day=180)
    asked = await hall.ring_me()
    assert (await hall.dialled(asked, "1")).leg == "1"
    await hall.act(dialling.heard, Heard("1", "up"))
    await hall.act(dialling.confirmed, OfCallback(asked.callback))
    await hall.act(dialling.joined, OfCallback(asked.callback))
    hall.clock.set_wall(hall.clock.now_ms() + 5 * 3_600_000)
    await hall.ends("1", "answered")
    await hall.finish(asked.ticket)
    other = await hall.ring_me()
    assert (await hall.dialled(other, "2")).leg == "2"
