"""The supervisor's page and the close of day. What it shows is in supervisor_now.py (the site now)
and supervisor_today.py (the day so far); its levers are in supervisor_levers.py.
"""

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk.choosing import choose_site
from turnero.desk.day import touched_by_close
from turnero.desk.help import HelpPanel
from turnero.desk.people import People
from turnero.desk.scope import chosen_site, known_site, reader_language
from turnero.desk.supervisor_now import SupervisorPanel, read_site
from turnero.desk.supervisor_today import TodayPanel
from turnero.queue.commands.day import close_day
from turnero.queue.requests import CloseDay
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest


def routes(
    now: SupervisorPanel, today: TodayPanel, help_panel: HelpPanel, people: People
) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/supervisor", opt={"permission": "supervisor.page"})
    async def supervisor_page(request: PageRequest, site: FromQuery[str] = "") -> Response[str]:
        """The site now and today."""
        people.met(request.user)
        number = await chosen_site(request, site)
        if number is None:
            return await choose_site(request, "/supervisor")
        language = reader_language(request, number)
        arg = str(number)
        return page(
            request,
            "desk/supervisor.html",
            {
                "site_no": number,
                "now": await now.shown(request, number, arg, language),
                "today": await today.shown(request, number, arg, language),
                "calls": await web_of(request).slots.fill("supervisor.calls", request, site=number),
                "help": await help_panel.shown(request, number, arg, language),
            },
            site=number,
        )

    @get("/supervisor/{site:int}/ask/close-day", opt={"permission": "supervisor.act"})
    async def ask_close(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """What closing the day does, before it is done."""
        web = web_of(request)
        known_site(web, request.user, str(site))
        clock = web.clock
        read = await web.ledger.read(read_site, site, clock.line_ms(), clock.now_ms())
        context = {
            "site_no": site,
            "touched": await web.ledger.read(touched_by_close, site),
            "waiting": sum(one.waiting for one in read.view.services) + len(read.view.parked),
        }
        return page(request, "desk/ask-close-day.html", context, site=site)

    @post("/supervisor/{site:int}/close-day", opt={"permission": "supervisor.act"}, status_code=200)
    async def press_close(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """Close the day now."""
        form = await read_form(request, Form)
        web = web_of(request)
        known_site(web, request.user, str(site))
        await web.ledger.run(
            close_day,
            CloseDay(),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return see_other(request, f"/supervisor?site={web.looks.look(site).key}")

    return [supervisor_page, ask_close, press_close]
