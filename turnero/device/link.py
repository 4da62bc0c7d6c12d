"""The one way from a box to its server: every request, the stream of news, and how it stands.

All connections go out. Nothing waits for long, and whatever fails is told as one of ours:
`Unavailable` when the server cannot be reached or cannot keep anything, `Refused` as it was
raised there. Who repeats, and when, is decided by whoever asked.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from turnero.boxes import protocol
from turnero.boxes.protocol import (
    Answer,
    Beat,
    Beaten,
    BoxConfig,
    Copied,
    CopyKept,
    Pair,
    Paired,
    Pairing,
    Poll,
    Report,
    Reported,
    Take,
    Taking,
)
from turnero.device.silence import Why, why
from turnero.kiosk import remote_shape
from turnero.store.errors import Unavailable

log = logging.getLogger("turnero.device")

M = TypeVar("M")

#: unpaired: it has no token | connecting: it has not asked yet | online | away: the last request
#: found nobody | revoked: the server does not know its token any more
Standing = Literal["unpaired", "connecting", "online", "away", "revoked"]

#: seconds: to be connected, and for an answer
CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0
#: the same while a person stands before the screen
SOMEBODY_WAITS: Final = httpx.Timeout(3.0, connect=1.0)
#: seconds without a sign of life on the stream, which beats every five
SILENT_S: Final = 15.0
#: seconds between tries, doubled up to the second figure
BACK_OFF_S: Final = (0.5, 15.0)
#: a number beyond every journal: the stream answers with where it ends
BEYOND: Final = 2**53
#: how our own answers begin; a page is a hotel's, a proxy's or somebody else's
_OURS: Final = ("application/json", "application/problem+json", "text/event-stream")
#: what goes wrong before anything was said
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNAUTHORIZED: Final = 401
_BROKEN: Final = 500
_TOO_MUCH: Final = (429, 503)


class Unsent(Unavailable):
    """The server was not reached: it has heard nothing of this request."""


def _vouched() -> ssl.SSLContext:
    """Who is believed: whom everybody believes, and whom this machine does, such as a house's own."""
    found = httpx.create_ssl_context(trust_env=False)
    found.load_default_certs()
    return found


class Pause:
    """How long to wait after each failure in a row."""

    def __init__(self, first_s: float = BACK_OFF_S[0], longest_s: float = BACK_OFF_S[1]) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def well(self) -> None:
        """It worked."""
        self._next_s = self._first_s

    async def rest(self) -> None:
        """It did not: wait."""
        await asyncio.sleep(self._next_s)
        self._next_s = min(self._next_s * 2, self._longest_s)


class News(msgspec.Struct, frozen=True):
    """Something happened at the site; without a kind: the stream has begun, or begins anew here."""

    seq: int
    kind: str = ""
    #: the fact's own fields
    data: dict[str, Any] = {}


