"""What who is to be rung was promised: kept with their place, judged by when their telephone rings."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.telephony.room import CALLING
from turnero.queue import reads
from turnero.queue.call_requests import (
    WITHHELD,
    AskCallback,
    ChangeCallback,
    DialDesk,
    DialPatient,
    Heard,
    Lead,
    OfCallback,
    Opened,
)
from turnero.queue.commands import callbacks, dialling, leading, reaching
from turnero.queue.facts import TicketIssued
from turnero.queue.requests import TicketMove
from turnero.server.forecasting import Forecaster
from turnero.store.vault import Sealed

PHONE = Sealed("7" * 32, bytes(16), "00000000", "PE", "mobile", "777")


class Called(Hall):
    """A busy cashier who calls back, and a forecaster who follows."""

    forecaster: Forecaster
    epoch = 1

    async def begins(self) -> None:
        await self.load(f"{CALLING}\n[callbacks]\nagain_minutes = 5\n")
        led = await self.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
        self.epoch = led.epoch
        await self.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
        self.forecaster = Forecaster(self.ledger, _failed)
        await self.open("v1")
        await self.open("v2")
        for minute in range(40):
            if minute % 2 == 0:
                await self.take("caja")
            if minute % 4 == 0:
                await self.next()
            await self.later(60)

    async def later(self, seconds: float = 60) -> None:
        self.wait(seconds)
        await self.fire_timers()
        await self.forecaster.round(self.site)

    async def judged(self) -> int:
        """Promises that were kept or broken so far."""
        await self.later()
        day = (await self.read(reads.promise_days, self.site))[0]
        return sum(one.n for one in await self.read(reads.promises_kept, self.site, day))

    def in_line(self) -> int:
        """People, as the forecast counts them."""
        return self.forecaster._sites[self.site].day.queue("caja").people

    async def desk_rings(self, callback: str, leg: str) -> None:
        await self.act(dialling.dial_desk, DialDesk(callback, leg, self.epoch))

    async def patient_rings(self, callback: str, leg: str) -> None:
        await self.desk_rings(callback, f"d{leg}")
        await self.act(dialling.heard, Heard(f"d{leg}", "up"))
        await self.act(dialling.dial_patient, DialPatient(callback, leg, self.epoch))


def _failed(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


@pytest.fixture
async def desks(hall: Hall) -> Called:
    found = Called(hall.ledger, hall.clock)
    await found.begins()
    return found


async def test_who_asks_to_be_rung_now_is_promised_as_everybody(desks: Called) -> None:
    await desks.take("caja")
    await desks.ring_me()
    walk_in, by_phone = (await desks.facts(TicketIssued))[-2:]
    assert walk_in.promised is not None
    assert by_phone.promised is not None
    assert by_phone.promised.ahead == walk_in.promised.ahead + 1


@both_engines
async def test_a_desk_that_does_not_pick_up_has_called_nobody(desks: Called) -> None:
    asked = await desks.ring_me(source=WITHHELD)
    await desks.later()
    waiting, before = desks.in_line(), await desks.judged()
    await desks.call(asked.ticket)
    await desks.desk_rings(asked.callback, "first")
    await desks.later()
    assert desks.in_line() == waiting - 1
    await desks.act(dialling.heard, Heard("first", "ended", "no-answer"))
    assert await desks.judged() == before, "their telephone did not ring"
    assert desks.in_line() == waiting, "they are in line again"
    await desks.call(asked.ticket, "v2")
    await desks.patient_rings(asked.callback, "1")
    assert await desks.judged() == before + 1
    await desks.act(dialling.heard, Heard("1", "ended", "no-answer"))
    await desks.act(dialling.heard, Heard("d1", "ended", "cancelled"))
    await desks.later(300)
    await desks.call(asked.ticket, "v2")
    await desks.patient_rings(asked.callback, "2")
    assert await desks.judged() == before + 1, "once"


async def test_who_rather_not_waits_here_keeps_the_promise_and_is_judged_by_it(
    desks: Called,
) -> None:
    ticket = await desks.take("caja")
    told = await desks.ticket(ticket)
    assert told.promised is not None
    await desks.later(300)
    before, here = await desks.judged(), await desks.ticket(ticket)
    asked = await desks.act(callbacks.ask, AskCallback(phone=PHONE, ticket=ticket))
    by_phone = await desks.ticket(ticket)
    assert (by_phone.promised, by_phone.wait) == (told.promised, here.wait), "nothing changes"
    await desks.call(ticket)
    assert await desks.judged() == before
    await desks.patient_rings(asked.callback, "1")
    assert await desks.judged() == before + 1


async def test_who_is_spoken_with_by_hand_or_comes_after_all_is_judged_too(desks: Called) -> None:
    by_hand, came = await desks.ring_me(), await desks.ring_me()
    before = await desks.judged()
    await desks.call(by_hand.ticket)
    await desks.move("start", by_hand.ticket)
    assert await desks.judged() == before + 1
    await desks.act(callbacks.check_in, TicketMove(came.ticket))
    await desks.call(came.ticket, "v2")
    assert await desks.judged() == before + 2


async def test_who_is_told_an_hour_is_promised_no_wait_any_more(desks: Called) -> None:
    asked = await desks.ring_me()
    assert (await desks.ticket(asked.ticket)).promised is not None
    await desks.later()
    waiting, before = desks.in_line(), await desks.judged()
    await desks.call(asked.ticket)
    await desks.act(reaching.by_hand, OfCallback(asked.callback, "busy", "hnc.v1"))
    assert await desks.state(asked.ticket) == "retry"
    assert (await desks.ticket(asked.ticket)).promised is None
    await desks.later()
    assert desks.in_line() == waiting - 1
    await desks.later(300)
    assert await desks.state(asked.ticket) == "waiting"
    left = (await desks.ticket(asked.ticket)).wait
    assert left is None or not left.longer, "nothing was said of this wait"
    later = await desks.ring_me(from_minute=16 * 60)
    assert (await desks.ticket(later.ticket)).promised is None
    await desks.act(callbacks.change, ChangeCallback(later.callback, hours=True))
    await desks.later()
    await desks.call(later.ticket, "v2")
    await desks.patient_rings(later.callback, "9")
    assert await desks.judged() == before


async def test_what_is_told_before_a_ticket_is_taken_counts_who_is_to_be_rung(
    desks: Called,
) -> None:
    for _ in range(9):
        await desks.ring_me()
    services = await desks.read(reads.services, desks.site, desks.clock.line_ms())
    told = next(one.wait for one in services if one.key == "caja")
    taken = await desks.ticket(await desks.take("caja"))
    assert told is not None
    assert (taken.promised, taken.wait) == (told, told)
