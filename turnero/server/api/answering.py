"""JSON answers with as little between a struct and the socket as possible.

The framework's response merges headers, cookies and encoders that our answers never have;
on the path of every ticket that is a fifth of the loop's work.
"""

from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

_TYPE = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class _Sent(ASGIResponse):
    """A body on its way."""

    __slots__ = ()

    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        length = (b"content-length", b"%d" % len(self.body))
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": [_TYPE, length],
            }
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class JsonAnswer(Response[Any]):
    """What a route of the API returned, as JSON. No headers, cookies or background tasks."""

    __slots__ = ()

    def __init__(self, content: Any, *, status_code: int | None = None, **_: Any) -> None:
        self.content = content
        self.status_code = status_code

    def to_asgi_response(
        self,
        app: Litestar | None,
        request: Request[Any, Any, Any],
        *,
        status_code: int | None = None,
        **_: Any,
    ) -> ASGIResponse:
        """See `Response.to_asgi_response`."""
        return _Sent(self.status_code or status_code or 200, _encode(self.content))
