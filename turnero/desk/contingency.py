"""A day without the server: numbers set aside and printed beforehand, calls made by hand entered later."""

import asyncio
from contextlib import suppress
from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from turnero.desk import papers
from turnero.desk.cards import STATES
from turnero.desk.panels import common
from turnero.desk.papers import Cutouts, Numbers
from turnero.desk.reports import pdf_answer
from turnero.desk.scope import chosen_site, reader_language
from turnero.queue import reads, refusals
from turnero.queue.commands import by_hand, leases
from turnero.queue.numbers import MIDNIGHT, at_ms, day_of, minutes, number
from turnero.queue.requests import HandCall, LeaseNumbers
from turnero.queue.views import name_in
from turnero.store import devices
from turnero.store.errors import NotFound
from turnero.web.formats import formats
from turnero.web.forms import Form, read_form
from turnero.web.languages import Translator
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest

#: where numbers on paper are set aside for
PAPER = "paper"
#: numbers that the form proposes for each service
PROPOSED = 24

Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class LeaseForm(Form, frozen=True, kw_only=True):
    """How many numbers of each service: two lists side by side."""

    day: Day
    service: list[Annotated[str, Meta(max_length=80)]] = msgspec.field(default_factory=list)
    count: list[int] = msgspec.field(default_factory=list)


class HandForm(Form, frozen=True, kw_only=True):
    """One call made by hand."""

    number: Annotated[str, Meta(max_length=8)]
    service: Annotated[str, Meta(max_length=80)]
    desk: Annotated[str, Meta(max_length=80)]
    day: Day
    called: Clock
    ended: Clock


