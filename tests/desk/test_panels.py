"""One part of a page that fails leaves the others as they are."""

from typing import Any

import pytest
from litestar import Request, Response, get

from tests.desk.conftest import Room
from turnero.desk.panels import Panel
from turnero.web.principal import PageRequest
from turnero.web.slice import Slice
from turnero.web.wiring import Web


async def broken(request: Request[Any, Any, Any], **given: Any) -> str:
    raise ZeroDivisionError


async def copy_on_paper(request: Request[Any, Any, Any], *, ticket: str, **given: Any) -> str:
    return f'<p class="copy">{ticket}</p>'


class _Broken(Panel):
    name = "broken"
    template = "desk/line.html"
    permission = "desk.page"
    kinds = frozenset({"ticket-issued"})

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        raise ZeroDivisionError


@get("/broken", opt={"permission": "desk.page"})
async def broken_page(request: PageRequest) -> Response[str]:
    return Response(await _Broken().shown(request, 1, "main.1", "en"), media_type="text/html")


@pytest.fixture
def more_slices() -> list[Slice]:
    return [
        Slice(
            name="broken", routes=[broken_page], slots={"desk.side": broken, "desk.ticket": broken}
        ),
        Slice(name="paper", slots={"desk.ticket": copy_on_paper}),
    ]


async def test_a_slot_that_fails_leaves_a_notice_and_the_page_whole(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    page = await room.text("/desk/main.1")
    assert page.count("This part cannot be shown just now.") == 2
    assert f'data-number="{issued.number}"' in page
    assert "Who waits" in page


async def test_what_others_offer_for_a_ticket_is_shown_beside_it(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    tools = await room.text(f"/desk/main.1/tools/{issued.ticket}", part=True)
    assert f'<p class="copy">{issued.ticket}</p>' in tools


async def test_a_panel_that_cannot_be_drawn_is_a_notice_in_its_place(room: Room) -> None:
    html = await room.text("/broken")
    assert 'data-failed="broken"' in html
    assert "This part cannot be shown just now." in html
