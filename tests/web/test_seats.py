"""Places of live streams: nobody in particular has some, whoever is proved always finds one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.web.conftest import Known
from tests.web.sample_slice import CountView, encode
from turnero.store.errors import NotFound, Refused
from turnero.web import seats as seats_module
from turnero.web.limits import LIMITS, Buckets, Limit
from turnero.web.live import Hub
from turnero.web.principal import PUBLIC, Principal, Role
from turnero.web.seats import Seats
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

AGENT = Known.people["agent"]
BOARD = Known.people["board"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Seats:
    for name, most in {"STREAMS": 6, "PUBLIC": 4, "ADDRESS": 3, "ACTOR": 2}.items():
        monkeypatch.setattr(seats_module, f"MAX_{name}", most)
    return Seats()


def test_the_public_leaves_places_to_whoever_is_proved(few: Seats) -> None:
    for n in range(4):
        few.take([PUBLIC], f"10.0.0.{n}")
    with pytest.raises(Refused, match="too-many-streams"):
        few.take([PUBLIC], "10.0.0.9")
    few.take([AGENT], "10.0.0.9")
    few.take([BOARD], "10.0.0.9")
    with pytest.raises(Refused, match="too-many-streams"):
        few.take([Known.people["kiosk"]])
    assert len(few) == 6


def test_one_address_and_one_actor_have_an_end_and_what_is_given_back_is_free(few: Seats) -> None:
    taken = [few.take([], "10.0.0.1") for _ in range(3)]
    with pytest.raises(Refused):
        few.take([], "10.0.0.1")
    few.take([], "10.0.0.2")
    first = few.take([AGENT])
    few.take([PUBLIC, AGENT])
    with pytest.raises(Refused):
        few.take([AGENT])
    for seat in (first, first, taken[0], taken[0]):
        few.free(seat)
    few.take([AGENT])
    few.take([], "10.0.0.1")
    assert len(few) == 6


def test_what_rests_on_a_proof_ends_with_it() -> None:
    seats = Seats()
    both = seats.take([AGENT, BOARD])
    other = seats.take([BOARD])
    phone = seats.take([], "10.0.0.1")
    seats.end(AGENT.actor)
    assert [seat.lapsed(0) for seat in (both, other, phone)] == [True, False, False]
    seats.end(None)
    assert [seat.lapsed(0) for seat in (both, other, phone)] == [True, True, False]


def test_a_place_lapses_with_the_first_of_its_proofs() -> None:
    short = msgspec.structs.replace(AGENT, until_ms=5_000)
    seat = Seats().take([BOARD, short])
    assert not seat.lapsed(4_999)
    assert seat.lapsed(5_000)


# --- streams on them ---------------------------------------------------------------------------


@pytest.fixture
async def hub(web: Web) -> AsyncIterator[Hub]:
    web.hub.beat_s = 0.05
    yield web.hub
    web.hub.stop()


async def _ends(chunks: Any, seconds: float = 2) -> None:
    async with asyncio.timeout(seconds):
        async for _ in chunks:
            pass


async def test_a_pages_stream_ends_at_once_when_its_proof_is_forgotten(hub: Hub) -> None:
    hub.beat_s = 60
    mine, others = hub.open([AGENT]), hub.open([BOARD])
    going = asyncio.create_task(_ends(others.chunks(), 60))
    reading = asyncio.create_task(_ends(mine.chunks()))
    await asyncio.sleep(0.05)
    hub.seats.end(AGENT.actor)
    await reading
    assert not going.done()
    assert hub.streams == 1
    going.cancel()


async def test_a_pages_stream_ends_when_its_proof_expires(hub: Hub) -> None:
    soon = msgspec.structs.replace(AGENT, until_ms=hub.now_ms() + 200)
    await _ends(hub.open([soon]).chunks())


@pytest.mark.parametrize("how", ["forgotten", "expired"])
async def test_a_programs_stream_ends_too(hub: Hub, how: str) -> None:
    until_ms = hub.now_ms() + 200 if how == "expired" else None
    seat = hub.seats.take([msgspec.structs.replace(AGENT, until_ms=until_ms)])
    reading = asyncio.create_task(_ends(hub.facts(1, 0, encode, seat)))
    await asyncio.sleep(0.05)
    if how == "forgotten":
        hub.seats.end(AGENT.actor)
    await reading


# --- asked over HTTP ---------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?", "?other=1", "?view"])
async def test_a_stream_without_a_view_is_refused(
    client: httpx.AsyncClient, web: Web, query: str
) -> None:
    async with asyncio.timeout(5):
        assert (await client.get(f"/live{query}")).status_code == 422
    assert web.hub.streams == 0


async def test_too_many_views_are_refused(client: httpx.AsyncClient) -> None:
    query = "&".join(f"view=count:es:{n}" for n in range(25))
    async with asyncio.timeout(5):
        assert (await client.get(f"/live?{query}")).status_code == 422


class Ticket(CountView):
    """A public view that knows one code."""

    permission = "public"

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        if arg != "right":
            raise NotFound("ticket-unknown")
        return 1


@pytest.fixture
def phones(app: Litestar, web: Web) -> Web:
    web.hub._views["count"] = Ticket()
    web.buckets = Buckets({**LIMITS, "public": Limit(burst=3, per_minute=1)}, now_s=lambda: 0.0)
    return web


async def _asked(client: httpx.AsyncClient, web: Web, code: str) -> int:
    """The status for a code, given once the stream is open or refused."""
    asking = asyncio.create_task(client.get(f"/live?view=count:es:{code}"))
    for _ in range(40):
        await asyncio.sleep(0.01)
        if asking.done() or web.hub.streams:
            break
    await asyncio.sleep(0.05)
    if asking.done():
        return asking.result().status_code
    web.hub.seats.end_all()
    return (await asking).status_code


async def test_codes_cannot_be_guessed_on_the_stream(
    client: httpx.AsyncClient, phones: Web
) -> None:
    answers = [await _asked(client, phones, f"wrong{n}") for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert phones.hub.streams == 0
    # nor does who guesses keep others at that address from their tickets
    assert await _asked(client, phones, "right") == 200


async def test_phones_behind_one_address_come_back_as_often_as_they_like(
    client: httpx.AsyncClient, phones: Web
) -> None:
    assert [await _asked(client, phones, "right") for _ in range(6)] == [200] * 6


async def test_a_stream_for_which_nothing_comes_says_why_and_ends(
    client: httpx.AsyncClient, web: Web
) -> None:
    """Else whoever has no proof at all would hold every place of an address."""
    async with asyncio.timeout(5):
        for view, status in (("count:es:1", 401), ("nothing:es:1", 404), ("count:xx:1", 404)):
            answer = await client.get(f"/live?view={view}")
            assert f'"status":{status}' in answer.text
    assert web.hub.streams == 0


async def test_one_ticket_has_few_places_and_takes_none_from_its_address(
    client: httpx.AsyncClient, phones: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats_module, "MAX_TICKET", 2)
    monkeypatch.setattr(seats_module, "MAX_ADDRESS", 1)
    asking = []
    for n in range(3):
        asking.append(asyncio.create_task(client.get("/live?view=count:es:right")))
        async with asyncio.timeout(5):
            while phones.hub.streams < n + 1 and not asking[n].done():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    assert phones.hub.streams == 2
    assert (await asking[2]).status_code == 503
    phones.hub.seats.end_all()
    assert [(await one).status_code for one in asking[:2]] == [200, 200]
    assert phones.hub.streams == 0


async def test_a_full_house_is_said_with_503(
    client: httpx.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats_module, "MAX_ADDRESS", 0)
    async with asyncio.timeout(5):
        answer = await client.get("/live?view=count:es:1")
    assert answer.status_code == 503
    assert str(Role.AGENT) not in answer.text
