"""The kiosk's port over HTTP: what the ledger's adapter answers, a box gets, refusals included."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.server import SITE
from tests.server.boxes.paired import BOX, pair, with_box
from tests.server.installation import Installation
from turnero.kiosk import remote_shape
from turnero.kiosk.ledger import LedgerKiosk
from turnero.kiosk.port import By, CallChange, CallWish, Held, KioskPort
from turnero.queue.requests import Issue, Rate
from turnero.server.sites import load_site
from turnero.store import devices
from turnero.store.clock import VirtualClock
from turnero.store.errors import Invalid, NotFound, Refused, Unavailable

HOSTED = BOX + '\n[[kiosk]]\nkey = "door"\nname = "Puerta"\nbox = "entrance"\n'
RUNG = """
[[service]]
key = "results"
prefix = "R"
name = { es = "Resultados" }
all_day = true
callbacks = {}

[[desk]]
key = "9"
name = "Ventanilla 9"
phone = "201"
primary = ["results"]
"""
MORNING_MS = 1_800_000_000_000 + 6 * 3_600_000
BY = By("system")
TAKE = Issue(service="cash", language="es", channel="kiosk", place="door")


class Asks:
    """A box's side of the port, as plain as it gets."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(
        self, method: str, kiosk: str = "door", idempotency_key: str | None = None, **arguments: Any
    ) -> Any:
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        got = await self._client.post(
            f"/api/v1/box/kiosk/{method}",
            content=remote_shape.ask(method, kiosk, **arguments),
            headers=headers,
        )
        return remote_shape.answered(method, got.status_code, got.content)


@asynccontextmanager
async def asking(
    folder: Path, more: str = "", now_ms: int = 1_800_000_000_000
) -> AsyncIterator[tuple[Installation, Asks]]:
    """A server, and a box that hosts the kiosk "door"."""
    async with with_box(folder / "data", HOSTED + more, clock=VirtualClock(now_ms)) as here:
        token = await pair(here)
        async with here.client(token) as client:
            yield here, Asks(client)


def test_every_method_of_the_port_is_a_message() -> None:
    assert set(remote_shape.METHODS) == {
        name for name, _ in inspect.getmembers(KioskPort, inspect.isfunction) if name[0] != "_"
    }
    assert [name for name, one in remote_shape.METHODS.items() if not one.sited] == [
        *("change_call", "check_in", "come_back", "find", "leave", "rate", "step_out")
    ]
    assert {name for name, one in remote_shape.METHODS.items() if one.acts} == {
        *("ask_call", "ask_help", "change_call", "check_in"),
        *("come_back", "issue", "leave", "rate", "step_out"),
    }


async def test_a_box_sees_what_the_server_sees(tmp_path: Path) -> None:
    async with asking(tmp_path) as (here, ask):
        port = LedgerKiosk(here.running.web)
        held = await ask("issue", request=TAKE, idempotency_key="a1")
        assert isinstance(held, Held)
        again = await ask("issue", request=TAKE, idempotency_key="a1")
        assert again.ticket.id == held.ticket.id, "the same key is the same ticket"
        assert held.code == held.paper.code
        theirs = await port.find(held.code)
        assert theirs == await ask("find", code=held.code)
        assert theirs == await ask("find_short", short=held.short)
        numbered = await ask("find_number", number=held.ticket.number)
        assert theirs is not None
        assert theirs.ticket == numbered.ticket, "its place, and no more: see test_stolen_token.py"
        assert await ask("ticket", ticket=held.ticket.id) == held.ticket
        assert await ask("offers") == await port.offers(here.site)
        assert await ask("place", key="door") == await port.place(here.site, "door")
        assert await ask("prefixes") == ("A", "C", "H", "L", "S")
        assert await ask("printing", ticket=held.ticket.id) is None
        called = await ask("ask_help", place="door", need="help", idempotency_key="h1")
        assert called == await ask("help", number=called.id)
        assert await ask("help", number=999) is None
        device = await here.running.ledger.read(devices.by_key, here.site, "kiosk", "door")
        assert device is not None
        assert await ask("heard", device=device.id, state=b'{"page":"choose"}') is None
        device = await here.running.ledger.read(devices.by_key, here.site, "kiosk", "door")
        assert device is not None
        assert device.state == '{"page":"choose"}'
        assert await ask("leave", held=held, idempotency_key="l1") is None
        gone = await ask("ticket", ticket=held.ticket.id)
        assert gone.state == "cancelled"