class Link:
    """See the module's text. Belongs to one loop."""

    def __init__(self, server: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`server`: where it answers, such as "https://turnos.example.org"."""
        self.server = server.rstrip("/")
        self.standing: Standing = "unpaired"
        #: since when it stands so, wall clock
        self.since_ms = _now_ms()
        #: why the last request failed; None: it did not
        self.why: Why | None = None
        #: when the server last answered, wall clock; None: not since this start
        self.answered_ms: int | None = None
        #: server's clock less ours, milliseconds; None: not known yet
        self.offset_ms: int | None = None
        #: called with the server's clock when it was heard, and how long that took; must not wait
        self.clocks: list[Callable[[int, int], None]] = []
        #: called when the standing has changed; must not wait
        self.changed: list[Callable[[], None]] = []
        self._token: str | None = None
        self._online = asyncio.Event()
        self._client = httpx.AsyncClient(
            base_url=self.server,
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            # a write without a token must come from a page of the server's own: it is as good
            headers={"user-agent": "turnero-device", "origin": self.server},
            trust_env=False,
            verify=_vouched(),
            transport=transport,
        )

    # --- how it stands --------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """The last request was answered."""
        return self.standing == "online"

    async def wait_online(self) -> None:
        """Return once the server answers."""
        await self._online.wait()

    def use(self, token: str | None) -> None:
        """Ask with this token from now on; None: there is none."""
        self._token = token
        self._stand("unpaired" if token is None else "connecting")

    def swap(self, token: str) -> None:
        """Ask with another token, which stands as the one before did; the first one: `use`."""
        if self._token is None:
            self.use(token)
        self._token = token

    def heard_clock(self, server_ms: int, asked_ms: int, answered_ms: int) -> None:
        """The server said what time it is: half a round trip before the answer came."""
        self.offset_ms = server_ms - (asked_ms + answered_ms) // 2
        for call in self.clocks:
            call(server_ms + (answered_ms - asked_ms) // 2, answered_ms - asked_ms)

    def _stand(self, standing: Standing) -> None:
        if standing == "online":
            self._online.set()
        else:
            self._online.clear()
        if standing == self.standing:
            return
        log.info("the server is %s (was %s)", standing, self.standing)
        self.standing, self.since_ms = standing, _now_ms()
        for call in self.changed:
            call()

    # --- requests -------------------------------------------------------------------------------

    async def pair(self, wanted: Pair) -> Pairing:
        """Ask to be let in."""
        return await self._message("POST", "/pair", Pairing, wanted)

    async def poll(self, secret: str) -> Paired:
        """How the pairing stands."""
        return await self._message("POST", "/pair/poll", Paired, Poll(secret))

    async def config(self) -> BoxConfig:
        """All that the box has to know of its site."""
        return await self._message("GET", "/config", BoxConfig)

    async def beat(self, beat: Beat) -> Beaten:
        """A heartbeat; sets the clock's offset."""
        asked_ms = _now_ms()
        beaten = await self._message("POST", "/beat", Beaten, beat)
        self.heard_clock(beaten.clock_ms, asked_ms, _now_ms())
        return beaten

    async def take(self) -> Taking:
        """The jobs that wait for the box's printers, and what was decided of those that it has."""
        return await self._message("POST", "/print/take", Taking, Take())

    async def report(self, report: Report) -> Reported:
        """How a job stands."""
        return await self._message("POST", "/print/report", Reported, report)

    async def copied(self, copied: Copied, key: str) -> CopyKept:
        """A copy was made here while there was no server; the same `key` again is the same copy."""
        return await self._message("POST", "/print/copied", CopyKept, copied, key)

    async def answer(self, answer: Answer, key: str) -> Reported:
        """Whether a paper came out; a copy is another job. The same `key` again is the same word."""
        return await self._message("POST", "/print/answer", Reported, answer, key)

    async def sign(self, key: str, kind: type[M]) -> M:
        """All that a sign has to show now."""
        return await self._message("GET", f"/sign/{quote(key, safe='')}", kind)

    async def kiosk(
        self, method: str, kiosk: str, key: str | None = None, /, **arguments: Any
    ) -> Any:
        """A method of the kiosk's port, for the kiosk of that key; `key` makes a repeat the same act."""
        body = remote_shape.ask(method, kiosk, **arguments)
        headers = {"idempotency-key": key} if key else {}
        answer = await self.ask(
            "POST", f"{protocol.BASE}/kiosk/{method}", body, headers=headers, limits=SOMEBODY_WAITS
        )
        return remote_shape.answered(method, 200, answer)

    async def _message(
        self, method: str, path: str, kind: type[M], body: Any = None, key: str | None = None
    ) -> M:
        sent = None if body is None else msgspec.json.encode(body)
        headers = {"idempotency-key": key} if key is not None else None
        answer = await self.ask(method, protocol.BASE + path, sent, headers=headers)
        try:
            return msgspec.json.decode(answer, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise Unavailable(f"the server's answer to {path} cannot be read: {wrong}") from None

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: dict[str, str] | None = None,
        limits: httpx.Timeout | None = None,
    ) -> bytes:
        """One request, once: the body of its answer."""
        token = self._token
        given = self._headers(token) | (headers or {})
        if body is not None:
            given["content-type"] = "application/json"
        more: dict[str, Any] = {} if limits is None else {"timeout": limits}
        try:
            answer = await self._client.request(method, path, content=body, headers=given, **more)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self._lost(token, why(error))
            kind = Unsent if isinstance(error, _UNSENT) else Unavailable
            raise kind(f"{self.server} does not answer: {error!r}") from None
        self._judge(answer, token)
        if answer.is_success:
            return answer.content
        raise remote_shape.refusal(answer.status_code, answer.content)

    def _headers(self, token: str | None) -> dict[str, str]:
        return {} if token is None else {"authorization": f"Bearer {token}"}

    def _judge(self, answer: httpx.Response, token: str | None) -> None:
        """What an answer says of the connection; one to a token used no more says nothing.

        Raises `Unavailable` for an answer that is none of our server's.
        """
        if not answer.headers.get("content-type", "").startswith(_OURS):
            self._lost(token, "stranger")
            raise Unavailable(
                f"something else answers at {self.server}: {answer.status_code} without our data"
            )
        status = answer.status_code
        self._explain("busy" if status in _TOO_MUCH else None)
        if token != self._token or token is None:
            return
        if status == _UNAUTHORIZED:
            self._stand("revoked")
        elif status >= _BROKEN:
            self._stand("away")
        else:
            self.answered_ms = _now_ms()
            self._stand("online")

    def _lost(self, token: str | None, reason: Why) -> None:
        self._explain(reason)
        if token == self._token and token is not None and self.standing != "revoked":
            self._stand("away")

    def _explain(self, reason: Why | None) -> None:
        if reason != self.why:
            self.why = reason
            for call in self.changed:
                call()

    # --- pages of the server, as they are ---------------------------------------------------------

    async def page(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        params: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> httpx.Response:
        """What the server answers to this box's token. Raises `Unavailable`."""
        try:
            return await self._client.request(
                method,
                path,
                params=params,
                content=body,
                headers=self._headers(self._token) | headers,
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(f"{self.server} does not answer: {error!r}") from None

    async def stream(self, path: str, headers: dict[str, str]) -> AsyncGenerator[bytes, None]:
        """The same of a stream that has no end. Raises `Unavailable`."""
        limits = httpx.Timeout(ANSWER_S, connect=CONNECT_S, read=SILENT_S)
        given = self._headers(self._token) | headers
        try:
            async with self._client.stream("GET", path, headers=given, timeout=limits) as answer:
                if answer.is_success:
                    async for chunk in answer.aiter_raw():
                        yield chunk
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(f"the stream of {self.server} ended: {error!r}") from None

    # --- news -----------------------------------------------------------------------------------

    async def news(self, site: str, after: int | None) -> AsyncGenerator[News, None]:
        """What happens at the site after that number, until the connection ends; None: from now on.

        Raises `Unavailable` or `Refused` when it cannot begin.
        """
        token, seq = self._token, BEYOND if after is None else after
        try:
            async with self._client.stream(
                "GET",
                "/api/v1/live",
                params={"site": site, "after": seq},
                headers=self._headers(token),
                timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S, read=SILENT_S),
            ) as answer:
                self._judge(answer, token)
                if not answer.is_success:
                    raise remote_shape.refusal(answer.status_code, await answer.aread())
                async with aclosing(_events(answer.aiter_lines())) as events:
                    async for name, id_, data in events:
                        if name == "reset":
                            seq = int(data.get("head", 0))
                            yield News(seq)
                        elif name == "hello" and seq != BEYOND:
                            yield News(seq)
                        elif not name and id_:
                            seq = int(id_)
                            yield News(seq, str(data.get("kind", "")), data.get("data") or {})
        except (httpx.HTTPError, OSError) as error:
            self._lost(token, why(error))
            raise Unavailable(f"the stream of {self.server} ended: {error!r}") from None

    async def close(self) -> None:
        """End every connection."""
        await self._client.aclose()


async def _events(
    lines: AsyncGenerator[str, None] | Any,
) -> AsyncGenerator[tuple[str, str, dict[str, Any]], None]:
    """Server-sent events: name, id and data, an object each."""
    name = id_ = data = ""
    async for line in lines:
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            name = value if field == "event" else name
            id_ = value if field == "id" else id_
            data = value if field == "data" else data
            continue
        if data:
            try:
                found = msgspec.json.decode(data)
            except msgspec.DecodeError:
                found = {}
            yield name, id_, found if isinstance(found, dict) else {}
        name = id_ = data = ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
