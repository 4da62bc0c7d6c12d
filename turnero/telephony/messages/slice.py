"""The messages of an installation, as the server sees them: who writes them down, who sends them."""

import asyncio
from pathlib import Path
from typing import Any, Final

from litestar import Response, get, post

from turnero.store.keys import load_key
from turnero.store.vault import Vault
from turnero.telephony.hook_problems import PROBLEMS
from turnero.telephony.messages import inbound
from turnero.telephony.messages.following import for_patients, for_technicians
from turnero.telephony.messages.opening import open_ways
from turnero.telephony.messages.ways import KEY, Ways
from turnero.telephony.messages.worker import Worker
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest
from turnero.web.slice import Slice
from turnero.web.wiring import Web

#: where answers of people come in
_PATH: Final = "/hooks/messages"
_SIGNED: Final[dict[str, Any]] = {"permission": "public", "signed": True, "limit": "public"}


def make(data: Path, ways: Ways, public_address: str) -> Slice:
    """`data` holds the keys. Without a way out for a channel nothing is written down for it."""
    vault = Vault(data)
    consumers = [for_patients()] if ways.phone else []
    consumers += [for_technicians(vault)] if ways.mail else []

    async def send(web: Web) -> None:
        # With their libraries they take a good part of a start: nobody waits for them.
        opened = await asyncio.to_thread(open_ways, ways, data, web.ledger.clock.now_ms)
        try:
            await Worker(web.ledger, vault, opened, public_address).run()
        finally:
            for way in opened.values():
                await way.close()

    def keys() -> inbound.Keys:
        return inbound.Keys(load_key(data, KEY), ways.hub_secret.encode())

    @post(_PATH, opt=_SIGNED, status_code=200, include_in_schema=False)
    async def answered(request: PageRequest) -> Response[None]:
        web, body = web_of(request), await request.body()
        inbound.check(keys(), request.headers, body, web.clock.now_ms())
        await inbound.take(web.ledger, vault, inbound.answers_of(body))
        return Response(None)

    @get(_PATH, opt=_SIGNED, include_in_schema=False)
    async def subscribed(request: PageRequest) -> Response[str]:
        said = inbound.subscribed(keys().gateway, request.query_params)
        return Response(said, media_type="text/plain")

    return Slice(
        name="messages",
        routes=[answered, subscribed] if ways.phone else [],
        problems=PROBLEMS,
        consumers={one.name: one for one in consumers},
        tasks={"messages": send},
    )
