"""The board of a box: the server's own page, brought to the box's screen by the box.

It has a port of its own on this machine, beside that of the box's pages. What the browser asks there
is asked of the server with the box's token, so that no screen needs one and none is in an address; only
what a board's page is made of gets through. While there is no board to show, the box's own page
`/screen/board` says why, and leads back here.
"""

import logging
from collections.abc import AsyncGenerator
from typing import Final

import httpx
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from turnero.device.box import Box
from turnero.store.errors import TurneroError
from turnero.web.streaming import pour

log = logging.getLogger("turnero.device")

PAGE: Final = "/board"
_LIVE: Final = "/live"
_REPORT: Final = "/board/heartbeat"
#: how the addresses begin of what the page is made of
_FILES: Final = ("/static/", "/display/voice/", "/display/picture/")
_ASKED: Final = frozenset({b"accept", b"accept-language", b"content-type"})
_SAID: Final = frozenset(
    {
        b"cache-control",
        b"content-security-policy",
        b"content-type",
        b"permissions-policy",
        b"referrer-policy",
        b"x-content-type-options",
    }
)
#: bytes of a heartbeat
_LONGEST: Final = 64 * 1024
#: the page is another now: it reloads, and is led to where that is said
_OVER: Final = b'retry: 2000\nevent: hello\ndata: {"version":"over"}\n\n'
_SEE_OTHER, _NOT_FOUND, _BAD_GATEWAY = 303, 404, 502


class Board:
    """An ASGI application."""

    def __init__(self, box: Box, pages_port: int) -> None:
        """`pages_port`: where the box's own pages are."""
        self._box = box
        self._why = f"http://127.0.0.1:{pages_port}/screen/board".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            return
        path, asked = scope["path"], scope["method"]
        if asked == "GET" and path in ("/", PAGE):
            await self._page(scope, send)
        elif asked == "GET" and path == _LIVE:
            await pour(self._live(scope), receive, send)
        elif asked == "GET" and path.startswith(_FILES) and ".." not in path:
            await self._bring(scope, send)
        elif asked == "POST" and path == _REPORT:
            await self._bring(scope, send, await _body(receive))
        else:
            await _answer(send, _NOT_FOUND)

    async def _page(self, scope: HTTPScope, send: Send) -> None:
        """The board's page; while there is none, the way to where it is said why."""
        board = board_of(self._box)
        if board is not None:
            try:
                answer = await self._box.link.page("GET", PAGE, _headers(scope), {"board": board})
                if answer.is_success:
                    await _give(send, answer)
                    return
                log.warning("the server gives no board: %s", answer.status_code)
            except TurneroError as error:
                log.info("no board: %s", error)
        elsewhere = [(b"location", self._why), (b"cache-control", b"no-store")]
        await _answer(send, _SEE_OTHER, elsewhere)

    async def _bring(self, scope: HTTPScope, send: Send, body: bytes | None = None) -> None:
        """A part of the page, or what it says of itself."""
        try:
            answer = await self._box.link.page(
                scope["method"], _address(scope), _headers(scope), body=body
            )
        except TurneroError as error:
            log.info("a part of the board: %s", error)
            await _answer(send, _BAD_GATEWAY)
        else:
            await _give(send, answer)

    async def _live(self, scope: HTTPScope) -> AsyncGenerator[bytes, None]:
        """The page's stream, as long as the server goes on with it."""
        if board_of(self._box) is None:
            yield _OVER
            return
        try:
            async for chunk in self._box.link.stream(_address(scope), _headers(scope)):
                yield chunk
        except TurneroError as error:
            log.info("the board's stream: %s", error)


def board_of(box: Box) -> str | None:
    """The board to show now; None: none, or not now."""
    if box.link.standing in ("unpaired", "revoked") or box.dropped is not None:
        return None
    return next(iter(box.keys("board")), None)


def beside(pages: ASGIApp, board: ASGIApp, port: int) -> ASGIApp:
    """The box's pages, and its board for what came in at that port."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        server = scope.get("server")
        there = server is not None and server[1] == port
        await (board if there else pages)(scope, receive, send)

    return asked


def _address(scope: HTTPScope) -> str:
    query = scope["query_string"].decode("latin-1")
    return scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")


def _headers(scope: HTTPScope) -> dict[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in _ASKED
    }


async def _body(receive: Receive) -> bytes:
    found = b""
    while len(found) <= _LONGEST:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        found += message["body"]
        if not message["more_body"]:
            return found
    return b""


async def _give(send: Send, answer: httpx.Response) -> None:
    headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() in _SAID]
    await _answer(send, answer.status_code, headers, answer.content)


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b""
) -> None:
    said = [*(headers or ()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": body, "more_body": False})
