"""SIGTERM ends the server within a second, with streams open, and loses nothing that it acknowledged."""

import asyncio
import signal

import pytest

from tests.peers.server import RunningServer

STREAMS = 200


async def _stream(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /api/v1/live?site=demo HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readuntil(b"event: hello")
    return reader, writer


async def _stopped_s(server: RunningServer, token: str, sig: signal.Signals) -> float:
    """Seconds until it has ended, with all those streams open."""
    streams = await asyncio.gather(*(_stream(server.port, token) for _ in range(STREAMS)))
    process = server.process
    assert process is not None
    loop = asyncio.get_running_loop()
    began = loop.time()
    process.send_signal(sig)
    ends = await asyncio.gather(*(asyncio.wait_for(reader.read(), 5) for reader, _ in streams))
    code = await asyncio.to_thread(process.wait, 5)
    took = loop.time() - began
    for _, writer in streams:
        writer.close()
    assert len(ends) == STREAMS
    assert code == 0
    server.process = None
    return took


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
async def test_with_200_streams_open_the_server_stops_within_a_second(
    own_server: RunningServer, sig: signal.Signals
) -> None:
    token = own_server.token("desk")
    took = [await _stopped_s(own_server, token, sig)]
    # A machine that has much else to do may be slow once; a server that waits for streams always is.
    while took[-1] >= 1.0 and len(took) < 3:
        await asyncio.to_thread(own_server.start)
        took.append(await _stopped_s(own_server, token, sig))
    assert min(took) < 1.0
    assert "Traceback" not in own_server.tail()


def test_what_was_acknowledged_before_the_stop_is_there_after_it(own_server: RunningServer) -> None:
    with own_server.client("kiosk") as client:
        numbers = [
            client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"}).json()[
                "number"
            ]
            for _ in range(5)
        ]
    own_server.stop()
    own_server.start()
    with own_server.client("kiosk") as client:
        last = client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"}).json()
    assert numbers == ["C001", "C002", "C003", "C004", "C005"]
    assert last["number"] == "C006"


def test_nothing_is_left_in_the_folder_that_a_next_start_would_trip_over(
    own_server: RunningServer,
) -> None:
    own_server.stop()
    assert not (own_server.data / "control.sock").exists()
    own_server.start()
    own_server.kill()
    own_server.start()
