"""The event link with Asterisk in either direction: we dial it, or it dials out to us."""

import asyncio
import base64
import hmac
import itertools
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from turnero.store.clock import Clock
from turnero.telephony.asterisk.rest import Reply, Unsent, decoded
from turnero.telephony.asterisk.settings import AsteriskSettings
from turnero.telephony.exchange import ExchangeAway, LinkDown, LinkUp

log = logging.getLogger(__name__)

#: bytes of a message: every channel of a large exchange is one
MESSAGE_BYTES = 8_000_000
#: seconds between two attempts to reach it, growing up to the last
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
#: seconds that Asterisk may stay dialled in while nobody reads: who ends has calls to hang up
LET_GO_S = 10.0

_ARI = Subprotocol("ari")

Message = dict[str, Any] | LinkUp | LinkDown


class Link(Protocol):
    """Where events come from."""

    def messages(self) -> AsyncGenerator[Message, None]:
        """Events as ARI tells them, and when the link comes and goes; begins again by itself."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


def _basic(settings: AsteriskSettings) -> str:
    pair = f"{settings.user}:{settings.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _event(said: str | bytes) -> dict[str, Any] | None:
    message = decoded(said)
    return message if isinstance(message, dict) else None


class Outward:
    """We dial Asterisk."""

    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    async def messages(self) -> AsyncGenerator[Message, None]:
        """See `Link.messages`."""
        ours = self._settings
        parts = urlsplit(f"{ours.url.rstrip('/')}/ari/events")
        scheme = "wss" if parts.scheme == "https" else "ws"
        url = urlunsplit((scheme, parts.netloc, parts.path, urlencode({"app": ours.app}), ""))
        pauses, why = iter(PAUSES_S), ""
        while True:
            try:
                async with connect(
                    url,
                    additional_headers={"Authorization": _basic(ours)},
                    open_timeout=ours.patience_s,
                    ping_interval=ours.silence_s / 2,
                    ping_timeout=ours.silence_s / 2,
                    close_timeout=1,
                    max_size=MESSAGE_BYTES,
                    compression=None,
                    proxy=None,
                ) as socket:
                    why, up_ms = "", self._clock.line_ms()
                    yield LinkUp()
                    try:
                        async for said in socket:
                            if (event := _event(said)) is not None:
                                yield event
                    except ConnectionClosed:
                        pass
                    yield LinkDown()
                    # One that is lost as soon as it is there is not tried again at once for ever.
                    if self._clock.line_ms() - up_ms > PAUSES_S[-1] * 1000:
                        pauses = iter(PAUSES_S)
            except (OSError, TimeoutError, WebSocketException) as error:
                if why != (why := f"{type(error).__name__}: {error}"):
                    log.warning("Asterisk's events cannot be read: %s", why)
            await self._clock.sleep(next(pauses, PAUSES_S[-1]))

    async def close(self) -> None:
        """See `Link.close`: the socket is closed with the reading of it."""


class Inward:
    """Asterisk dials out to us: events come and requests go over the one socket, so that ARI need
    not be reachable. Its user and password are checked before the socket is accepted.
    """

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._socket: ServerConnection | None = None
        self._server: Server | None = None
        self._letting_go: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._turned_away = False
        self._came: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count(1)

    async def messages(self) -> AsyncGenerator[Message, None]:
        """See `Link.messages`. `OSError` where the port is taken.

        Some seconds after its end the port is let go: another process of ours may lead now.
        """
        if self._letting_go is not None:
            self._letting_go.cancel()
        await self._listen()
        while not self._came.empty():  # of before: it must be looked up
            self._came.get_nowait()
        try:
            if self._socket is not None:
                yield LinkUp()
            while True:
                yield await self._came.get()
        finally:
            self._letting_go = asyncio.ensure_future(self._let_go())

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """See `Ari.ask`."""
        socket = self._socket
        if socket is None:
            raise Unsent("Asterisk has not dialled in")
        number = str(next(self._numbers))
        request: dict[str, Any] = {
            "type": "RESTRequest",
            "transaction_id": number,
            "request_id": number,
            "method": method,
            "uri": path,
            "query_strings": [
                {"name": name, "value": value} for name, value in (query or {}).items()
            ],
        }
        if body is not None:
            request["content_type"] = "application/json"
            request["message_body"] = msgspec.json.encode(body).decode()
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(self._settings.patience_s):
                await socket.send(msgspec.json.encode(request).decode())
                return await answer
        except (ConnectionClosed, TimeoutError) as error:
            raise ExchangeAway(f"no answer: {type(error).__name__}") from error
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        """See `Link.close`."""
        if self._letting_go is not None and self._letting_go is not asyncio.current_task():
            self._letting_go.cancel()
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _listen(self) -> None:
        if self._server is None:
            host, _, port = self._settings.listen.rpartition(":")
            self._server = await serve(
                self._talk,
                host,
                int(port),
                process_request=self._may,
                subprotocols=[_ARI],
                ping_interval=self._settings.silence_s / 2,
                ping_timeout=self._settings.silence_s / 2,
                close_timeout=1,
                max_size=MESSAGE_BYTES,
                compression=None,
            )

    async def _let_go(self) -> None:
        await asyncio.sleep(LET_GO_S)
        await self.close()

    def _may(self, connection: ServerConnection, request: Request) -> Response | None:
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), _basic(self._settings).encode()):
            self._turned_away = False
            return None
        if not self._turned_away:  # it tries each second
            self._turned_away = True
            log.warning("somebody dials in as an exchange with another user or password")
        return connection.respond(401, "Who are you?\n")

    async def _talk(self, socket: ServerConnection) -> None:
        older, self._socket = self._socket, socket
        if older is not None:  # the newer one counts: the older may be half-open
            self._lost()
            self._closing = asyncio.ensure_future(older.close())
        self._came.put_nowait(LinkUp())
        try:
            async for said in socket:
                event = _event(said)
                if event is not None and event.get("type") == "RESTResponse":
                    self._answered(event)
                elif event is not None and self._socket is socket:
                    self._came.put_nowait(event)
        except ConnectionClosed:
            pass
        finally:
            if self._socket is socket:
                self._socket = None
                self._lost()

    def _lost(self) -> None:
        """What was asked is not answered any more."""
        self._came.put_nowait(LinkDown())
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ExchangeAway("the link was lost"))

    def _answered(self, event: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(event.get("request_id")))
        if waiting is not None and not waiting.done():
            status = int(event.get("status_code") or 0)
            waiting.set_result(Reply(status, decoded(event.get("message_body") or "")))
