"""The kiosk's page for somebody who has only the number of a ticket: its place, and "I am back".

No more than that, and never its code: numbers are called out, so anybody could cancel anybody's.
"""

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from turnero.kiosk.forms import NumberForm
from turnero.kiosk.port import Held
from turnero.kiosk.scene import Connect, Scene
from turnero.queue import scanned
from turnero.store.errors import NotFound
from turnero.web.forms import read_form
from turnero.web.pages import see_other
from turnero.web.principal import PageRequest


async def find(scene: Scene, text: str) -> Held | None:
    """Today's ticket of this kiosk's site with that printed number, letter and figures."""
    number = scanned.number(text)
    if number is None or not number[0]:
        return None
    return await scene.port.find_number(scene.site, "".join(number))


def place(scene: Scene, held: Held) -> Response[str]:
    """Its place in line."""
    ticket = held.ticket
    return scene.page(
        "kiosk/numbered.html",
        {"ticket": ticket},
        path="/kiosk/mine",
        again={"digits": ticket.number},
    )


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    @get("/kiosk/mine/back", opt={"permission": "kiosk.use"})
    async def nowhere(request: PageRequest) -> Response[str]:
        """The act's page was asked for anew, after a reload: begin again."""
        return see_other(request, "/kiosk")

    @post("/kiosk/mine/back", opt={"permission": "kiosk.use", "limit": "kiosk"}, status_code=200)
    async def back(request: PageRequest) -> Response[str]:
        """Who was absent or had stepped out is back."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, NumberForm)
        held = await find(scene, form.number)
        if held is None:
            raise NotFound("ticket-unknown")
        await scene.port.come_back(held, scene.by(form.idempotency_key))
        return place(scene, await find(scene, form.number) or held)

    return [nowhere, back]
