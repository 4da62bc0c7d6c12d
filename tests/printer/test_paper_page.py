"""The paper roll in the browser: who may see it, what it shows, its switches, and reprinting."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from PIL import Image

from tests.peers.stores import opened
from tests.printer.eyes import qr_of
from tests.printer.patience import until
from tests.printer.slips import CODE, printed, slip
from tests.printer.spooling import Spooling
from tests.queue.hall import MORNING_MS
from turnero.printer.room import Printers
from turnero.printer.slice import compose
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds
from turnero.web import cookies
from turnero.web.guards import demand_permissions
from turnero.web.look import Look, OneLook
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest, Principal, Role
from turnero.web.slice import Slice
from turnero.web.wiring import options, weave

LOOK = Look(number=1, key="hnc", name="Hospital Nacional", profile="pe", zone="America/Lima")
URL = f"https://turnos.example.pe/t/{CODE}"


class Known:
    """Cookies by name: "supervisor" is a supervisor of site 1, "k1" the kiosk of that place."""

    people: Mapping[str, Principal] = {
        str(role): Principal(actor=f"user:{role}", role=role, site=1, language="es")
        for role in Role
    } | {
        "k1": Principal(actor="token:1", role=Role.KIOSK, site=1, place="k1"),
        "k2": Principal(actor="token:2", role=Role.KIOSK, site=1, place="k2"),
        "stranger": Principal(actor="user:9", role=Role.SUPERVISOR, site=2),
    }

    async def from_bearer(self, token: str) -> Principal | None:
        return self.people.get(token)

    async def from_cookies(
        self, jar: Mapping[str, str], wanted: Collection[Role]
    ) -> Principal | None:
        found = [
            self.people[value]
            for name in cookies.FAMILIES
            if (value := cookies.find(jar, name) or "") in self.people
        ]
        return next((one for one in found if one.role in wanted), found[0] if found else None)


@get("/around/{ticket:str}", opt={"permission": "tickets.read"})
async def around(request: PageRequest, ticket: FromPath[str]) -> str:
    """A page that leaves the slot for what can be done with a ticket."""
    return await web_of(request).slots.fill("desk.ticket", request, ticket=ticket)


class House(Spooling):
    """The hall with its pages. The printers run, but nothing follows tickets by itself."""

    client: httpx.AsyncClient
    printers: Printers

    @property
    def roll(self) -> VirtualPrinter:
        """The virtual printer of the kiosk."""
        return self.printers.virtual["roll"]

    async def comes_out(self, job: bytes) -> None:
        """Paper comes out of the printer."""
        session = self.roll.session()
        await session.receive(job)
        await session.end()

    async def get(self, path: str, who: str = "supervisor", **headers: str) -> httpx.Response:
        """Ask for a page as somebody."""
        return await self.client.get(path, headers=_as(who) | headers)

    async def post(self, path: str, who: str = "supervisor", **fields: str) -> httpx.Response:
        """Send a form as somebody, as htmx does for a part of a page."""
        data = {"idempotency_key": "k" * 20, **fields}
        part = {"hx-request": "true", "hx-request-type": "partial"}
        return await self.client.post(path, data=data, headers=_as(who) | part)


def _as(who: str) -> dict[str, str]:
    family = "turnero_kiosk" if who.startswith("k") else "turnero_user"
    return {"cookie": f"{family}={who}", "origin": "http://turnero.test"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(7)) as ledger:
        found = House(ledger, clock)
        await found.start()
        found.printers = Printers(tmp_path / "paper", poll_s=60)
        web = weave(
            [compose(found.printers), Slice(name="around", routes=[around])],
            ledger=ledger,
            clock=clock,
            authenticator=Known(),
            looks=OneLook(LOOK),
        )
        app = Litestar(**options(web), openapi_config=None)
        demand_permissions(app)
        task = asyncio.create_task(found.printers.run(ledger, web.hub.poke))
        await until(lambda: "roll" in found.printers.virtual)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://turnero.test") as client:
            found.client = client
            yield found
        web.hub.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_empty_roll_says_where_paper_comes_from(house: House) -> None:
    page = await house.get("/paper/p1")
    assert page.status_code == 200
    assert "Todavía no hay papel" in page.text
    assert "Lista para imprimir" in page.text


async def test_the_newest_paper_is_on_top_with_what_it_says(house: House) -> None:
    for number in ("C001", "C002"):
        await house.comes_out(printed(slip(number=number)))
    page = (await house.get("/paper/hnc.p1")).text
    said = re.findall(r'alt="([^"]*)"', page)
    assert ["C002" in said[0], "C001" in said[1]] == [True, True]
    assert "Admisión" in said[0]
    assert "─" not in said[0]


@pytest.mark.requires("zbar-tools")
async def test_the_picture_is_the_paper(house: House, tmp_path: Path) -> None:
    await house.comes_out(printed(slip(url=URL)))
    page = (await house.get("/paper/p1")).text
    (address,) = re.findall(r'src="(/paper/p1/[^"]*)"', page)
    picture = await house.get(address.replace("&amp;", "&"))
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(picture.content)).width == 640
    assert qr_of(picture.content, tmp_path) == [URL]


@pytest.mark.parametrize("path", ["/paper/p9", "/paper/p1/1.png", "/paper/p1/x", "/paper/hnd.p1"])
async def test_paper_that_is_not_there_is_not_found(house: House, path: str) -> None:
    missing = await house.get(path)
    assert missing.status_code == 404
    assert "No hay tal papel" in missing.text


async def test_another_sites_paper_is_not_found(house: House) -> None:
    assert (await house.get("/paper/p1", "stranger")).status_code == 404


async def test_only_those_who_may_throw_switches_see_them(house: House) -> None:
    assert 'role="switch"' in (await house.get("/paper/p1")).text
    assert (await house.get("/paper/p1", "k1")).status_code == 403
    for who in ("greeter",):
        page = await house.get("/paper/p1", who)
        assert page.status_code == 200
        assert 'role="switch"' not in page.text
        assert (
            await house.post("/paper/p1/faults", who, fault="cover", to="on")
        ).status_code == 403
    assert house.roll.faults == Faults()


@pytest.mark.parametrize(
    ("fault", "to", "faults"),
    [
        ("paper", "out", Faults(paper="out")),
        ("paper", "near-end", Faults(paper="near-end")),
        ("cover", "on", Faults(cover_open=True)),
        ("offline", "on", Faults(offline=True)),
        ("unplugged", "on", Faults(unplugged=True)),
        ("mute", "on", Faults(mute=True)),
        ("drop", "on", Faults(drop_after=120)),
        ("slow", "on", Faults(bytes_per_s=240)),
    ],
)
async def test_each_switch_can_be_thrown_and_thrown_back(
    house: House, fault: str, to: str, faults: Faults
) -> None:
    answer = await house.post("/paper/p1/faults", fault=fault, to=to)
    assert answer.status_code == 200
    assert house.roll.faults == faults
    key = to if fault == "paper" else fault
    assert re.search(rf'id="switch-{key}"[^>]*aria-checked="true"', answer.text)
    (back,) = re.findall(rf'id="switch-{key}"[^>]*value="([^"]*)"', answer.text)
    await house.post("/paper/p1/faults", fault=fault, to=back)
    assert house.roll.faults == Faults()


async def test_a_switch_that_is_not_there_is_refused(house: House) -> None:
    assert (await house.post("/paper/p1/faults", fault="fire", to="on")).status_code == 422
    assert house.roll.faults == Faults()


async def test_the_machine_says_what_is_wrong_with_it(house: House) -> None:
    await house.roll.set_faults(Faults(paper="out"))
    await house.comes_out(printed(slip()))
    page = (await house.get("/paper/p1", "greeter")).text
    assert "Sin papel" in page
    assert "Guarda un ticket" in page


async def test_paper_can_be_thrown_away(house: House) -> None:
    await house.comes_out(printed(slip()))
    await house.post("/paper/p1/clear")
    assert "Todavía no hay papel" in (await house.get("/paper/p1")).text


async def test_a_copy_is_printed_for_those_who_may_ask(house: House) -> None:
    ticket, _ = await house.print()
    await _settled(house, "sent")
    path = f"/printer/tickets/{ticket}/reprint"
    assert (await house.post(path, "k1")).status_code == 403
    answer = await house.post(path, "greeter")
    assert answer.status_code == 200
    assert "Se está imprimiendo una copia" in answer.text
    await _settled(house, "sent", "sent")
    again = await house.post(path, "greeter")  # the same press once more
    assert again.status_code == 200
    assert len(await house.jobs()) == 2


async def test_beside_a_ticket_there_is_one_key_for_a_copy_where_it_was_printed(
    house: House,
) -> None:
    ticket, _ = await house.print()
    panel = (await house.get(f"/around/{ticket}", "agent")).text
    assert panel.count("Imprimir copia") == 1
    assert "Imprimir copia:" not in panel
    assert f'action="/printer/tickets/{ticket}/reprint"' in panel


async def test_a_ticket_without_paper_asks_which_printer(house: House) -> None:
    ticket = await house.take("caja")
    panel = (await house.get(f"/around/{ticket}", "agent")).text
    assert panel.count("Imprimir copia:") == 2
    assert 'name="printer" value="p1"' in panel


async def test_who_may_not_print_a_copy_is_offered_none(house: House) -> None:
    ticket, _ = await house.print()
    assert "Imprimir" not in (await house.get(f"/around/{ticket}", "k1")).text


async def test_a_plain_form_goes_back_to_a_page_of_ours_only(house: House) -> None:
    ticket, _ = await house.print()
    await _settled(house, "sent")
    for place, (key, leads) in enumerate({"/desk": "/desk", "https://evil.example": "/"}.items()):
        answer = await house.client.post(
            f"/printer/tickets/{ticket}/reprint",
            data={"idempotency_key": f"key-number-{place}", "next": key},
            headers=_as("greeter"),
        )
        assert (answer.status_code, answer.headers["location"]) == (303, leads)
        await _settled(house, *["sent"] * (place + 2))


async def test_a_ticket_that_is_not_there_cannot_be_reprinted(house: House) -> None:
    assert (await house.post(f"/printer/tickets/{'0' * 32}/reprint", "agent")).status_code == 404


async def test_the_kiosk_that_showed_it_says_whether_it_came_out(house: House) -> None:
    job = await _lost(house)
    path = f"/printer/jobs/{job}/answer"
    assert (await house.post(path, "k2", came_out="yes")).status_code == 404
    assert (await house.post(path, "agent", came_out="yes")).status_code == 403
    assert (await house.post(path, "k1", came_out="perhaps")).status_code == 422
    assert (await house.post("/printer/jobs/999/answer", "k1", came_out="yes")).status_code == 404
    answer = await house.post(path, "k1", came_out="yes")
    assert "Gracias" in answer.text
    assert await house.states() == ["printed"]


async def test_no_means_a_copy_and_a_second_answer_is_told_so(house: House) -> None:
    job = await _lost(house)
    answer = await house.post(f"/printer/jobs/{job}/answer", "k1", came_out="no")
    assert "Se está imprimiendo una copia" in answer.text
    await _settled(house, "cancelled", "sent")
    late = await house.client.post(
        f"/printer/jobs/{job}/answer",
        data={"idempotency_key": "another-key", "came_out": "yes"},
        headers=_as("k1"),
    )
    assert late.status_code == 409
    assert "Eso ya quedó resuelto" in late.text


async def _lost(house: House) -> int:
    """A job whose end is unknown, on a printer that works again."""
    await house.roll.set_faults(Faults(drop_after=200))
    _, job = await house.print()
    await _settled(house, "unknown")
    await house.roll.set_faults(Faults())
    return job


async def _settled(house: House, *states: str) -> None:
    async def done() -> bool:
        return await house.states() == list(states)

    await until(done)
