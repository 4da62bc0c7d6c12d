"""Messages handed to a gateway of the house by HTTP: one signed request for each.

`POST` of JSON `{id, channel, to, text, subject, language, sort}` with `Idempotency-Key: ID`,
`X-Turnero-Timestamp: SECONDS` and `X-Turnero-Signature: v1=HEX`, an HMAC-SHA256 over the
timestamp, a point and the body, under the key that `turnero messages key` prints. The gateway
answers 2xx when it has taken the message, and takes one id once.
"""

from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from turnero.telephony.messages.port import SENT, STEP_S, Message, Outcome, within
from turnero.telephony.messages.signing import SIGNATURE, TIMESTAMP, signature

_OK: Final = 300
_REDIRECTS: Final = 400
_FAULTS: Final = 500
#: answers that may be others later
_LATER: Final = frozenset({408, 425, 429})
#: it has that id already
_CONFLICT: Final = 409


class Webhook:
    """See the module's text."""

    idempotent = True

    def __init__(self, address: str, key: bytes, now_ms: Callable[[], int]) -> None:
        self._address = address
        self._key = key
        self._now_ms = now_ms
        # Neither a proxy of the environment nor a redirect sees what is in it.
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(STEP_S), trust_env=False, follow_redirects=False
        )

    def __repr__(self) -> str:
        return "Webhook(…)"

    async def send(self, message: Message) -> Outcome:
        """Hand it over."""
        body = msgspec.json.encode(message._asdict())
        timestamp = str(self._now_ms() // 1000)
        headers = {
            "content-type": "application/json",
            "idempotency-key": message.id,
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._key, timestamp, body),
        }
        return await within(self._post(body, headers))

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        try:
            async with self._client.stream(
                "POST", self._address, content=body, headers=headers
            ) as answer:
                return _meaning(answer.status_code)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Outcome("failed", "unreachable")
        except httpx.HTTPError:
            return Outcome("unknown", "no-answer")

    async def check(self) -> str | None:
        """Whether somebody answers there, whatever they say."""
        try:
            async with self._client.stream("OPTIONS", self._address):
                return None
        except httpx.HTTPError as error:
            return type(error).__name__

    async def close(self) -> None:
        """See `Messenger.close`."""
        await self._client.aclose()


def _meaning(status: int) -> Outcome:
    if status < _OK or status == _CONFLICT:
        return SENT
    word = f"http-{status}"
    if status < _REDIRECTS:
        return Outcome("refused", word)
    if status < _FAULTS and status not in _LATER:
        return Outcome("refused", word)
    return Outcome("failed", word)
