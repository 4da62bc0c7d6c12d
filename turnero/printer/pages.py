"""The paper roll of a virtual printer, its fault switches, and what people say of their paper.

What the roll shows was decoded from the bytes that the printer got. Printing itself is the
spool's; nothing here sends.
"""

import asyncio
from functools import lru_cache
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta
from msgspec.structs import replace

from turnero.printer import reads, spool
from turnero.printer.decode import decode
from turnero.printer.profiles import PROFILES
from turnero.printer.room import Printers
from turnero.printer.spool import Answer, Reprint
from turnero.printer.views import find, roll, switches
from turnero.printer.virtual import Faults
from turnero.queue import reads as line
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.pages import (
    by_htmx,
    language_of,
    own_path,
    page,
    see_other,
    wants_part,
    web_of,
)
from turnero.web.permissions import allowed
from turnero.web.principal import DEVICES, PageRequest

#: a piece of paper never changes; its address holds when it came out
_KEEP = {"cache-control": "private, max-age=86400, immutable"}


class FaultForm(Form, frozen=True):
    """One switch thrown."""

    fault: Literal["paper", "cover", "offline", "unplugged", "mute", "drop", "slow"]
    #: what it is set to
    to: Annotated[str, Meta(max_length=10)]


class ReprintForm(Form, frozen=True):
    """A copy, please."""

    #: key of the printer; empty: where it was printed
    printer: Annotated[str, Meta(max_length=80)] = ""
    #: a page of ours to go back to
    next: Annotated[str, Meta(max_length=300)] = ""


class AnswerForm(Form, frozen=True):
    """Did it come out?"""

    came_out: Literal["yes", "no"]
    next: Annotated[str, Meta(max_length=300)] = ""


@lru_cache(maxsize=64)
def _png(data: bytes, profile: str) -> bytes:
    from turnero.printer import picture  # noqa: PLC0415 - imports what draws

    return picture.png(decode(data), PROFILES[profile])


def thrown(faults: Faults, fault: str, to: str) -> Faults:
    """The switches after one was thrown; a value that a switch does not have is "off"."""
    on = to == "on"
    match fault:
        case "paper":
            paper: Literal["present", "near-end", "out"] = "present"
            paper = "near-end" if to == "near-end" else "out" if to == "out" else paper
            return replace(faults, paper=paper)
        case "cover":
            return replace(faults, cover_open=on)
        case "drop":
            return replace(faults, drop_after=120 if on else None)
        case "slow":
            return replace(faults, bytes_per_s=240 if on else None)
        case _:
            return replace(faults, **{fault: on})


def routes(printers: Printers) -> list[HTTPRouteHandler]:
    """The routes of the room."""

    @get("/paper/{printer:str}", opt={"permission": "paper.see"})
    async def paper_page(request: PageRequest, printer: FromPath[str]) -> Response[str]:
        """The roll of a virtual printer, newest paper on top."""
        device, machine = await find(web_of(request).ledger, printers, request.user, printer)
        may = allowed(request.user.role, "paper.faults")
        return page(
            request,
            "printer/paper.html",
            {
                **roll(printer, device, machine),
                "switches": switches(machine) if may else None,
            },
            site=device.site,
        )

    @get("/paper/{printer:str}/{name:str}", opt={"permission": "paper.see"})
    async def paper_picture(
        request: PageRequest, printer: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """One piece of paper as a picture: "12.png"."""
        _, machine = await find(web_of(request).ledger, printers, request.user, printer)
        for one in machine.papers:
            if name == f"{one.number}.png":
                drawn = await asyncio.to_thread(_png, one.data, machine.profile.key)
                return Response(drawn, media_type="image/png", headers=_KEEP)
        raise NotFound("paper-unknown")

    @post("/paper/{printer:str}/faults", opt={"permission": "paper.faults"})
    async def throw_switch(request: PageRequest, printer: FromPath[str]) -> Response[str]:
        """Throw one fault switch."""
        form = await read_form(request, FaultForm)
        device, machine = await find(web_of(request).ledger, printers, request.user, printer)
        await machine.set_faults(thrown(machine.faults, form.fault, form.to))
        return page(
            request,
            "printer/paper.html",
            {**roll(printer, device, machine), "switches": switches(machine)},
            block="switches",
            site=device.site,
        )

    @post("/paper/{printer:str}/clear", opt={"permission": "paper.faults"})
    async def clear(request: PageRequest, printer: FromPath[str]) -> Response[str]:
        """Throw the paper away."""
        await read_form(request, Form)
        _, machine = await find(web_of(request).ledger, printers, request.user, printer)
        await machine.clear()
        return see_other(request, f"/paper/{printer}")

    return [paper_page, paper_picture, throw_switch, clear, reprint, answer]


@post("/printer/tickets/{ticket:str}/reprint", opt={"permission": "tickets.reprint"})
async def reprint(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
    """Print a copy of a ticket."""
    form = await read_form(request, ReprintForm)
    ledger = web_of(request).ledger
    site = await ledger.read(line.site_of_ticket, ticket)
    if site is None:
        raise NotFound("ticket-unknown")
    request.user.within(site)
    await ledger.run(
        spool.reprint,
        Reprint(ticket, form.printer or None, request.user.place),
        site=site,
        actor=request.user.actor,
        key=form.idempotency_key,
    )
    return answered(request, site, "copy", form.next)


async def reprint_panel(request: PageRequest, ticket: str) -> str:
    """Fills the slot "desk.ticket": a key for a copy, or one for each printer it could come from."""
    web = web_of(request)
    site = await web.ledger.read(line.site_of_ticket, ticket)
    if site is None or not allowed(request.user.role, "tickets.reprint"):
        return ""
    found = [one for one in await web.ledger.read(reads.printers) if one.site == site]
    # A copy comes out where the ticket did; else somebody has to say where.
    known = len(found) == 1 or await web.ledger.read(reads.latest, ticket) is not None
    return web.render(
        "printer/reprint.html",
        {
            "principal": request.user,
            "ticket": ticket,
            "printers": found[:1] if known else found,
            "known": known,
        },
        block=None,
        site=site,
        language=language_of(request, web.looks.look(site), web.languages),
    )


@post("/printer/jobs/{job:int}/answer", opt={"permission": "prints.answer"})
async def answer(request: PageRequest, job: FromPath[int]) -> Response[str]:
    """Whether a ticket whose printing ended unknown came out."""
    form = await read_form(request, AnswerForm)
    ledger = web_of(request).ledger
    found = await ledger.read(reads.job_place, job)
    # A kiosk answers for the paper that it showed, and for no other.
    own = found is not None and (request.user.role not in DEVICES or request.user.place == found[1])
    if found is None or not own:
        raise NotFound("print-job-unknown")
    request.user.within(found[0])
    await ledger.run(
        spool.answer_unknown,
        Answer(job, came_out=form.came_out == "yes"),
        site=found[0],
        actor=request.user.actor,
        key=form.idempotency_key,
    )
    return answered(request, found[0], "thanks" if form.came_out == "yes" else "copy", form.next)


def answered(request: PageRequest, site: int, said: str, back: str) -> Response[str]:
    """A short sentence for a part of a page; else back to the page that asked."""
    if by_htmx(request) and wants_part(request):
        return page(request, "printer/said.html", {"said": said}, block="said", site=site)
    return see_other(request, own_path(back))
