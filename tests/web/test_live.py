"""The live stream: everybody gets the latest state, nobody holds anybody up."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from tests.store.acts import Count, count
from tests.web.conftest import Known
from tests.web.sample_slice import CountView, encode, faults
from turnero.store.errors import NotFound, Refused
from turnero.store.ledger import Ledger
from turnero.web import live as live_module
from turnero.web import seats as seats_module
from turnero.web.live import Stream
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

AGENT = Known.people["agent"]


async def counts(ledger: Ledger, times: int = 1) -> None:
    for _ in range(times):
        await ledger.run(count, Count(n=1), site=1, actor="user:1")


def read(chunk: bytes) -> list[tuple[str, Any]]:
    """The events of a chunk: (name, data)."""
    events = []
    for part in chunk.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in part.splitlines())
        if "data" in lines:
            events.append((lines.get("event", ""), msgspec.json.decode(lines["data"])))
    return events


class Reader:
    """Takes a stream's events one by one."""

    def __init__(self, chunks: AsyncGenerator[bytes, None]) -> None:
        self.chunks = chunks
        self.waiting: list[tuple[str, Any]] = []

    async def next(self, name: str, seconds: float = 3.0) -> Any:
        async with asyncio.timeout(seconds):
            while True:
                while self.waiting:
                    found, data = self.waiting.pop(0)
                    if found == name:
                        return data
                self.waiting = read(await anext(self.chunks))


@pytest.fixture
async def hub(web: Web) -> AsyncIterator[live_module.Hub]:
    yield web.hub
    web.hub.stop()


async def joined(hub: live_module.Hub, arg: str = "1", language: str = "es") -> Reader:
    stream = hub.open()
    await hub.join(stream, "count", language, arg, AGENT)
    return Reader(stream.chunks())


def view(hub: live_module.Hub) -> CountView:
    found = hub.view("count")
    assert isinstance(found, CountView)
    return found


async def test_who_comes_gets_a_greeting_and_the_state_at_once(
    hub: live_module.Hub, ledger: Ledger, web: Web
) -> None:
    await counts(ledger, 2)
    reader = await joined(hub)
    hello = await reader.next("hello")
    assert hello["version"] == web.assets.version
    assert abs(hello["at_ms"] - web.clock.now_ms()) < 5000
    state = await reader.next("")
    assert state["view"] == "count:es:1"
    assert state["seq"] == 2
    assert '<p id="count">2</p>' in state["html"]


