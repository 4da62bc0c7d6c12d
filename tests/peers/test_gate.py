"""The gate of tests: who is about to pass when it ends is not left with an open line."""

import asyncio
from contextlib import suppress

import pytest

from tests.peers.gate import Gate
from tests.peers.ports import free_port


async def test_who_is_about_to_pass_when_it_ends_hears_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arrived = asyncio.Event()
    served = await asyncio.start_server(lambda *_: arrived.set(), "127.0.0.1", free_port())
    gate = Gate(served.sockets[0].getsockname()[1])
    await gate.start()
    passing, go_on = asyncio.Event(), asyncio.Event()
    straight = asyncio.open_connection

    async def slowly(host: str, port: int) -> object:
        passing.set()
        await go_on.wait()
        return await straight(host, port)

    monkeypatch.setattr(asyncio, "open_connection", slowly)
    reader, writer = await straight("127.0.0.1", gate.port)
    async with asyncio.timeout(5):
        await passing.wait()
        await gate.stop()
        go_on.set()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        await arrived.wait()
    writer.close()
    served.close()
