"""Streams on a real socket: those who leave, those who take nothing, and the server's end."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.store.acts import Count, count
from tests.web.serving import Served
from turnero.web.streaming import pour

AGENT = {"cookie": "turnero_user=agent"}


def on_server(served: Served, work: Any) -> Any:
    """Run a coroutine on the server's loop."""
    return asyncio.run_coroutine_threadsafe(work, served.loop).result(10)


def one_fact(served: Served) -> None:
    on_server(served, served.web.ledger.run(count, Count(n=1), site=1, actor="user:1"))


@asynccontextmanager
async def listening(
    served: Served, asked: str, headers: dict[str, str] = AGENT
) -> AsyncIterator[httpx.Response]:
    async with (
        httpx.AsyncClient(base_url=served.url, headers=headers) as client,
        client.stream("GET", f"/live?{asked}") as answer,
    ):
        yield answer


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])
            name = ""


async def test_a_page_follows_the_journal_over_http(served: Served) -> None:
    async with listening(served, "view=count:es:1") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert "content-security-policy" in answer.headers
        found = events(answer.aiter_lines())
        assert (await anext(found))[0] == "hello"
        assert (await anext(found))[1]["seq"] == 0
        one_fact(served)
        assert (await anext(found))[1]["seq"] == 1


async def test_what_one_may_not_see_is_refused_and_the_rest_comes(served: Served) -> None:
    asked = "view=count:es:2&view=nothing:es:&view=count:xx:1&view=count:es:1"
    async with listening(served, asked) as answer:
        got: dict[str, Any] = {}
        async for name, data in events(answer.aiter_lines()):
            if "view" in data:
                got[data["view"]] = data.get("status", name)
            if len(got) == 4:
                break
    assert got == {"count:es:2": 403, "nothing:es:": 404, "count:xx:1": 404, "count:es:1": ""}


async def test_somebody_unknown_is_told_so_for_each_view(served: Served) -> None:
    async with listening(served, "view=count:es:1", headers={}) as answer:
        assert answer.status_code == 200
        async for name, data in events(answer.aiter_lines()):
            if name == "refused":
                assert data == {"view": "count:es:1", "status": 401}
                break


async def test_a_reader_that_leaves_is_forgotten_at_once(served: Served) -> None:
    async with listening(served, "view=count:es:1") as answer:
        await anext(events(answer.aiter_lines()))
        assert served.web.hub.streams == 1
    async with asyncio.timeout(5):
        while served.web.hub.streams:  # noqa: ASYNC110 - the server has a loop of its own
            await asyncio.sleep(0.02)


async def test_the_server_stops_within_a_second_with_200_streams_open(served: Served) -> None:
    sockets = []
    for _ in range(200):
        one = socket.create_connection(("127.0.0.1", served.port))
        one.sendall(
            b"GET /live?view=count:es:1 HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            b"cookie: turnero_user=agent\r\n\r\n"
        )
        sockets.append(one)
    for one in sockets:
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
    assert served.web.hub.streams == 200
    started = time.monotonic()
    await asyncio.to_thread(served.stop)
    took = time.monotonic() - started
    for one in sockets:
        one.close()
    served.start()
    assert took < 1.0


async def test_a_reader_that_takes_nothing_is_shed_and_the_others_go_on() -> None:
    """The socket's part played by hand: `send` waits for ever, as a full one does."""
    sent: list[bytes] = []
    ended = False

    async def chunks() -> AsyncGenerator[bytes, None]:
        nonlocal ended
        try:
            while True:
                yield b"data: 1\n\n"
        finally:
            ended = True

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def stuck(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])
            if len(sent) == 3:
                await asyncio.Event().wait()

    started = time.monotonic()
    await pour(chunks(), receive, stuck, write_s=0.1)  # type: ignore[arg-type]
    assert time.monotonic() - started < 1
    assert len(sent) == 3
    assert ended


async def test_a_reader_that_hangs_up_ends_the_source() -> None:
    ended = asyncio.Event()
    gone = asyncio.Event()

    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            yield b"data: 1\n\n"
            gone.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None: ...

    async with asyncio.timeout(2):
        await pour(chunks(), receive, send)  # type: ignore[arg-type]
    assert ended.is_set()


async def test_the_task_around_a_stream_can_still_be_cancelled() -> None:
    async def chunks() -> AsyncGenerator[bytes, None]:
        yield b""
        await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: MutableMapping[str, Any]) -> None: ...

    task = asyncio.create_task(pour(chunks(), receive, send))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
