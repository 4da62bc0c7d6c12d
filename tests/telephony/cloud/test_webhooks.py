"""Webhooks as the world sends them, against the whole server: refused, or done once."""

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.server.installation import Installation, installation
from tests.telephony.cloud.service import ACCOUNT, PUBLIC, TOKEN, Service
from tests.telephony.rig import Heard
from turnero.server.rooms import Rooms
from turnero.store.errors import Refused
from turnero.telephony.cloud.adapter import Cloud
from turnero.telephony.cloud.hooks import CloudHooks
from turnero.telephony.cloud.signatures import check_hub, form_signature
from turnero.telephony.exchange import (
    Answered,
    Digit,
    Ended,
    Inbound,
    Leg,
    LinkUp,
    Outcome,
    Phone,
    Ringing,
)

SID = "CA" + "f" * 32
PERSON = "+51987654321"


class World:
    """The server's webhooks, and what the exchange behind them says."""

    def __init__(self, site: Installation, client: httpx.AsyncClient, cloud: Cloud) -> None:
        self.site = site
        self.client = client
        self.cloud = cloud
        self.heard = Heard(cloud)

    async def send(
        self,
        path: str,
        fields: dict[str, str] | bytes,
        *,
        token: str = TOKEN,
        public: str = PUBLIC,
        signatures: list[str] | None = None,
        signed: dict[str, str] | None = None,
        method: str = "POST",
    ) -> httpx.Response:
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        over = fields if signed is None else signed
        pairs = list(over.items()) if isinstance(over, dict) else []
        right = [form_signature(token, f"{public}/hooks/cloud{path}", pairs)]
        headers = [(b"content-type", b"application/x-www-form-urlencoded")]
        said = [one.encode("latin-1") for one in (signatures or right)]
        headers += [(b"x-twilio-signature", one) for one in said]
        if signatures == []:
            headers.pop()
        return await self.client.request(
            method, f"/hooks/cloud{path}", content=body, headers=headers
        )

    async def leg(self) -> str:
        """A leg that was placed, as its webhooks name it."""
        await self.cloud.place(Leg("leg-1", Phone("+51987654302"), 20))
        row = self.cloud._book.leg("leg-1")
        assert row is not None
        self.cloud._book.put(row._replace(sid=SID))
        return f"/leg-1/status?g={row.at_ms}"

    async def events(self, kind: Any) -> list[Any]:
        await asyncio.sleep(0.02)
        return self.heard.those(kind)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    service = Service()
    service.mute = True
    await service.start()
    made: list[Cloud] = []
    make = CloudHooks.make

    def kept(self: CloudHooks, web: Any) -> Any:
        made.append(make(self, web))  # type: ignore[arg-type]
        return _Silent()

    monkeypatch.setattr(CloudHooks, "make", kept)
    settings: dict[str, Any] = {
        "exchange": "cloud",
        "cloud_account": ACCOUNT,
        "cloud_token": TOKEN,
        "cloud_number": "+5116117300",
        "cloud_api": service.url,
        "public_address": PUBLIC,
    }
    async with installation(tmp_path, rooms=Rooms(), **settings) as site:
        async with asyncio.timeout(10):
            while not made:  # noqa: ASYNC110 - the room begins by itself
                await asyncio.sleep(0.01)
        async with site.client(base="https://127.0.0.1:8400") as client:
            client.headers.pop("origin")
            found = World(site, client, made[0])
            yield found
            await found.heard.close()
            await made[0].close()
    await service.stop()


