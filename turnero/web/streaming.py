"""Writes one endless answer: headers, then chunks, until either side or the server ends it.

A client that takes nothing for `WRITE_S` seconds is shed: it reconnects and gets the state,
and nobody else waits for it.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from litestar.types import Receive, Send

#: seconds in which a client must take what is written to it
WRITE_S = 10.0

_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # proxies (nginx) hold answers back unless told otherwise
    (b"x-accel-buffering", b"no"),
)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def pour(
    chunks: AsyncGenerator[bytes, None],
    receive: Receive,
    send: Send,
    *,
    headers: Iterable[tuple[bytes, bytes]] = (),
    write_s: float = WRITE_S,
) -> None:
    """Send the chunks as one event stream. Returns when it ended, for whatever reason."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [*_HEADERS, *headers],
        }
    )
    writer = asyncio.current_task()
    gone = asyncio.create_task(_gone(receive))
    left = False

    def leave(_: asyncio.Task[None]) -> None:
        nonlocal left
        if not finished and writer is not None:
            left = True
            writer.cancel()

    finished = False
    gone.add_done_callback(leave)
    try:
        async for chunk in chunks:
            async with asyncio.timeout(write_s):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finished = True
        async with asyncio.timeout(write_s):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        # shed; the connection is closed by the server because the answer is not complete
        finished = True
    except asyncio.CancelledError:
        if not left:
            raise
        if writer is not None:
            writer.uncancel()
    finally:
        finished = True
        gone.cancel()
        await chunks.aclose()
