"""Answers of people: signed by whom we know, and who wants no more messages gets none."""

import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from tests.server.installation import Installation, installation
from turnero.queue.commands.people import keep_phone, opted_out
from turnero.queue.people_tables import NUMBER, phone
from turnero.store.keys import load_key
from turnero.store.sql import Statement
from turnero.store.vault import Sealed, Vault, key_of
from turnero.telephony.messages.inbound import Answer, answers_of, wants_none
from turnero.telephony.messages.signing import signature

NUMBER_OF_MARIA = "+51987654482"
SECRET = "the app's secret"
STOP = {"from": NUMBER_OF_MARIA, "text": "Baja."}


class World:
    """The server, and a number that it keeps."""

    def __init__(self, site: Installation, client: httpx.AsyncClient, data: Path) -> None:
        self.site = site
        self.client = client
        self.vault = Vault(data)
        self.key = load_key(data, "messages")
        self.index = self.vault.index(NUMBER_OF_MARIA, NUMBER)

    async def keep(self) -> None:
        sealed = self.vault.seal(NUMBER_OF_MARIA, NUMBER)
        number = Sealed(self.index, sealed, key_of(sealed), "PE", "mobile", "482")
        ledger = self.site.running.ledger
        await ledger.run(keep_phone, number, site=self.site.site, actor="test")

    async def out(self) -> bool:
        return await self.site.running.ledger.read(opted_out, self.site.site, self.index)

    async def send(self, body: bytes, **headers: str) -> int:
        answer = await self.client.post("/hooks/messages", content=body, headers=headers)
        return answer.status_code

    async def signed(self, given: Any, *, key: bytes | None = None, late_s: int = 0) -> int:
        body = json.dumps(given).encode()
        stamp = str(int(time.time()) - late_s)
        made = signature(key or self.key, stamp, body)
        return await self.send(body, **{"x-turnero-timestamp": stamp, "x-turnero-signature": made})


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings: dict[str, Any] = {"messages_phone": "console", "messages_hub_secret": SECRET}
    async with installation(tmp_path, **settings) as site, site.client() as client:
        client.headers.pop("origin")
        found = World(site, client, tmp_path)
        await found.keep()
        yield found


async def test_who_answers_that_they_want_none_gets_none(world: World) -> None:
    assert await world.signed({"from": NUMBER_OF_MARIA, "text": "gracias, voy"}) == 200
    assert not await world.out()
    assert await world.signed(STOP) == 200
    assert await world.out()
    assert await world.signed(STOP) == 200  # again changes nothing
    assert await world.signed({"from": "+51900000000", "text": "BAJA"}) == 200


async def test_who_says_it_again_after_the_number_was_erased_keeps_no_other_from_it(
    world: World,
) -> None:
    assert await world.signed(STOP) == 200
    erase = Statement(update(phone).values(sealed=b"", tail=""))

    def emptied(tx: Any, _request: None) -> None:
        tx.run(erase)

    await world.site.running.ledger.run(emptied, None, site=world.site.site, actor="test")
    assert await world.signed(STOP) == 200
    assert await world.out()


async def test_whatsapp_may_bring_it_itself(world: World) -> None:
    message = {"from": NUMBER_OF_MARIA[1:], "id": "wamid.1", "text": {"body": "STOP!"}}
    given = {"entry": [{"changes": [{"value": {"messages": [message]}}]}]}
    body = json.dumps(given).encode()
    right = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    assert await world.send(body, **{"x-hub-signature-256": "sha256=" + "0" * 64}) == 403
    assert not await world.out()
    assert await world.send(body, **{"x-hub-signature-256": right}) == 200
    assert await world.out()


async def test_what_nobody_signed_changes_nothing(world: World) -> None:
    body = json.dumps(STOP).encode()
    assert await world.send(body) == 403
    assert await world.send(body, **{"x-turnero-timestamp": "1e9"}) == 403
    assert await world.send(body, **{"x-turnero-timestamp": "9" * 30}) == 403
    assert await world.signed(STOP, key=b"another") == 403
    assert await world.signed(STOP, late_s=660) == 403
    assert await world.signed(STOP, late_s=-360) == 403
    assert await world.send(b"x" * 5_000_000) == 413
    assert await world.signed([STOP]) == 400
    assert not await world.out()


async def test_the_address_is_confirmed_to_who_has_the_key(world: World) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    right = asked | {"hub.verify_token": world.key.hex()}
    answer = await world.client.get("/hooks/messages", params=right)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in (asked, asked | {"hub.verify_token": "x"}, right | {"hub.challenge": "<b>"}):
        assert (await world.client.get("/hooks/messages", params=wrong)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": 5, "text": []},
        {"from": "anonymous", "text": "BAJA"},
        {"entry": {}},
        {"entry": [1, {"changes": "x"}, {"changes": [{"value": {"messages": {}}}, None]}]},
        {"entry": [{"changes": [{"value": {"messages": [None, {"text": "x"}]}}]}]},
    ],
)
def test_odd_shapes_hold_no_answer(body: Any) -> None:
    assert answers_of(json.dumps(body).encode()) == []


@pytest.mark.parametrize(
    "text",
    ["BAJA", " baja. ", "No más", "sair", "Stop!", "*Baja*", "¡BAJA, !", "ＢＡＪＡ", "No-más 🙏"],
)
def test_words_that_mean_no_more(text: str) -> None:
    assert wants_none(text)


@pytest.mark.parametrize("text", ["", "trabaja", "no", "baja presión", "1"])
def test_words_that_do_not(text: str) -> None:
    assert not wants_none(text)


def test_an_answer_shows_nothing_of_itself() -> None:
    assert "987" not in repr(Answer(NUMBER_OF_MARIA, "BAJA"))
