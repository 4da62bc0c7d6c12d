"""The kiosk's pages for taking a ticket: the tree of services, one of them, the ticket.

What a person chose travels in the address (visit.py); the pages keep nothing. A page that an
act gives has no address of its own, so no code stands in the browser's history.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.kiosk import menu
from turnero.kiosk.forms import TakeForm
from turnero.kiosk.menu import service_path
from turnero.kiosk.port import Held, choosable
from turnero.kiosk.scene import READ_S, Connect, Scene
from turnero.kiosk.visit import MOST_PEOPLE, aids_of
from turnero.queue.requests import Issue
from turnero.queue.views import ServiceView, SiteView
from turnero.store.errors import NotFound
from turnero.web.forms import read_form
from turnero.web.pages import see_other
from turnero.web.principal import PageRequest
from turnero.web.qr import svg

#: seconds that the ticket stays on the screen
TICKET_S: Final = 30


def tree(
    site: SiteView, scene: Scene, group: ServiceView | None, parent: str | None
) -> dict[str, Any]:
    """What the page of keys needs: the services of a group (None: the top)."""
    shown = menu.part(group.children if group is not None else site.services, scene.visit)
    return {
        "group": group,
        "list_path": service_path(group.key if group is not None else None),
        "back": None if group is None else service_path(parent),
        "shown": shown,
        "attentions": choosable(site.attentions),
        "profile": site.profile,
        "arg": live_arg(scene.site, group.key if group is not None else "", scene),
    }


def live_arg(site: int, key: str, scene: Scene) -> str:
    """What the live part of a page of services depends on: site, group or service, kiosk, choices."""
    return f"{site}/{key}@{scene.place.key}?{scene.visit.query}"


def taking(site: SiteView, scene: Scene, node: menu.Node, *, calls: bool) -> dict[str, Any]:
    """What the page of one service needs; `calls`: its patients may ask to be rung."""
    service = node.service
    chosen = next(
        (one for one in choosable(site.attentions) if one.key == scene.visit.attention), None
    )
    return {
        "service": service,
        "back": service_path(node.parent),
        "most_people": MOST_PEOPLE,
        "special": chosen,
        "calls": calls,
        "attentions": choosable(site.attentions),
        "profile": site.profile,
        "requirements": scene.wording.lines(service.requirements),
        "arg": live_arg(scene.site, service.key, scene),
    }


def ticket_context(held: Held, scene: Scene, **more: Any) -> dict[str, Any]:
    """What the ticket's page needs beside its live part."""
    return {
        "held": held,
        "ticket": held.ticket,
        "qr": svg(held.url or held.code),
        "arg": f"{scene.site}/{scene.place.key}/{held.ticket.id}",
        "call": None,
        **more,
    }


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    @get("/kiosk", opt={"permission": "kiosk.use"})
    async def start(request: PageRequest) -> Response[str]:
        """The kiosk at rest is the first question."""
        scene = await Scene.of(request, connect)
        site = await scene.port.offers(scene.site)
        return scene.page("kiosk/choose.html", tree(site, scene, None, None), path="/kiosk")

    @get("/kiosk/service/{key:str}", opt={"permission": "kiosk.use"})
    async def service(request: PageRequest, key: FromPath[str]) -> Response[str]:
        """A group's services, or what to know of one before its ticket is taken."""
        scene = await Scene.of(request, connect)
        site = await scene.port.offers(scene.site)
        node = menu.find(site.services, key)
        if node is None:
            raise NotFound("service-unknown", service=key[:80])
        path = service_path(node.service.key)
        if node.service.children:
            context = tree(site, scene, node.service, node.parent)
            return scene.page("kiosk/choose.html", context, path=path)
        offer = await scene.port.calls(scene.site)
        context = taking(site, scene, node, calls=node.service.key in offer.services)
        return scene.page("kiosk/service.html", context, path=path, patience_s=READ_S)

    @get("/kiosk/ticket", opt={"permission": "kiosk.use"})
    async def nowhere(request: PageRequest) -> Response[str]:
        """An act's page was asked for anew, after a reload: begin again."""
        return see_other(request, "/kiosk")

    @post("/kiosk/ticket", opt={"permission": "kiosk.use", "limit": "kiosk"}, status_code=200)
    async def take(request: PageRequest) -> Response[str]:
        """Take a ticket, and show it."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, TakeForm)
        held = await scene.port.issue(
            scene.site,
            Issue(
                service=form.service,
                attention=form.attention or None,
                language=form.language or None,
                channel="kiosk",
                place=scene.place.key or None,
                aids=aids_of(form.aids),
                people=form.people,
            ),
            scene.by(form.idempotency_key),
        )
        printing = await scene.port.printing(scene.site, held.ticket.id)
        context = ticket_context(held, scene, printing=printing, slow=False)
        return scene.page(
            "kiosk/ticket.html",
            context,
            path="/kiosk/ticket",
            again=fields_of(form),
            patience_s=TICKET_S,
        )

    return [start, service, nowhere, take]


def fields_of(form: msgspec.Struct) -> dict[str, str]:
    """A form's fields as they were posted."""
    return {name: str(value) for name, value in msgspec.structs.asdict(form).items()}
