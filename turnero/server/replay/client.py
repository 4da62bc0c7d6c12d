"""Acts at a running server over its API, each once however often the network makes it be sent.

Every POST carries an idempotency key and is sent again, with the same key, until it has an
answer; what was acknowledged is written down as an `Act`. It judges nothing: see check.py.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final, Literal, Self
from uuid import uuid4

import httpx
import msgspec
from msgspec import Struct

from turnero.store.errors import TurneroError

Kind = Literal["issue", "call", "finish", "open", "close"]

#: requests under way at once; the server groups what comes together into one commit
CONCURRENT: Final = 32
#: seconds for which one act is tried while the server does not answer
PATIENCE_S: Final = 30.0
_RETRY_S: Final = 0.2
_RETRY: Final = frozenset({429, 502, 503, 504})
_SUCCESS: Final = 300
_BLUNT: Final = frozenset({400, 401, 403, 404, 405})
_PAGE: Final = 1000


class ReplayError(TurneroError):
    """The replay cannot go on: no server, a wrong token, a site that is not loaded."""


class Act(Struct, kw_only=True):
    """One acknowledged act, with the moments between which the server did it."""

    kind: Kind
    service: str
    #: the desk's id, for all but issue
    desk: str = ""
    #: seconds on this machine's monotonic clock: first sent, and acknowledged
    sent: float
    done: float
    #: what was acknowledged; empty for a call that was told that nobody waits
    ticket: str = ""
    #: empty where the answer does not say it
    number: str = ""
    #: HTTP status and code of a refusal; 0 when the act was acknowledged
    refused: int = 0
    code: str = ""


class Fact(Struct, kw_only=True):
    """One line of the journal, as the API gives it."""

    seq: int
    #: ISO 8601, UTC
    at: str
    actor: str
    kind: str
    data: dict[str, Any]


class _Page(Struct):
    facts: list[Fact]
    next: int


class Client:
    """See the module's text. An async context manager."""

    def __init__(self, url: str, token: str, site: str) -> None:
        self.site = site
        self.acts: list[Act] = []
        #: times that something had to be sent again
        self.retries = 0
        self._gate = asyncio.Semaphore(CONCURRENT)
        limits = httpx.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT)
        try:
            self._http = httpx.AsyncClient(
                base_url=url.rstrip("/"),
                headers={"authorization": f"Bearer {token}", "accept-language": "en"},
                limits=limits,
                timeout=httpx.Timeout(15.0),
                trust_env=False,
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise ReplayError(f"--url or --token cannot be used: {error}") from error
        self._url = url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def services(self) -> set[str]:
        """Keys of the site's services. Raises `ReplayError` when the site is not there."""
        answer = await self._get("/api/v1/sites")
        for site in answer["sites"]:
            if site["id"] == self.site:
                return {service["id"] for service in site["services"]}
        raise ReplayError(
            f"{self._url} has no site {self.site!r}, or the token is for another one; "
            "write it with --site-toml and load it with `turnero site load`"
        )

    async def head(self) -> int:
        """The number of the site's last fact."""
        answer = await self._get(f"/api/v1/sites/{self.site}/board")
        return int(answer["seq"])

    async def journal(self, after: int) -> AsyncIterator[list[Fact]]:
        """All facts of the site after a number, in pages."""
        while True:
            answer = await self._get("/api/v1/journal", site=self.site, after=after, limit=_PAGE)
            page = msgspec.convert(answer, _Page)
            if not page.facts:
                return
            yield page.facts
            after = page.next

    async def issue(self, service: str) -> Act:
        """Take a ticket."""
        body = {"site": self.site, "service": service}
        act, answer = await self._act("issue", service, "", "/api/v1/tickets", body)
        act.ticket, act.number = answer.get("id", ""), answer.get("number", "")
        return act

    async def call(self, service: str, desk: str) -> Act:
        """Call next."""
        act, answer = await self._act("call", service, desk, f"/api/v1/desks/{desk}/next", {})
        ticket = answer.get("ticket") or {}
        act.ticket, act.number = ticket.get("id", ""), ticket.get("number", "")
        if finished := answer.get("finished"):
            # somebody whom an earlier replay left at this desk: the same press ended that
            self.acts.append(
                msgspec.structs.replace(act, kind="finish", ticket=finished, number="")
            )
        return act

    async def finish(self, service: str, desk: str, ticket: str, number: str) -> Act:
        """End the service of a ticket."""
        act, answer = await self._act(
            "finish", service, desk, f"/api/v1/tickets/{ticket}/finish", {}
        )
        act.ticket, act.number = answer.get("id", ticket), answer.get("number", number)
        return act

    async def open(self, service: str, desk: str) -> Act:
        """Begin to work at a desk."""
        return (await self._act("open", service, desk, f"/api/v1/desks/{desk}/open", {}))[0]

    async def close(self, service: str, desk: str) -> Act:
        """Stop working at a desk."""
        return (await self._act("close", service, desk, f"/api/v1/desks/{desk}/close", {}))[0]

    async def _act(
        self, kind: Kind, service: str, desk: str, path: str, body: dict[str, str]
    ) -> tuple[Act, dict[str, Any]]:
        key = {"idempotency-key": uuid4().hex}
        async with self._gate:
            sent = time.monotonic()
            response = await self._until_answered("POST", path, headers=key, json=body)
            done = time.monotonic()
        answer = _json(response)
        act = Act(kind=kind, service=service, desk=desk, sent=sent, done=done)
        if response.status_code >= _SUCCESS:
            act.refused, act.code = response.status_code, str(answer.get("code", ""))
            answer = {}
        self.acts.append(act)
        return act, answer

    async def _get(self, path: str, **params: str | int) -> dict[str, Any]:
        response = await self._until_answered("GET", path, params=params)
        if response.status_code >= _SUCCESS:
            raise ReplayError(f"GET {path}: {response.status_code} {_told(response)}")
        return _json(response)

    async def _until_answered(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send until there is an answer that can be trusted to be the last word."""
        until = time.monotonic() + PATIENCE_S
        wait = _RETRY_S
        while True:
            try:
                response = await self._http.request(method, path, **options)
                why = f"it answers {response.status_code}"
                if response.status_code in _BLUNT:
                    raise ReplayError(f"{method} {path}: {response.status_code} {_told(response)}")
                if response.status_code not in _RETRY:
                    return response
            except httpx.HTTPError as error:
                why = str(error) or type(error).__name__
            if time.monotonic() + wait > until:
                raise ReplayError(f"{self._url} did not answer for {PATIENCE_S:.0f} s: {why}")
            self.retries += 1
            await asyncio.sleep(wait)
            wait = min(2 * wait, 2.0)


def _json(response: httpx.Response) -> dict[str, Any]:
    """The answer's object. Raises `ReplayError` where something else answers at that address."""
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise ReplayError(
            f"{response.request.url}: {response.status_code} is not an answer of Turnero's API"
        ) from None


def _told(response: httpx.Response) -> str:
    """What a refusal says."""
    try:
        body = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return response.reason_phrase
    return f"{body.get('title', response.reason_phrase)}. {body.get('detail', '')}".strip()