class _Silent:
    """The room's own: the test hears the real one's events itself."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError(name)

    async def close(self) -> None:
        """Nothing is held."""


def status(word: str, number: int = 1, **more: str) -> dict[str, str]:
    stamp = format_datetime(datetime.now(UTC))
    usual = {"CallSid": SID, "CallStatus": word, "SequenceNumber": str(number), "Timestamp": stamp}
    return usual | more


async def test_a_right_one_is_done_and_answered_at_once(world: World) -> None:
    where = await world.leg()
    started = time.perf_counter()
    answer = await world.send(where, status("ringing"))
    assert time.perf_counter() - started < 1
    assert answer.status_code == 200
    assert await world.events(Ringing) == [Ringing("leg-1")]
    where = where.replace("status", "answered")
    answer = await world.send(where, {"CallSid": SID, "CallStatus": "in-progress"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert b"<Pause" in answer.content
    assert await world.events(Answered) == [Answered("leg-1")]


def bad() -> dict[str, tuple[Any, dict[str, Any], int]]:
    """What may come, as it is signed, and how it is answered."""
    right, now = status("completed"), datetime.now(UTC)
    old = format_datetime(now - timedelta(minutes=11))
    ahead = format_datetime(now + timedelta(minutes=6))
    return {
        "no signature": (right, {"signatures": []}, 403),
        "an empty signature": (right, {"signatures": [""]}, 403),
        "two signatures": (right, {"signatures": ["AAAA", "BBBB"]}, 403),
        "a signature that is no ASCII": (right, {"signatures": ["é"]}, 403),
        "another token": (right, {"token": "another"}, 403),
        "no token": (right, {"token": ""}, 403),
        "signed for another host": (right, {"public": "https://evil.example"}, 403),
        "signed for plain http": (right, {"public": "http://turnos.hospital.example"}, 403),
        "a changed field": (right, {"signed": status("ringing")}, 403),
        "an added field": ({**right, "To": "x"}, {"signed": right}, 403),
        "late": ({**right, "Timestamp": old}, {}, 403),
        "from the future": ({**right, "Timestamp": ahead}, {}, 403),
        "a time that is none": ({**right, "Timestamp": "soon"}, {}, 400),
        "no form": (b"\xff\xfe", {}, 400),
        "half a field": (b"a", {}, 400),
        "many fields": (b"&".join(b"a=%d" % n for n in range(300)), {}, 400),
        "5 MB": (b"a=" + b"x" * 5_000_000, {}, 413),
        "another method": (right, {"method": "PUT"}, 405),
        "nothing in it": ({}, {}, 200),
        "another call": ({**right, "CallSid": "CA1"}, {}, 200),
        "a state that is new": ({**right, "CallStatus": "melted"}, {}, 200),
    }


async def test_bad_ones_change_nothing(world: World) -> None:
    where = await world.leg()
    for name, (given, how, expected) in bad().items():
        answer = await world.send(where, given, **how)
        assert answer.status_code == expected, name
        assert b"<Pause" not in answer.content, name
        row = world.cloud._book.leg("leg-1")
        assert row is not None
        assert row.stage == "calling", name
    assert world.heard.all == [LinkUp()]
    assert (await world.send(where, status("completed"))).status_code == 200
    assert len(await world.events(Ended)) == 1


async def test_addresses_that_mean_no_call_of_ours(world: World) -> None:
    await world.leg()
    for path in (
        *("/nowhere", "/leg-9/status?g=1", "/leg-1/status", "/leg-1/status?g=7"),
        *("/leg-9/wait?g=1", "/leg-1/answered", "/room/a", "/in-status", "/leg-1/melt?g=1"),
    ):
        answer = await world.send(path, status("completed"))
        assert answer.status_code in {200, 404}, path
        assert b"<Pause" not in answer.content, path
    assert world.heard.all == [LinkUp()]


async def test_a_replayed_or_doubled_one_is_done_once(world: World) -> None:
    where = (await world.leg()).replace("status", "digits/1")
    await world.send(where.replace("digits/1", "answered"), {"CallSid": SID})
    row = world.cloud._book.leg("leg-1")
    assert row is not None
    world.cloud._book.put(row._replace(prompt=1))
    pressed = {"CallSid": SID, "Digits": "1"}
    answers = await asyncio.gather(*(world.send(where, pressed) for _ in range(5)))
    assert {one.status_code for one in answers} == {200}
    assert {one.content for one in answers} == {answers[0].content}
    assert await world.events(Digit) == [Digit("leg-1", "1")]


async def test_a_form_cut_into_other_fields_is_the_same_one(world: World) -> None:
    """The signature does not say where a field ends, so whoever has seen one could cut it anew."""
    where = (await world.leg()).replace("status", "digits/1")
    await world.send(where.replace("digits/1", "answered"), {"CallSid": SID})
    row = world.cloud._book.leg("leg-1")
    assert row is not None
    world.cloud._book.put(row._replace(prompt=1))
    pressed = {"ApiVersion": "2010-04-01", "CallSid": SID, "Digits": "1"}
    assert (await world.send(where, pressed)).status_code == 200
    again = (
        urlencode([*pressed.items(), ("Digits", "1")]).encode(),
        urlencode({"ApiVersion2": "010-04-01", "CallSid": SID, "Digits": "1"}).encode(),
    )
    right = [form_signature(TOKEN, f"{PUBLIC}/hooks/cloud{where}", list(pressed.items()))]
    for body in again:
        assert (await world.send(where, body, signatures=right)).status_code == 200
    assert await world.events(Digit) == [Digit("leg-1", "1")]


async def test_an_old_form_cannot_hide_its_time(world: World) -> None:
    where = await world.leg()
    old = status("completed") | {
        "Timestamp": format_datetime(datetime.now(UTC) - timedelta(days=2))
    }
    right = [form_signature(TOKEN, f"{PUBLIC}/hooks/cloud{where}", list(old.items()))]
    shifted = {name: value for name, value in old.items() if name != "Timestamp"}
    for cut in (
        shifted | {f"Timestamp{old['Timestamp'][0]}": old["Timestamp"][1:]},
        shifted | {"SequenceNumber": f"{old['SequenceNumber']}Timestamp{old['Timestamp']}"},
    ):
        answer = await world.send(where, urlencode(cut).encode(), signatures=right)
        assert (answer.status_code, answer.text.count("<Pause")) == (400, 0)
    assert await world.events(Ended) == []


async def test_a_key_of_an_earlier_question_is_not_one_of_the_present(world: World) -> None:
    where = (await world.leg()).replace("status", "digits/1")
    row = world.cloud._book.leg("leg-1")
    assert row is not None
    world.cloud._book.put(row._replace(prompt=2))
    assert (await world.send(where, {"CallSid": SID, "Digits": "1"})).status_code == 200
    assert await world.events(Digit) == []


async def test_out_of_order_the_end_stays_the_end(world: World) -> None:
    where = await world.leg()
    for number, word in ((4, "completed"), (2, "ringing"), (3, "in-progress"), (1, "initiated")):
        assert (await world.send(where, status(word, number))).status_code == 200
    assert await world.events(Ended) == [Ended("leg-1", Outcome.ANSWERED, "completed", rang=False)]
    assert await world.events(Ringing) == []
    assert await world.events(Answered) == []


async def test_out_of_order_who_answered_does_not_ring_again(world: World) -> None:
    where = await world.leg()
    for number, word in ((3, "in-progress"), (2, "ringing"), (1, "initiated")):
        await world.send(where, status(word, number))
    assert await world.events(Answered) == [Answered("leg-1")]
    assert await world.events(Ringing) == []


async def test_a_late_webhook_of_an_older_call_of_the_same_id_is_not_of_the_new_one(
    world: World,
) -> None:
    where = await world.leg()
    await world.send(where, status("busy"))
    assert len(await world.events(Ended)) == 1
    await asyncio.sleep(0.005)
    again = await world.leg()
    assert again != where
    await world.send(where, status("completed", 2))
    await world.send(where.replace("status", "answered"), {"CallSid": SID})
    assert len(await world.events(Ended)) == 1
    assert await world.events(Answered) == []


async def test_who_rings_in_comes_once_and_no_number_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    fields = {"CallSid": SID, "From": PERSON, "To": "+5116117300", "CallStatus": "ringing"}
    with caplog.at_level(logging.DEBUG):
        for _ in range(2):
            answer = await world.send("/in", fields)
            assert b"<Pause" in answer.content
        await world.send("/in", {**fields, "From": PERSON + "9"}, signed=fields)
    assert await world.events(Inbound) == [
        Inbound(f"in-{SID.lower()}", Phone(PERSON), "+5116117300")
    ]
    assert PERSON[1:] not in caplog.text


async def test_a_browser_of_another_page_reaches_nothing(world: World) -> None:
    where = await world.leg()
    world.client.headers["origin"] = "https://evil.example"
    answer = await world.send(where, status("completed"), signatures=[])
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "given",
    [["sha256=" + "0" * 64], [], ["sha1=abc"], [""], ["sha256=é"]],
)
def test_a_hub_signature_is_of_the_secret_and_the_body(given: list[str]) -> None:
    with pytest.raises(Refused, match="hook-signature"):
        check_hub(b"s", b"{}", given)


def test_without_a_secret_no_signature_is_right() -> None:
    made = hmac.digest(b"", b"{}", "sha256").hex()
    with pytest.raises(Refused, match="hook-signature"):
        check_hub(b"", b"{}", [f"sha256={made}"])


def test_a_hub_signature_as_the_service_documents_it() -> None:
    # echo -n 'hello' | openssl dgst -sha256 -hmac 'key'
    made = "9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b"
    check_hub(b"key", b"hello", [f"sha256={made}"])


def test_a_form_signature_as_the_service_documents_it() -> None:
    # the example of the service's page on webhook security
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    made = form_signature("12345", address, list(fields.items()))
    assert made == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
