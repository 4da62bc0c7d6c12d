"""What a box asks ahead for its kiosks, and what it brings when the server is back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.peers.server import SITE
from tests.server.boxes.paired import BOX, administrator, beat, device_of, pair, send, with_box
from tests.server.installation import Installation
from turnero.boxes.protocol import MOST, Offer
from turnero.kiosk import remote_shape
from turnero.kiosk.ledger import LedgerKiosk
from turnero.kiosk.port import Place
from turnero.queue import reads
from turnero.queue.commands.issue import issue
from turnero.queue.requests import Issue
from turnero.queue.views import SiteView
from turnero.server.sites import load_site

HOSTED = (
    BOX
    + """
[[kiosk]]
key = "door"
name = "Puerta"
box = "entrance"
printer = "own"

[[printer]]
key = "own"
name = "Impresora"
url = "virtual:"
box = "entrance"

[[sign]]
key = "over"
name = "Letrero"
url = "virtual:"
protocol = "alpha"
box = "entrance"
idle = "Hola"
"""
)


@asynccontextmanager
async def a_box(folder: Path) -> AsyncIterator[tuple[Installation, httpx.AsyncClient]]:
    """A server and what its box asks with."""
    async with with_box(folder / "data", HOSTED) as here:
        token = await pair(here)
        async with here.client(token) as client:
            yield here, client


async def leased(client: httpx.AsyncClient, service: str = "cash") -> dict[str, Any]:
    """The kiosk's numbers of a service."""
    got = await client.post("/api/v1/box/lease", json={"kiosk": "door"})
    assert got.status_code == 200, got.text
    return next(one for one in got.json()["leases"] if one["service"] == service)


def made(lease: dict[str, Any], count: int, here: Installation, **more: Any) -> dict[str, Any]:
    """A ticket as a box tells it."""
    return {
        "id": f"{count:032x}",
        "lease": lease["lease"],
        "number": f"{lease['prefix']}{lease['first'] + count:03d}",
        "code": f"code{count:018d}",
        "day": lease["day"],
        "kiosk": "door",
        "service": lease["service"],
        "attention": None,
        "language": "es",
        "issued_ms": here.running.ledger.clock.now_ms() - 7_000_000,
        "offset_ms": 7_000_000,
    } | more


async def upload(client: httpx.AsyncClient, *tickets: Any, ratings: Any = ()) -> dict[str, str]:
    """Bring them; what became of each."""
    said = {"tickets": tickets, "ratings": ratings}
    got = await client.post("/api/v1/box/upload", json=said)
    assert got.status_code == 200, got.text
    return dict(got.json()["results"])


