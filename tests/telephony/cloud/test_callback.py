"""A callback through the cloud's exchange: the one who dials, the adapter and the stand-in together."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS
from tests.telephony.cloud.service import ACCOUNT, PUBLIC, TOKEN, Service
from tests.telephony.room import CALLING, Room
from turnero.queue.call_facts import CallbackJoined, LegEnded
from turnero.queue.reads.callbacks import dialling_now
from turnero.store.clock import SystemClock
from turnero.telephony.cloud.adapter import Cloud
from turnero.telephony.cloud.hearing import BASE
from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.cloud.signatures import fields_of


class Morning(SystemClock):
    """The machine's clock, on a Monday morning."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_ms = MORNING_MS - super().now_ms()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms

    def line_ms(self) -> int:
        return super().line_ms() + self._ahead_ms


class CloudRoom(Room):
    """The waiting room before the service; time passes by itself."""

    service: Service

    async def comes(self, ticket: str, *states: str) -> str:
        """Wait until the ticket is in one of these states."""
        async with asyncio.timeout(20):
            while (found := await self.state(ticket)) not in states:  # noqa: ASYNC110 - it is polled
                await asyncio.sleep(0.05)
        return found


@pytest.fixture
async def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CloudRoom]:
    service = Service()
    await service.start()
    clock, data = Morning(), tmp_path / "data"
    # a webhook says when it was sent; the stand-in's clock is the machine's
    monkeypatch.setattr("turnero.telephony.cloud.hearing.check_time", lambda _at, _now: None)
    async with opened(data, clock=clock) as ledger:
        settings = CloudSettings(ACCOUNT, TOKEN, "+5116117300", PUBLIC, "sip.example", service.url)
        exchange = Cloud(settings, data, clock)

        async def reach(path: str, body: bytes, signature: str) -> bytes:
            inner, _, query = path.partition("?")
            return exchange.webhook(inner.removeprefix(BASE), query, fields_of(body), [signature])

        service.reach = reach
        room = CloudRoom(ledger, clock, data, exchange)  # type: ignore[arg-type]
        room.service = service
        await room.load(CALLING)
        await room.open("v1")
        room.dials()
        async with asyncio.timeout(20):
            while not ((now := await room.read(dialling_now)) and now.open):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield room
        service.reach = None
        await room.stops()
    await service.stop()


async def test_desk_and_patient_are_rung_joined_and_let_go(at: CloudRoom) -> None:
    asked = await at.ask("987654301")
    await at.next()
    await at.comes(asked.ticket, "serving")
    assert len(await at.facts(CallbackJoined)) == 1
    to = sorted(call.to for call in at.service.calls.values())
    assert to == ["+51987654301", "sip:desk1@sip.example"]
    await at.finish(asked.ticket)
    async with asyncio.timeout(20):
        while len(await at.facts(LegEnded)) < 2:  # noqa: ASYNC110 - it is polled
            await asyncio.sleep(0.05)
    assert {call.status for call in at.service.calls.values()} == {"completed"}


async def test_who_is_busy_is_rung_again_later(at: CloudRoom) -> None:
    asked = await at.ask("987654304")
    await at.next()
    await at.comes(asked.ticket, "retry")
    ended = {fact.side: fact.outcome for fact in await at.facts(LegEnded)}
    assert ended["patient"] == "busy"


async def test_a_request_that_is_lost_rings_nobody_twice(at: CloudRoom) -> None:
    asked = await at.ask("987654301")
    at.service.next_place = [201, "lost"]
    await at.next()
    await at.comes(asked.ticket, "serving", "retry", "waiting")
    to = [call.to for call in at.service.calls.values()]
    assert to.count("+51987654301") == 1
