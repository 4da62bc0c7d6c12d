"""A connection has bounds: how long a head is, how long it and a body take, what is left untaken."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.peers.server import RunningServer
from turnero.web import protocol, serving
from turnero.web.binding import bind
from turnero.web.protocol import MAX_HEAD, Protocol
from turnero.web.serving import Server

HOST = b"Host: 127.0.0.1\r\n"
#: seconds, in place of the product's, so that a test need not wait for those
SHORT_S = 0.4

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Says how long the body was; `/stream` never ends, `/much` is more than sockets hold."""
    length, more = 0, True
    while more and scope["path"] != "/unread":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        more = message["more_body"]
    body = b"%d" % length if scope["path"] != "/much" else b"a" * 32_000_000
    headers = [] if scope["path"] == "/stream" else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/stream":
        for n in range(200):
            await send({"type": "http.response.body", "body": b"beat %d\n" % n, "more_body": True})
            await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": body})


class Client:
    """One connection, written and read by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self, seconds: float = 5) -> int:
        """The next answer's status; its head and, by its length, its body are read."""
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.lower().splitlines()
                if line.startswith(b"content-length:")
            )
            await self.reader.readexactly(length)
        return int(head.split()[1])

    async def ended(self, seconds: float = 5) -> bool:
        """Whether the server hangs up, without another word."""
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read() == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(serving, "_SWEEP_TICKS", 1)
    sock = bind("127.0.0.1", 0)
    config = uvicorn.Config(answering, http=Protocol, ws="none", lifespan="off", log_config=None)
    server = Server(config, lambda: None)
    task = asyncio.create_task(server.serve([sock]))
    yield sock.getsockname()[1]
    server.should_exit = server.force_exit = True
    await task


@pytest.fixture
async def connect(port: int) -> AsyncIterator[Callable[[], Awaitable[Client]]]:
    clients: list[Client] = []

    async def one() -> Client:
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return clients[-1]

    yield one
    for client in clients:
        client.writer.close()


Connect = Callable[[], Awaitable[Client]]


@pytest.mark.parametrize(
    "begin", [b"GET / HTTP/1.1\r\n" + HOST + b"X-A: ", b"GET /", b"", b"GET / HTTP/1.1\r\nX-"]
)
async def test_a_head_without_end_is_cut_off(connect: Connect, begin: bytes) -> None:
    client = await connect()
    await client.send(begin)
    filling = b"\r\n" if begin == b"" else b"a"
    await client.send(filling * (2 * MAX_HEAD // len(filling)))
    assert await client.status() == 431
    assert await client.ended()


async def test_a_head_that_comes_whole_and_is_too_long_is_refused_too(connect: Connect) -> None:
    client = await connect()
    await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * MAX_HEAD + b"\r\n\r\n")
    assert await client.status() == 431
    assert await client.ended()


async def test_a_long_head_and_a_longer_body_pass_again_and_again(connect: Connect) -> None:
    client = await connect()
    head = b"POST / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * (MAX_HEAD - 200) + b"\r\n"
    for _ in range(3):
        await client.send(head + b"Content-Length: 60000\r\n\r\n" + b"b" * 60_000)
        assert await client.status() == 200


async def test_what_follows_the_last_chunk_has_an_end(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_CHUNKED", 50_000)
    client = await connect()
    await client.send(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
    await client.send(b"1\r\na\r\n0\r\nX-A: " + b"a" * 600_000)
    assert await client.status() == 413
    assert await client.ended()


async def test_a_connection_that_says_nothing_is_ended(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", SHORT_S)
    assert await (await connect()).ended()


async def test_a_head_that_does_not_end_in_time_is_ended(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", SHORT_S)
    client = await connect()
    await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"X-")
    assert await client.status() == 408
    assert await client.ended()


async def test_a_next_head_has_to_end_in_time_too_even_one_of_empty_lines(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", SHORT_S)
    client = await connect()
    await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    assert await client.status() == 200
    await client.send(b"\r\n")
    assert await client.status() == 408
    assert await client.ended()


@pytest.mark.parametrize(("path", "status"), [(b"/", 408), (b"/unread", 200)])
async def test_a_body_that_does_not_end_in_time_is_ended(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, path: bytes, status: int
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", SHORT_S / 2)
    monkeypatch.setattr(protocol, "BODY_S", SHORT_S / 2)
    client = await connect()
    await client.send(b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nab")
    assert await client.status() == status
    assert await client.ended()


async def test_a_stream_goes_on_and_a_connection_may_pause_between_requests(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", SHORT_S)
    monkeypatch.setattr(protocol, "BODY_S", SHORT_S)
    stream, pausing = await connect(), await connect()
    await stream.send(b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n\r\n")
    for _ in range(2):
        await pausing.send(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert await pausing.status() == 200
        await asyncio.sleep(4 * SHORT_S)
    async with asyncio.timeout(5):
        await stream.reader.readuntil(b"beat 40\n")


async def test_an_answer_that_nobody_takes_is_given_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "TAKE_S", SHORT_S)
    with socket.socket() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(greedy, ("127.0.0.1", port))
        await loop.sock_sendall(greedy, b"GET /much HTTP/1.1\r\n" + HOST + b"\r\n")
        await asyncio.sleep(5 * SHORT_S)
        taken = 0
        with suppress(ConnectionResetError):
            while data := await loop.sock_recv(greedy, 1 << 20):
                taken += len(data)
        assert taken < 32_000_000


def test_the_server_refuses_a_long_head_and_may_open_as_many_files_as_it_is_let(
    tmp_path: Path,
) -> None:
    server = RunningServer(tmp_path / "data")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        server.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        assert server.process is not None
        limits = Path(f"/proc/{server.process.pid}/limits").read_text("ascii").splitlines()
        (files,) = (line.split() for line in limits if line.startswith("Max open files"))
        assert files[3] == files[4]
        with server.client() as client:
            assert client.get("/sign-in", headers={"x-a": "a" * MAX_HEAD}).status_code == 431
            assert client.get("/sign-in", headers={"x-a": "a" * 20_000}).status_code == 200
        with socket.create_connection(("127.0.0.1", server.port)) as leaving:
            leaving.sendall(
                b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: %b\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nlo"
                % (server.port, server.url.encode())
            )
        with server.client() as client:
            assert client.get("/sign-in").status_code == 200
    finally:
        server.stop()
    assert "Traceback" not in server.tail(), "a client that leaves is no failure of ours"