def routes() -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/contingency/{site:str}", opt={"permission": "supervisor.page"})
    async def numbers(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """What is set aside, and a form for more."""
        no = await _site(request, site)
        web = web_of(request)
        today = day_of(web.clock.now_ms(), web.looks.look(no).zone)
        kept = await web.ledger.read(reads.leases, no, today)
        context = {
            "today": today,
            "services": await web.ledger.read(reads.countable, no),
            "proposed": PROPOSED,
            "days": sorted({one.day for one in kept if one.place == PAPER}),
            "leases": kept,
            "name_in": name_in,
            "number": number,
            "language": reader_language(request, no),
        }
        return page(request, "desk/contingency.html", context, site=no)

    @post("/contingency/{site:str}", opt={"permission": "supervisor.act"}, status_code=200)
    async def set_aside(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Set numbers of several services aside."""
        no = await _site(request, site)
        form = await read_form(request, LeaseForm)
        for service, count in zip(form.service, form.count, strict=False):
            if count:
                await web_of(request).ledger.run(
                    leases.lease,
                    LeaseNumbers(service=service, count=count, place=PAPER, day=form.day),
                    site=no,
                    actor=request.user.actor,
                    key=f"{form.idempotency_key}:{service}",
                )
        return see_other(request, f"/contingency/{site}")

    @get("/contingency/{site:str}/{day:str}/pdf", opt={"permission": "supervisor.page"})
    async def printed(
        request: PageRequest, site: FromPath[str], day: FromPath[str]
    ) -> Response[bytes]:
        """The numbers on paper of a day, to cut out."""
        no = await _site(request, site)
        web = web_of(request)
        look = web.looks.look(no)
        kept = [
            one
            for one in await web.ledger.read(reads.leases, no, day)
            if one.day == day and one.place == PAPER
        ]
        if not kept:
            raise NotFound("leases-none", day=day[:20])
        # Paper is for everybody: in the site's own language.
        own = look.languages[0]
        say = web.translator(own, look.profile)
        parts: dict[str, list[str]] = {}
        for one in kept:
            parts.setdefault(name_in(one.public, own), []).extend(
                number(one.prefix, count) for count in range(one.first, one.last + 1)
            )
        services = tuple(Numbers(name, tuple(all_of)) for name, all_of in parts.items())
        body = await asyncio.to_thread(
            papers.numbers_pdf,
            cutouts(look.name, formats(say.tag, look.zone).day(day), say, services),
        )
        return pdf_answer(body, f"{look.key}-{day}-paper.pdf")

    @get("/hand-log/{site:str}", opt={"permission": "supervisor.page"})
    async def log(
        request: PageRequest,
        site: FromPath[str],
        done: FromQuery[str] = "",
        service: FromQuery[str] = "",
        desk: FromQuery[str] = "",
        day: FromQuery[str] = "",
    ) -> Response[str]:
        """A form for one call after the other."""
        no = await _site(request, site)
        web = web_of(request)
        here = await web.ledger.read(reads.site, no, web.clock.line_ms())
        context = {
            "done": done[:8],
            "service": service,
            "desk": desk,
            "day": day or day_of(web.clock.now_ms(), web.looks.look(no).zone),
            "today": day_of(web.clock.now_ms(), web.looks.look(no).zone),
            "services": await web.ledger.read(reads.countable, no),
            "desks": here.desks if here else (),
            "name_in": name_in,
            "language": reader_language(request, no),
        }
        return page(request, "desk/hand-log.html", context, site=no)

    @post("/hand-log/{site:str}", opt={"permission": "supervisor.act"}, status_code=200)
    async def entered(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Enter one call."""
        no = await _site(request, site)
        form = await read_form(request, HandForm)
        web = web_of(request)
        zone = web.looks.look(no).zone
        day, printed_number = _day(form.day), form.number.upper()
        await web.ledger.run(
            by_hand.enter,
            HandCall(
                number=printed_number,
                service=form.service,
                desk=form.desk,
                called_ms=at_ms(day, minutes(form.called), zone),
                ended_ms=at_ms(day, _ended(form), zone),
            ),
            site=no,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        back = f"done={printed_number}&service={form.service}&desk={form.desk}&day={form.day}"
        return see_other(request, f"/hand-log/{site}?{back}")

    return [numbers, set_aside, printed, brought, log, entered]


def cutouts(site: str, day: str, say: Translator, services: tuple[Numbers, ...]) -> Cutouts:
    """The words on the paper, with its numbers."""
    return Cutouts(
        site=site,
        day=day,
        title=say.gettext("Numbers for a day without the server"),
        use=(
            say.gettext("These numbers are set aside: kiosks and desks give them to nobody else."),
            say.gettext("Cut along the dashed lines and hand the numbers out in order."),
            say.gettext(
                "Write the hour on each; call by number, in order, and preferential first."
            ),
            say.gettext("Write every call into the log on the last pages."),
            say.gettext("When the server is back, enter the log under Supervision, Calls by hand."),
        ),
        wait=say.gettext("please wait until you are called"),
        taken_at=say.gettext("Taken at"),
        log=(
            say.gettext("Number"),
            say.gettext("Service"),
            say.gettext("Desk"),
            say.gettext("Called"),
            say.gettext("Finished"),
        ),
        log_title=say.gettext("Calls made by hand"),
        services=services,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusals.invalid("day-unreadable", day=text) from None


def _ended(form: HandForm) -> int:
    """Minutes after the day's midnight; an hour long before that of the call is the next day's."""
    called, ended = minutes(form.called), minutes(form.ended)
    return ended + MIDNIGHT if called - ended > MIDNIGHT // 2 else ended


@get("/contingency/{site:str}/brought", opt={"permission": "supervisor.page"})
async def brought(
    request: PageRequest, site: FromPath[str], day: FromQuery[str] = ""
) -> Response[str]:
    """The tickets that kiosks gave without the server."""
    no = await _site(request, site)
    web = web_of(request)
    wanted = day_of(web.clock.now_ms(), web.looks.look(no).zone)
    with suppress(ValueError):
        wanted = date.fromisoformat(day).isoformat()
    there = await web.ledger.read(devices.of_site, no)
    context = common(web, reader_language(request, no)) | {
        "day": wanted,
        "tickets": await web.ledger.read(reads.brought, no, wanted),
        "kiosks": {one.key: one.name or one.key for one in there if one.kind == "kiosk"},
        "states": STATES,
    }
    return page(request, "desk/brought.html", context, site=no)


async def _site(request: PageRequest, key: str) -> int:
    found = await chosen_site(request, key)
    if found is None:
        raise NotFound("site-unknown", site=key[:100])
    return found