async def test_at_a_box_too_somebody_may_ask_to_be_rung(tmp_path: Path) -> None:
    async with asking(tmp_path, RUNG, MORNING_MS) as (_, ask):
        assert (await ask("calls")).services == ("results",)
        assert await ask("spelled", number="987654482") == ("987", "654", "482")
        with pytest.raises(Invalid) as short:
            await ask("spelled", number="9876")
        assert short.value.code.startswith("phone-")
        wish = CallWish("987654482", "results", language="es", place="door")
        held = (await ask("ask_call", wish=wish, idempotency_key="c1")).held
        assert isinstance(held, Held)
        assert (await ask("ask_call", wish=wish, idempotency_key="c1")).held.code == held.code
        assert (await ask("ask_call", wish=wish)).held is None, "that number waits already"
        found = await ask("call", ticket=held.ticket.id)
        assert (found.end, found.tail) == (None, "482")
        change = CallChange(hours=True, from_minute=13 * 60, to_minute=18 * 60)
        await ask("change_call", held=held, change=change)
        assert (await ask("call", ticket=held.ticket.id)).from_minute == 13 * 60
        await ask("check_in", held=held)
        assert (await ask("call", ticket=held.ticket.id)).end is not None
        assert (await ask("ticket", ticket=held.ticket.id)).state == "waiting"
        for wrong in (
            CallWish("987654483", "results", place="hall"),
            CallWish("987654483", ticket=held.ticket.id, place="door"),
        ):
            with pytest.raises(Refused) as refused:
                await ask("ask_call", wish=wrong)
            assert refused.value.status == 403


async def test_a_refusal_is_raised_again_as_it_was(tmp_path: Path) -> None:
    async with asking(tmp_path) as (here, ask):
        with pytest.raises(NotFound) as unknown:
            await ask("issue", request=Issue("nowhere", channel="kiosk", place="door"))
        assert (unknown.value.code, unknown.value.params["service"]) == (
            "service-unknown",
            "nowhere",
        )
        held = await ask("issue", request=TAKE)
        rate = Rate(held.ticket.id, "overall", 1, 5)
        with pytest.raises(Refused) as early:
            await ask("rate", held=held, request=rate)
        own = LedgerKiosk(here.running.web)
        with pytest.raises(Refused) as direct:
            await own.rate(held, rate, BY)
        assert (early.value.code, early.value.status, early.value.params) == (
            direct.value.code,
            direct.value.status,
            direct.value.params,
        )
        with pytest.raises(NotFound, match="method-unknown"):
            remote_shape.asked("drop_tables", b"{}")


async def test_a_box_speaks_for_its_own_kiosks_only(tmp_path: Path) -> None:
    async with asking(tmp_path) as (here, ask):
        for wrong in (
            ask("offers", "hall"),
            ask("offers", "nowhere"),
            ask("place", key="hall"),
            ask("issue", request=Issue("cash", channel="kiosk", place="hall")),
            ask("issue", request=Issue("cash", channel="triage", place="door")),
            ask(
                "issue", request=Issue("cash", channel="kiosk", place="door", origin="appointment")
            ),
            ask("ask_help", place="hall", need="help"),
            ask("heard", device=1, state=b"{}"),
        ):
            with pytest.raises(Refused) as refused:
                await wrong
            assert refused.value.status == 403
        other = SITE.replace('key = "demo"', 'key = "other"')
        loaded = await load_site(here.running.ledger, other, actor="test")
        theirs = await LedgerKiosk(here.running.web).issue(loaded["number"], Issue("cash"), BY)
        assert await ask("find", code=theirs.code) is None
        assert await ask("ticket", ticket=theirs.ticket.id) is None
        with pytest.raises(Refused) as refused:
            await ask("leave", held=theirs)
        assert refused.value.code == "other-site"
        async with here.client(await here.token("kiosk", place="door")) as client:
            got = await client.post("/api/v1/box/kiosk/offers", content=b'{"kiosk":"door"}')
        assert got.status_code == 403, "a kiosk is no box"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"kiosk":1}', b'{"kiosk":"door"}'])
async def test_what_is_no_request_is_refused(tmp_path: Path, body: bytes) -> None:
    async with asking(tmp_path) as (_, ask):
        got = await ask._client.post("/api/v1/box/kiosk/issue", content=body)
        assert (got.status_code, got.json()["code"]) == (422, "message-wrong")


@pytest.mark.parametrize(
    "state", [b"\xff\xfe", b"[1]", b"", b"5", b'{"x":"' + b"x" * 9_000 + b'"}']
)
async def test_a_kiosk_says_of_itself_what_can_be_read(tmp_path: Path, state: bytes) -> None:
    async with asking(tmp_path) as (here, ask):
        device = await here.running.ledger.read(devices.by_key, here.site, "kiosk", "door")
        assert device is not None
        with pytest.raises(Invalid) as wrong:
            await ask("heard", device=device.id, state=state)
        assert wrong.value.code == "message-wrong"


def test_an_answer_that_is_none_of_ours_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        remote_shape.answered("offers", 200, b"<html>sign in to the hospital's network</html>")
    assert type(remote_shape.refusal(502, b"<html>")) is Unavailable
    busy = b'{"code":"unavailable","status":503,"title":"x"}'
    assert isinstance(remote_shape.refusal(503, busy), Unavailable)
    wrong = remote_shape.refusal(422, b'{"code":"x","status":422,"params":{"a":1}}')
    assert isinstance(wrong, Invalid)
    assert wrong.params == {"a": 1}
