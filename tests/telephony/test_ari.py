"""What stands in ARI's place, or answers as it should not: told plainly, and nobody is rung by it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from turnero.store.clock import SystemClock
from turnero.telephony.asterisk import Asterisk, AsteriskSettings
from turnero.telephony.asterisk.rest import HttpAri, Reply
from turnero.telephony.exchange import ExchangeAway, LinkUp, Say

PAGE = b"<html>Please sign in</html>"


class Silence:
    """No sound at all."""

    async def media(self, _say: Say) -> str:
        """See `SoundsPort.media`."""
        return "sound:/nowhere"


@asynccontextmanager
async def web_page() -> AsyncIterator[str]:
    """Somebody else's web server, which has a page for every address."""

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + PAGE)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_web_page_in_its_place_is_no_exchange() -> None:
    async with web_page() as address:
        settings = AsteriskSettings(password="x", url=address)
        exchange = Asterisk(settings, Silence(), SystemClock())
        health = await exchange.health()
        assert (health.reachable, health.detail) == (False, "what answers there is no ARI")
        with pytest.raises(ExchangeAway):
            await exchange.live()
        await exchange.close()


async def test_a_telephone_is_not_rung_where_its_end_would_not_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def ask(
        _self: HttpAri,
        method: str,
        path: str,
        _query: Mapping[str, str] | None = None,
        _body: Mapping[str, Any] | None = None,
    ) -> Reply:
        asked.append(path)
        return Reply(404, None) if "subscription" in path else Reply(200, [])

    far = {"id": "leg-1~", "channelvars": {"TURNERO_LEG": "leg-1"}}

    class OneCall:
        async def messages(self) -> AsyncIterator[Any]:
            yield LinkUp()
            yield {"type": "StasisStart", "args": ["far"], "channel": far}
            await asyncio.Event().wait()

        async def close(self) -> None:
            """Nothing is held."""

    monkeypatch.setattr(HttpAri, "ask", ask)
    settings = AsteriskSettings(password="x")
    exchange = Asterisk(settings, Silence(), SystemClock(), link=OneCall())  # type: ignore[arg-type]
    events = exchange.events()
    assert await anext(events) == LinkUp()
    await asyncio.sleep(0.05)
    await exchange.close()
    assert [path for path in asked if path.startswith(("applications", "channels/"))] == [
        "applications/turnero/subscription"
    ]
