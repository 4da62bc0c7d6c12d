"""HTTP on one connection, with an end to everything: how long a head may be, how long it may take.

On top of uvicorn's protocol, which waits for ever and keeps whatever comes. There is no timer for
each request: a few fields, and a look at every connection now and then. Streams and the pause
between two requests are not limited here.
"""

import asyncio
from collections.abc import Iterable
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

#: bytes of a request line and its headers
MAX_HEAD = 32 * 1024
#: bytes of a body sent in chunks, with what frames them; how much of it is taken the routes say
MAX_CHUNKED = 4 * 1024 * 1024
#: seconds from the first byte (of a new connection: from its beginning) until the head is complete
HEAD_S = 15.0
#: seconds from then until the body is complete
BODY_S = 30.0
#: seconds in which a client must take something of what was written to it
TAKE_S = 60.0
#: seconds between looks
SWEEP_S = 5.0


class _HeadTooLongError(Exception):
    """Stops the parser."""


class _Awaits(IntEnum):
    """What a connection's client owes us."""

    NOTHING = 0
    HEAD = 1
    BODY = 2


class Protocol(HttpToolsProtocol):
    """See the module's text."""

    _awaits = _Awaits.HEAD
    #: when the message began (loop time)
    _since = 0.0
    #: bytes read of its head, then of its body
    _read = 0
    _too_long = False
    #: bytes not yet taken by the client, and since when it is so many
    _unsent = 0
    _unsent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._awaits is _Awaits.NOTHING:
            self._awaits = _Awaits.HEAD
            self._since = self.loop.time()
            self._read = 0
        self._read += len(data)
        super().data_received(data)
        if self._read > MAX_HEAD:
            if self._awaits is _Awaits.HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif self._awaits is _Awaits.BODY and self._read > MAX_CHUNKED and self._chunked():
                # the parser keeps what follows the last chunk, however long
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The parser's: a head is complete."""
        # What was read is an upper bound; only beyond it is the head itself measured.
        if self._read > MAX_HEAD and self._head_length() > MAX_HEAD:
            self._too_long = True
            raise _HeadTooLongError
        self._awaits = _Awaits.BODY
        self._read = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The parser's: a request is complete."""
        self._awaits = _Awaits.NOTHING
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """The parser gave up."""
        if self._too_long:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def look(self, now: float) -> None:
        """End the connection if its client is overdue."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._unsent_since = now
        elif unsent and now - self._unsent_since > TAKE_S:
            self.transport.abort()  # to close would wait for what nobody takes
            return
        if self._awaits is _Awaits.NOTHING or self.transport.is_closing():
            return
        waited = now - self._since
        if self._awaits is _Awaits.BODY:
            if waited > HEAD_S + BODY_S:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif waited > HEAD_S and self._answered():
            if self._read:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            else:
                self.transport.close()

    def _answered(self) -> bool:
        """Whether nothing is being answered: a stream goes on whatever is sent after its request."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _may_answer(self) -> bool:
        """Whether an answer written now would be read as the answer to this message."""
        if self._awaits is _Awaits.BODY and not self.pipeline:
            return not self.cycle.response_started
        return self._answered()

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, where that can be said, and hang up."""
        if self._may_answer():
            head = [STATUS_LINE[status]]
            for name, value in self.server_state.default_headers:
                head += [name, b": ", value, b"\r\n"]
            text = status.phrase.encode()
            head.append(b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n")
            head.append(b"content-length: %d\r\n\r\n" % len(text))
            self.transport.write(b"".join(head) + text)
        self.transport.close()

    def _head_length(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _chunked(self) -> bool:
        return any(name == b"transfer-encoding" for name, _ in self.headers)


def sweep(connections: Iterable[Any], now: float) -> None:
    """Look at every connection."""
    for connection in list(connections):
        if isinstance(connection, Protocol):
            connection.look(now)
