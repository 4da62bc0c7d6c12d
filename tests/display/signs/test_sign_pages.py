"""The page on which a site's signs are seen: what it shows, for whom, and the switches."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from tests.display.signs.signed import SITE, Signed
from tests.printer.patience import until
from tests.web.conftest import Known
from turnero.display import slice as display
from turnero.display.signs.room import Signs
from turnero.display.signs.station import SignBeat
from turnero.display.signs.views import switches
from turnero.display.signs.virtual import Faults
from turnero.display.signs.worker import Pace
from turnero.web.guards import demand_permissions
from turnero.web.look import Look, OneLook
from turnero.web.principal import Principal, Role
from turnero.web.wiring import Web, options, weave

LOOK = Look(number=1, key="hnc", name="Hospital Nacional", profile="pe", zone="America/Lima")


class Pages:
    """The hall with its signs at work, and who asks for their page."""

    def __init__(self, hall: Signed, signs: Signs, client: httpx.AsyncClient) -> None:
        self.hall = hall
        self.signs = signs
        self.client = client

    async def get(
        self, path: str = "/display/signs/hnc", who: str = "supervisor"
    ) -> httpx.Response:
        return await self.client.get(path, headers={"cookie": f"turnero_user={who}"})

    async def throw(self, who: str = "supervisor", **fields: str) -> httpx.Response:
        headers = {
            "cookie": f"turnero_user={who}",
            "origin": "http://turnero.test",
            "hx-request": "true",
            "hx-request-type": "partial",
        }
        data = {"idempotency_key": "k" * 20, **fields}
        return await self.client.post("/display/signs/hnc/faults", data=data, headers=headers)

    async def faults(self, key: str = "s1") -> Faults:
        found = self.signs.machine_of(await self.hall.sign(key))
        assert found is not None
        return found[1].faults

    async def beat(self, key: str) -> SignBeat | None:
        return self.signs.beats().get((await self.hall.sign(key)).id)


@pytest.fixture
async def pages(hall: Signed, tmp_path: Path) -> AsyncIterator[Pages]:
    signs = Signs(pace=Pace(retry_s=(0.02, 0.02), watch_s=60, turn_s=60))
    slice_ = display.make(tmp_path, signs=signs)
    web: Web = weave(
        [slice_],
        ledger=hall.ledger,
        clock=hall.clock,
        authenticator=Known(),
        looks=OneLook(LOOK),
    )
    app = Litestar(**options(web), openapi_config=None)
    demand_permissions(app)
    task = asyncio.ensure_future(slice_.tasks["signs"](web))
    await until(lambda: len(signs.beats()) == 3)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://turnero.test") as client:
        yield Pages(hall, signs, client)
    web.hub.stop()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def words(page: str) -> dict[str, str]:
    """What each sign on the page shows."""
    found = re.findall(r'id="sign-([a-z0-9]+)" data-state.*?data-words="([^"]*)"', page, re.DOTALL)
    return dict(found)


async def test_each_sign_is_drawn_with_what_is_lit_on_it_now(pages: Pages) -> None:
    before = (await pages.get()).text
    assert words(before) == {"s1": "LIBR", "sa": "", "todo": ""}
    await pages.hall.press("v1")

    async def painted() -> bool:
        return words((await pages.get()).text) == {"s1": "C001", "sa": "C001   1", "todo": "001  1"}

    await until(painted)
    page = (await pages.get()).text
    assert page.count('<svg class="sign-face sign-dots"') == 2
    assert page.count('<svg class="sign-face sign-segments"') == 1
    assert page.count("Confirmado por el letrero") == 3
    assert "Ventanilla 1" in page
    assert "Llamadas de la zona a" in page


async def test_a_sign_that_does_not_answer_is_told_with_since_when(pages: Pages) -> None:
    await pages.throw(sign="s1", fault="mute", to="on")
    await pages.hall.press("v1")

    async def told() -> bool:
        beat = await pages.beat("s1")
        return beat is not None and beat.since_ms is not None

    await until(told)
    page = (await pages.get()).text
    assert 'id="sign-s1" data-state="unconfirmed"' in page
    assert re.search(r"No responde</span>\s*<span class=\"sign-since\">desde las 0?9:00", page)


@pytest.mark.parametrize("fault", list(switches(Faults())))
async def test_each_switch_is_thrown_and_thrown_back(pages: Pages, fault: str) -> None:
    answer = await pages.throw(sign="s1", fault=fault, to="on")
    assert answer.status_code == 200
    assert re.search(rf'id="switch-s1-{fault}"[^>]*aria-checked="true"', answer.text)
    assert switches(await pages.faults()) == switches(Faults()) | {fault: True}
    assert await pages.faults("sa") == Faults()
    await pages.throw(sign="s1", fault=fault, to="off")
    assert await pages.faults() == Faults()


async def test_who_may_see_it_and_who_may_throw_switches(pages: Pages) -> None:
    assert 'role="switch"' in (await pages.get()).text
    greeter = await pages.get(who="greeter")
    assert greeter.status_code == 200
    assert 'role="switch"' not in greeter.text
    assert (await pages.throw("greeter", sign="s1", fault="mute", to="on")).status_code == 403
    assert (await pages.get(who="agent")).status_code == 403
    assert (await pages.get("/display/signs/other")).status_code == 404


async def test_another_sites_signs_are_nobodys_here(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Principal(actor="user:7", role=Role.SUPERVISOR, site=2)
    monkeypatch.setattr(Known, "people", {**Known.people, "elsewhere": elsewhere})
    assert (await pages.get(who="elsewhere")).status_code == 403
    assert (await pages.throw("elsewhere", sign="s1", fault="mute", to="on")).status_code == 403
    assert await pages.faults() == Faults()


async def test_switches_that_are_not_there_are_refused(pages: Pages) -> None:
    assert (await pages.throw(sign="s1", fault="fire", to="on")).status_code == 422
    missing = await pages.throw(sign="s9", fault="mute", to="on")
    assert missing.status_code == 404
    assert "No hay tal letrero" in missing.text


async def test_a_sign_of_a_box_is_drawn_from_what_it_said_last(pages: Pages) -> None:
    """And one that was not heard for long shows nothing, whatever it said then."""
    boxed = '[[box]]\nkey = "caja"\nname = "Caja"\n\n[[sign]]\nbox = "caja"'
    await pages.hall.load(SITE.replace("[[sign]]", boxed, 1))
    sign = await pages.hall.sign("s1")
    await until(lambda: pages.signs.machine_of(sign) is None)
    await pages.hall.beat(sign, '{"face": {"number": "C009"}, "result": "shown"}')
    assert words((await pages.get()).text)["s1"] == "C009"
    pages.hall.clock.advance(66_000)
    page = (await pages.get()).text
    assert words(page)["s1"] == ""
    assert 'id="sign-s1" data-state="silent"' in page
