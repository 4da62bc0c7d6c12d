"""The supervisor's page: alarms first, then who waits, the desks, the devices, and today in figures.

It looks and acknowledges; the levers (moving desks and lines) come with the working day.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk import day as figures
from turnero.desk import devices as machines
from turnero.desk import pictures, reads
from turnero.desk import today as by_hour
from turnero.desk.beside import PARKED_LONG_MIN, judge
from turnero.desk.choosing import choose_site
from turnero.desk.help import HelpPanel
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import chosen_site, known_site, reader_language
from turnero.queue import reads as line
from turnero.queue.commands.day import close_day
from turnero.queue.requests import CloseDay
from turnero.queue.states import SessionState
from turnero.queue.views import DeskNow, ServiceView, SupervisorView, Wait
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

_MINUTE_MS: Final = 60_000
#: minutes after which a break is an alarm
BREAK_LONG_MIN: Final = 30


class SiteRead(msgspec.Struct, frozen=True):
    """What this page reads in one moment."""

    view: SupervisorView
    waits: dict[str, Wait | None]
    devices: list[Device]
    #: services with people waiting and no desk at work that calls them
    unattended: frozenset[str]


def read_site(q: Query, site: int, now_ms: int) -> SiteRead:
    """The site in one snapshot. Raises `NotFound`."""
    view = line.supervisor(q, site, now_ms)
    if view is None:
        raise NotFound("site-unknown", site=str(site))
    waits: dict[str, Wait | None] = {}
    _waits(line.services(q, site, now_ms), waits)
    attended = reads.services_attended(q, site)
    return SiteRead(
        view=view,
        waits=waits,
        devices=devices.of_site(q, site),
        unattended=frozenset(
            one.service for one in view.services if one.waiting and one.service not in attended
        ),
    )


def _waits(tree: tuple[ServiceView, ...], into: dict[str, Wait | None]) -> None:
    for one in tree:
        into[one.key] = one.wait
        _waits(one.children, into)


def long_break(desk: DeskNow, now_ms: int) -> bool:
    """Whether the desk's break is an alarm."""
    session = desk.session
    return (
        session is not None
        and session.state == SessionState.BREAK
        and now_ms - session.since_ms > BREAK_LONG_MIN * _MINUTE_MS
    )


class TodayRead(msgspec.Struct, frozen=True):
    """The day so far, in one moment."""

    today: figures.Today
    hours: by_hour.Hours


def read_today(q: Query, site: int, now_ms: int) -> TodayRead:
    """The day's figures, and the same by the hour."""
    return TodayRead(figures.today(q, site, now_ms), by_hour.read_hours(q, site, now_ms))


class SupervisorPanel(Panel):
    """`data-live="supervisor" data-live-arg="<site number>"`: alarms, services, desks, devices."""

    name = "supervisor"
    template = "desk/now.html"
    permission = "supervisor.page"
    kinds = frozenset({
        "ticket-issued", "ticket-called", "service-started", "service-finished", "ticket-no-show",
        "ticket-returned", "ticket-parked", "ticket-transferred", "ticket-cancelled",
        "ticket-not-served", "press-undone", "session-opened", "session-paused",
        "session-resumed", "session-closed", "day-closed", "site-loaded",
    })  # fmt: skip
    #: waits grow and devices fall silent without a fact
    refresh_s: float | None = 10.0

    def __init__(self, people: People) -> None:
        self._people = people

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return known_site(ctx.web, self._people.met(principal), arg)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_site, site, web.clock.line_ms())
        view, now_ms = read.view, read.view.now_ms
        shown = [machines.shown(one, web.clock.now_ms()) for one in read.devices]
        parked = [
            one for one in view.parked if now_ms - one.since_ms > PARKED_LONG_MIN * _MINUTE_MS
        ]
        return common(web, language) | {
            "site": view,
            "waits": read.waits,
            "unattended": read.unattended,
            "verdicts": {
                one.service: judge(one.oldest_ms, one.target_min, now_ms) for one in view.services
            },
            "devices": shown,
            "kinds": machines.KINDS,
            "long_breaks": [one for one in view.desks if long_break(one, now_ms)],
            "parked_long": parked,
            "names": {
                one.id: self._people.name(one.session.agent) for one in view.desks if one.session
            },
        }


class TodayPanel(Panel):
    """`data-live="supervisor-today" data-live-arg="<site number>"`: the day so far."""

    name = "supervisor-today"
    template = "desk/today.html"
    permission = "supervisor.page"
    #: it counts a day's tickets, so facts do not hurry it, but for those that somebody waits to see
    kinds = frozenset({"day-closed"})
    refresh_s: float | None = 15.0

    def __init__(self, people: People) -> None:
        self._people = people

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        chosen = entry.kind == "ticket-called" and b'"chosen"' in entry.body
        return chosen or super().concerns(entry, arg)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        now_ms = web.clock.line_ms()
        read = await web.ledger.read(read_today, site, now_ms)
        today, hours = read.today, read.hours.hours
        agents = {agent for one in read.hours.taken_over for agent in (one.before, one.by)}
        return common(web, language) | {
            "today": today,
            "few": figures.FEW,
            "fewest": figures.FEWEST,
            "names": {one.actor: self._people.name(one.actor) for one in today.overrides},
            "by_hour": read.hours,
            "waits": pictures.waits(hours) if any(one.called for one in hours) else None,
            "arrivals": pictures.arrivals(hours),
            "shares": {one.question: pictures.share(one) for one in today.ratings},
            "present": pictures.present(hours, now_ms),
            "fewest_ninth": by_hour.FEWEST_NINTH,
            "agents": {agent: self._people.name(agent) for agent in agents},
        }


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
                "help": await help_panel.shown(request, number, arg, language),
            },
            site=number,
        )

    @get("/supervisor/{site:int}/ask/close-day", opt={"permission": "supervisor.act"})
    async def ask_close(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """What closing the day does, before it is done."""
        web = web_of(request)
        known_site(web, request.user, str(site))
        read = await web.ledger.read(read_site, site, web.clock.line_ms())
        context = {
            "site_no": site,
            "waiting": sum(one.waiting for one in read.view.services),
            "parked": len(read.view.parked),
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
