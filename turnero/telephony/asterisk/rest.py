"""Requests to ARI: over HTTP, or over the socket on which Asterisk has dialled out to us."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import httpx
import msgspec

from turnero.telephony.asterisk.settings import AsteriskSettings
from turnero.telephony.exchange import ExchangeAway

NOT_FOUND = 404
CONFLICT = 409


class Unsent(ExchangeAway):
    """The request did not reach Asterisk: nothing was done, and nothing will be."""


class Reply(NamedTuple):
    """What ARI answered; `body` is its JSON, None where there was none."""

    status: int
    body: Any

    @property
    def done(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own

    def needed(self) -> Any:
        """The body; `ExchangeAway` where it did not do it."""
        if not self.done:
            raise ExchangeAway(f"ARI answered {self.status}")
        return self.body


class Ari(Protocol):
    """A way to ask ARI."""

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Ask; `path` is below /ari. `Unsent`, or `ExchangeAway` where no answer came in time."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class HttpAri:
    """Over HTTP, with the password in a header and never in an address."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{settings.url.rstrip('/')}/ari/",
            auth=(settings.user, settings.password),
            timeout=settings.patience_s,
            trust_env=False,
        )

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """See `Ari.ask`."""
        try:
            answer = await self._http.request(method, path, params=query, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unsent(f"not reached: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise ExchangeAway(f"no answer: {type(error).__name__}") from error
        reply = Reply(answer.status_code, decoded(answer.content))
        if reply.done and answer.content and reply.body is None:
            raise ExchangeAway("what answers there is no ARI")
        return reply

    async def close(self) -> None:
        """See `Ari.close`."""
        await self._http.aclose()


def decoded(content: bytes | str) -> Any:
    """JSON; None for what is not."""
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return None
