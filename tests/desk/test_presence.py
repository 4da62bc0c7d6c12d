"""The page of an open desk is there while its live stream is; the line is told when it goes and comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.desk.conftest import Room
from turnero.desk.presence import Presence, sessions
from turnero.queue import reads
from turnero.queue.timers import TIMERS
from turnero.store.errors import Unavailable
from turnero.store.timers import Timers
from turnero.web.principal import Principal, Role

pytestmark = pytest.mark.rule("desk-session")

ANA = Principal(actor="user:11", role=Role.AGENT, site=1, name="Ana")
LUIS = Principal(actor="user:12", role=Role.AGENT, site=1, name="Luis")


@asynccontextmanager
async def page_open(room: Room, who: Principal = ANA) -> AsyncIterator[None]:
    """The desk's page of somebody, its stream open."""
    stream = room.web.hub.open()
    await room.web.hub.join(stream, "desk", "en", f"main.1/{who.actor}", who)
    try:
        yield
    finally:
        room.web.hub.leave(stream)
        await asyncio.sleep(0)


async def missed(room: Room) -> bool:
    (one,) = await room.ledger.read(sessions)
    return one.missed


async def alarms(room: Room) -> list[str]:
    def failed(kind: str, error: Exception) -> None:
        raise AssertionError(kind) from error

    await Timers(room.ledger, TIMERS, failed)._fire_due()
    return [one.subject for one in await room.ledger.read(reads.alarms, 1)]


async def test_a_desk_is_missed_from_when_its_last_page_is_gone_until_one_is_back(
    room: Room,
) -> None:
    await room.open(who="ana")
    presence = Presence()
    async with page_open(room):
        async with page_open(room):
            await presence.look(room.web)
        await presence.look(room.web)
        assert not await missed(room)
    await presence.look(room.web)
    assert await missed(room)
    room.wait(9 * 60)
    async with page_open(room):
        await presence.look(room.web)
        assert not await missed(room)
        room.wait(9 * 60)
        assert await alarms(room) == []


async def test_ten_minutes_without_it_are_an_alarm_that_ends_when_it_is_back(room: Room) -> None:
    await room.open(who="ana")
    presence = Presence()
    await presence.look(room.web)
    room.wait(10 * 60)
    assert await alarms(room) == ["main.1"]
    await presence.look(room.web)
    async with page_open(room):
        await presence.look(room.web)
        assert await alarms(room) == []


async def test_after_a_restart_every_open_desk_is_missed_until_its_page_comes(room: Room) -> None:
    await room.open(who="ana")
    async with page_open(room):
        await Presence().look(room.web)
    anew = Presence()
    await anew.look(room.web)
    assert await missed(room)
    room.wait(6 * 60)
    await Presence().look(room.web)
    room.wait(4 * 60)
    assert await alarms(room) == ["main.1"]


async def test_a_page_that_goes_while_the_database_is_away_is_missed_once_it_is_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.open(who="ana")
    presence = Presence()
    async with page_open(room):
        await presence.look(room.web)

    async def away(*_: object, **__: object) -> None:
        raise Unavailable

    with monkeypatch.context() as gone:
        gone.setattr(room.ledger, "run", away)
        with pytest.raises(Unavailable):
            await presence.look(room.web)
    await presence.look(room.web)
    assert await missed(room)


async def test_who_only_looks_on_does_not_attend(room: Room) -> None:
    await room.open(who="ana")
    async with page_open(room, LUIS):
        await Presence().look(room.web)
        assert await missed(room)


async def test_a_desk_at_which_programs_call_has_no_page_to_miss(room: Room) -> None:
    await room.post("/desk/main.1/open", "machine")
    presence = Presence()
    await presence.look(room.web)
    assert not await missed(room)
    async with page_open(room):
        await presence.look(room.web)
    await presence.look(room.web)
    assert await missed(room)
