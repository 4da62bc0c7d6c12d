"""The page on which an agent sits down: which desks are free, whose the others are."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import chosen_site, known_site, reader_language
from turnero.queue import reads as line
from turnero.store.errors import Refused
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest, Principal, Role
from turnero.web.view import LiveContext
from turnero.web.wiring import Web


class ChoicePanel(Panel):
    """`data-live="desks" data-live-arg="<site number>/<actor>"`."""

    name = "desks"
    template = "desk/choice.html"
    permission = "desk.page"
    kinds = frozenset({
        "session-opened", "session-paused", "session-resumed", "session-closed", "site-loaded",
    })  # fmt: skip

    def __init__(self, people: People) -> None:
        self._people = people

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site, _, actor = arg.partition("/")
        if actor != principal.actor:
            raise Refused("not-allowed", 403)
        return known_site(ctx.web, self._people.met(principal), site)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        actor = arg.partition("/")[2]
        desks = await web.ledger.read(reads.choices, site, web.clock.line_ms())
        sessions = [(one.now, one.now.session) for one in desks]
        agents = {s.agent for _, s in sessions if s is not None and s.agent is not None}
        return common(web, language) | {
            "desks": desks,
            "actor": actor,
            "person": actor.startswith("user:"),
            "elsewhere": next(
                (now for now, s in sessions if s is not None and s.agent == actor), None
            ),
            "names": {agent: self._people.name(agent) for agent in agents},
        }


async def choose_site(request: PageRequest, path: str) -> Response[str]:
    """The page that asks for a site, where there are several."""
    web = web_of(request)
    sites = await web.ledger.read(line.sites, web.clock.line_ms())
    return page(request, "desk/sites.html", {"sites": sites, "path": path})


def routes(panel: ChoicePanel, people: People) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/desk", opt={"permission": "desk.page"})
    async def choose(request: PageRequest, site: FromQuery[str] = "") -> Response[str]:
        """Choose a desk. A desk's own machine goes to its desk."""
        web = web_of(request)
        who = people.met(request.user)
        number = await chosen_site(request, site)
        if number is None:
            return await choose_site(request, "/desk")
        if who.role == Role.DESK and who.place:
            return see_other(request, f"/desk/{web.looks.look(number).key}.{who.place}")
        arg = f"{number}/{who.actor}"
        language = reader_language(request, number)
        return page(
            request,
            "desk/choose.html",
            {
                "arg": arg,
                "panel": await panel.shown(request, number, arg, language),
            },
            site=number,
        )

    return [choose]