async def test_tickets_are_kept_and_one_refused_keeps_no_other_away(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        lease = await leased(client)
        wrong = made(lease, 1, here, number="C001")
        broken = made(lease, 2, here, id="no-id")
        kept = made(lease, 0, here), made(lease, 3, here)
        assert await upload(client, kept[0], wrong, broken, kept[1]) == {
            kept[0]["id"]: "kept",
            wrong["id"]: "number-not-leased",
            "no-id": "message-wrong",
            kept[1]["id"]: "kept",
        }
        assert await upload(client, *kept) == {one["id"]: "known" for one in kept}
        port = LedgerKiosk(here.running.web)
        held = await port.find(kept[0]["code"])
        assert held is not None, "the paper's code works"
        assert (held.ticket.number, held.ticket.ahead) == (kept[0]["number"], 0)
        taken = await client.post("/api/v1/box/print/take", json={})
        assert taken.json() == {}, "its paper was printed at the box"


async def test_an_answer_with_numbers_that_was_lost_costs_none(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (_, client):
        key = {"idempotency-key": "l1"}
        first = await client.post("/api/v1/box/lease", json={"kiosk": "door"}, headers=key)
        assert (
            first.json()
            == (await client.post("/api/v1/box/lease", json={"kiosk": "door"}, headers=key)).json()
        )
        assert (await leased(client))["first"] == 800
        held = [["cash", "C899"]]
        more = await client.post("/api/v1/box/lease", json={"kiosk": "door", "held": held})
        assert "cash" not in {one["service"] for one in more.json()["leases"]}


async def test_an_act_whose_answer_was_lost_and_the_paper_after_it_are_one_person(
    tmp_path: Path,
) -> None:
    async with a_box(tmp_path) as (here, client):
        lease = await leased(client)
        taking = remote_shape.ask(
            "issue", "door", request=Issue("cash", language="es", channel="kiosk", place="door")
        )
        lost = await client.post(
            "/api/v1/box/kiosk/issue", content=taking, headers={"idempotency-key": "act-1"}
        )
        lost_id = msgspec.json.decode(lost.content)["paper"]["ticket"]["id"]
        token = client.headers["authorization"].removeprefix("Bearer ")
        await beat(here, token)
        async with administrator(here) as browser:  # its token changes meanwhile
            await send(browser, f"/boxes/{await device_of(here)}/roll")
        fresh = (await beat(here, token)).json()["token"]
        async with here.client(fresh) as later:
            ticket = made(lease, 0, here, instead_of="act-1")
            assert await upload(later, ticket) == {ticket["id"]: "kept"}
        line_ms = here.running.ledger.clock.line_ms()
        gone = await here.running.ledger.read(reads.ticket, lost_id, line_ms)
        assert gone is not None
        assert gone.state == "cancelled"


async def test_ratings_are_kept_by_code_and_once(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        ticket = made(await leased(client), 0, here)
        rate = {"ticket": "", "question": "overall", "version": 1, "answer": 5, "place": "door"}
        given = {"key": "r1", "code": ticket["code"], "rate": rate, "at_ms": 1}
        assert await upload(client, ratings=[given]) == {"r1": "ticket-unknown"}
        await upload(client, ticket)
        (early,) = (await upload(client, ratings=[given])).values()
        assert early not in ("kept", "known"), "nobody was served yet"
        desk = await here.token("desk", place="2")
        async with here.client(desk) as at_desk:
            assert (await at_desk.post("/api/v1/desks/demo.2/open", json={})).status_code == 200
            assert (await at_desk.post("/api/v1/desks/demo.2/next", json={})).status_code == 200
            await at_desk.post("/api/v1/desks/demo.2/next", json={})
        assert await upload(client, ratings=[given]) == {"r1": "kept"}
        assert await upload(client, ratings=[given]) == {"r1": "kept"}, "the same act"
        assert await upload(client, ratings=[given | {"key": "r2"}]) == {"r2": "already-rated"}
        bad = given | {"key": "r3", "rate": {"answer": "x"}}
        assert await upload(client, ratings=[bad]) == {"r3": "message-wrong"}


async def test_a_ticket_of_another_site_is_as_unknown_as_none(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        ledger = here.running.ledger
        await load_site(ledger, SITE.replace('key = "demo"', 'key = "other"'), actor="test")
        theirs = await ledger.run(issue, Issue("cash"), site=here.site + 1, actor="test")
        paper = await ledger.read(reads.paper, theirs.ticket, ledger.clock.line_ms())
        assert paper is not None
        rate = {"ticket": "", "question": "overall", "version": 1, "answer": 5, "place": "door"}
        given = {"key": "r1", "code": paper.code, "rate": rate, "at_ms": 1}
        assert await upload(client, ratings=[given]) == {"r1": "ticket-unknown"}


async def test_what_is_too_much_or_not_its_own_is_refused(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        lease = await leased(client)
        many = [made(lease, 0, here)] * (MOST + 1)
        got = await client.post("/api/v1/box/upload", json={"tickets": many})
        assert (got.status_code, got.json()["code"]) == (422, "message-wrong")
        got = await client.post("/api/v1/box/lease", json={"kiosk": "hall"})
        assert (got.status_code, got.json()["code"]) == (403, "not-hosted")


async def test_a_kiosk_that_is_another_boxs_since_keeps_no_other_away(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        lease = await leased(client)
        theirs, own = made(lease, 0, here, kiosk="hall"), made(lease, 1, here)
        odd = made(lease, 2, here, instead_of="not a key")
        far = made(lease, 3, here, kiosk="h" * 81)
        assert list((await upload(client, theirs, odd, own, far)).values()) == [
            "not-hosted", "message-wrong", "kept", "message-wrong",
        ]  # fmt: skip
        alarms = await here.running.ledger.read(reads.alarms, here.site)
        named = {one.subject: one.figures.get("refused") for one in alarms}
        assert named == {"hall": "C700", "door": None}, "somebody holds that paper"


async def test_a_box_keeps_what_its_kiosk_offers_and_what_its_sign_shows(tmp_path: Path) -> None:
    async with a_box(tmp_path) as (here, client):
        got = await client.get("/api/v1/box/offer/door")
        offer = msgspec.json.decode(got.content, type=Offer)
        port = LedgerKiosk(here.running.web)
        assert msgspec.json.decode(offer.place, type=Place) == await port.place(here.site, "door")
        assert msgspec.json.decode(offer.site, type=SiteView).key == "demo"
        assert set(offer.hours) == {"shut"}, "the others never close"
        assert (await client.get("/api/v1/box/sign/over")).json() == {"idle": "Hola"}
        assert (await client.get("/api/v1/box/offer/hall")).status_code == 403
        assert (await client.get("/api/v1/box/sign/none")).status_code == 403
        other = SITE.replace('key = "demo"', 'key = "other"')
        await load_site(here.running.ledger, other + HOSTED, actor="test")
        assert (await client.get("/api/v1/box/offer/door")).json()["prefixes"] == [*"ACHLS"]