async def test_a_fact_reaches_everybody_and_is_rendered_once(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    readers = [await joined(hub) for _ in range(20)]
    for reader in readers:
        await reader.next("")
    before = view(hub).rendered
    await counts(ledger)
    for reader in readers:
        assert '<p id="count">1</p>' in (await reader.next(""))["html"]
    assert view(hub).rendered == before + 1


async def test_each_language_is_rendered_for_itself(hub: live_module.Hub) -> None:
    spanish, english = await joined(hub), await joined(hub, language="en")
    assert (await spanish.next(""))["view"] == "count:es:1"
    assert (await english.next(""))["view"] == "count:en:1"


async def test_under_load_the_last_state_comes_and_not_every_one(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    reader = await joined(hub)
    await reader.next("")
    before = view(hub).rendered
    # all at once: how long a disk takes for one commit must not decide how many states there are
    await asyncio.gather(*(counts(ledger) for _ in range(60)))
    while '<p id="count">60</p>' not in (await reader.next(""))["html"]:
        pass
    assert view(hub).rendered - before < 30


async def test_a_slow_reader_finds_one_message_of_each_view_waiting(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    slow = await joined(hub)
    await slow.next("")
    for n in range(1, 6):
        await counts(ledger)
        quick = await joined(hub)
        while f'<p id="count">{n}</p>' not in (await quick.next(""))["html"]:
            pass
    await asyncio.sleep(0.2)
    chunk = await anext(slow.chunks)
    assert [data["seq"] for _, data in read(chunk)] == [5]


async def test_a_fact_that_does_not_concern_a_view_renders_nothing(
    hub: live_module.Hub, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CountView, "concerns", lambda self, entry, arg: False)
    reader = await joined(hub)
    await reader.next("")
    await counts(ledger)
    with pytest.raises(TimeoutError):
        await reader.next("", seconds=0.3)


async def test_a_silent_stream_beats(hub: live_module.Hub) -> None:
    hub.beat_s = 0.05
    reader = Reader(hub.open().chunks())
    assert (await reader.next("beat"))["at_ms"] > 0
    assert (await reader.next("beat"))["at_ms"] > 0


async def test_what_is_outside_the_journal_is_poked(hub: live_module.Hub) -> None:
    reader = await joined(hub)
    await reader.next("")
    before = view(hub).rendered
    hub.poke("count", 2)
    hub.poke("count", 1, "another")
    hub.poke("count", 1)
    await reader.next("")
    assert view(hub).rendered == before + 1


async def test_a_view_that_asks_for_it_is_rendered_again_by_the_clock(
    hub: live_module.Hub,
) -> None:
    view(hub).refresh_s = 0.02
    reader = await joined(hub)
    for _ in range(3):
        await reader.next("")
    assert view(hub).rendered >= 3


async def test_a_view_that_fails_keeps_what_it_showed_and_comes_back(
    hub: live_module.Hub, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "RETRY_S", 0.05)
    reader = await joined(hub)
    await reader.next("")
    faults.add("view")
    await counts(ledger)
    await asyncio.sleep(0.2)
    assert '<p id="count">0</p>' in (await (await joined(hub)).next(""))["html"]
    faults.clear()
    assert '<p id="count">1</p>' in (await reader.next(""))["html"]


async def test_who_comes_while_a_newer_state_is_rendered_gets_that_and_never_the_overtaken_one(
    hub: live_module.Hub, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await joined(hub)
    await first.next("")
    begun, go_on = asyncio.Event(), asyncio.Event()
    render = CountView.render

    async def held(self: CountView, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        html = await render(self, ctx, site, arg, language)
        begun.set()
        await go_on.wait()
        return html

    monkeypatch.setattr(CountView, "render", held)
    await counts(ledger)
    await begun.wait()
    during = await joined(hub)
    await counts(ledger)
    async with asyncio.timeout(3):
        while hub.feed(1).seq < 2:  # noqa: ASYNC110 - the feed has no bell for tests
            await asyncio.sleep(0.01)
    go_on.set()
    assert '<p id="count">1</p>' in (await first.next(""))["html"]
    assert '<p id="count">2</p>' in (await during.next(""))["html"]


async def test_who_comes_while_nothing_new_is_found_gets_the_state_too(
    hub: live_module.Hub,
) -> None:
    await (await joined(hub)).next("")
    hub.poke("count", 1)
    late = await joined(hub)
    assert '<p id="count">0</p>' in (await late.next(""))["html"]


async def test_only_who_may_see_a_view_gets_it(hub: live_module.Hub) -> None:
    stream = hub.open()
    with pytest.raises(NotFound):
        await hub.join(stream, "nothing", "es", "1", AGENT)
    with pytest.raises(NotFound):
        await hub.join(stream, "count", "es", "nothing", AGENT)
    with pytest.raises(Refused, match="other-site"):
        await hub.join(stream, "count", "es", "2", AGENT)
    hub.leave(stream)
    assert hub.streams == 0


async def test_a_stream_that_ends_is_forgotten_and_its_view_lingers(
    hub: live_module.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "LINGER_S", 0.05)
    reader = await joined(hub)
    await reader.next("")
    await reader.chunks.aclose()
    assert hub.streams == 0
    assert len(hub._rooms) == 1
    await asyncio.sleep(0.15)
    assert len(hub._rooms) == 0


async def test_there_is_an_end_to_how_many_streams(
    hub: live_module.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats_module, "MAX_STREAMS", 2)
    streams: list[Stream] = [hub.open(), hub.open()]
    with pytest.raises(Refused, match="too-many-streams"):
        hub.open()
    hub.leave(streams[0])
    hub.open()


async def test_all_streams_end_at_once_when_the_server_stops(hub: live_module.Hub) -> None:
    readers = [await joined(hub) for _ in range(50)]
    ended = [asyncio.create_task(_drain(reader)) for reader in readers]
    await asyncio.sleep(0.1)
    hub.stop()
    async with asyncio.timeout(0.5):
        await asyncio.gather(*ended)


async def _drain(reader: Reader) -> None:
    async for _ in reader.chunks:
        pass


# --- the API's stream of facts ---------------------------------------------------------------


async def take(chunks: AsyncGenerator[bytes, None], n: int) -> list[int]:
    """The numbers of the next n facts."""
    seqs: list[int] = []
    async with asyncio.timeout(3):
        while len(seqs) < n:
            lines = (await anext(chunks)).decode().splitlines()
            seqs += [int(line[4:]) for line in lines if line.startswith("id: ")]
    return seqs


async def test_facts_come_from_any_number_on_and_go_on_live(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    await counts(ledger, 5)
    async with aclosing(hub.facts(1, 2, encode)) as chunks:
        assert await take(chunks, 3) == [3, 4, 5]
        await counts(ledger, 3)
        assert await take(chunks, 3) == [6, 7, 8]
    async with aclosing(hub.facts(1, 0, encode)) as chunks:
        assert await take(chunks, 8) == list(range(1, 9))


async def test_no_fact_is_missed_or_repeated_while_others_are_written(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    await counts(ledger, 10)
    writing = asyncio.create_task(counts(ledger, 140))
    readers = []
    for n in range(10):
        readers.append(asyncio.create_task(_take_from(hub, n)))
        await asyncio.sleep(0.01)
    await writing
    for n, taken in enumerate(await asyncio.gather(*readers)):
        assert taken == list(range(n + 1, 151))


async def _take_from(hub: live_module.Hub, after: int) -> list[int]:
    async with aclosing(hub.facts(1, after, encode)) as chunks:
        return await take(chunks, 150 - after)


async def test_a_fact_is_encoded_once_for_all_who_read_live(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    encoded: list[int] = []

    def counting(entry: Any) -> bytes:
        encoded.append(entry.seq)
        return encode(entry)

    streams = [hub.facts(1, 0, counting) for _ in range(20)]
    for chunks in streams:
        await anext(chunks)
    waiting = [asyncio.create_task(take(chunks, 2)) for chunks in streams]
    await asyncio.sleep(0.05)
    await counts(ledger, 2)
    assert await asyncio.gather(*waiting) == [[1, 2]] * 20
    assert encoded == [1, 2]
    for chunks in streams:
        await chunks.aclose()


async def test_a_number_beyond_the_journal_starts_again_from_its_head(
    hub: live_module.Hub, ledger: Ledger
) -> None:
    await counts(ledger, 2)
    async with aclosing(hub.facts(1, 900, encode)) as chunks:
        assert await Reader(chunks).next("reset") == {"head": 2}
        await counts(ledger)
        assert await take(chunks, 1) == [3]


async def test_the_stream_of_facts_beats_and_ends_with_the_server(hub: live_module.Hub) -> None:
    hub.beat_s = 0.05
    async with aclosing(hub.facts(1, 0, encode)) as chunks:
        reader = Reader(chunks)
        await reader.next("beat")
        hub.stop()
        with pytest.raises(StopAsyncIteration):
            await reader.next("never")
