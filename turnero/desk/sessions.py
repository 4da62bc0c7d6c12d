"""What an agent does with the desk itself: open it, take a break, come back, hand it over, close it."""

from typing import Annotated, Literal

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk.answering import Answering
from turnero.desk.commands import HandedOver, Leave, hand_on, leave
from turnero.queue.commands import desks, hand_over
from turnero.queue.requests import DeskMove, HandoverNamed, OpenDesk
from turnero.queue.text import MAX_REASON
from turnero.web.forms import Form, read_form
from turnero.web.principal import PageRequest

Reason = Annotated[str, Meta(max_length=MAX_REASON)]
#: the ticket that the page showed at the desk
Seen = Annotated[str, Meta(max_length=40)]
#: a text area counts each new line as two characters
LONGEST = 2 * hand_over.MAX_NOTE


class OpenForm(Form, frozen=True, kw_only=True):
    """Sit down."""

    take_over: Literal["", "yes"] = ""


class LeaveForm(Form, frozen=True, kw_only=True):
    """A break or the end, and what becomes of the person who is there."""

    how: Literal["break", "close"]
    person: Literal["", "finish", "park"] = ""
    seen: Seen = ""
    outcome: Annotated[str, Meta(max_length=20)] | None = None
    reason: Reason = ""
    #: a reason in one's own words, before any that was offered
    own: Reason = ""
    parked: Literal["", "leave", "return"] = ""
    line: Literal["", "keep"] = ""


class HandOverForm(Form, frozen=True, kw_only=True):
    """A note for the next agent, and what becomes of the person who is there."""

    text: Annotated[str, Meta(max_length=LONGEST)]
    person: Literal["", "finish", "park", "stay"] = ""
    seen: Seen = ""
    outcome: Annotated[str, Meta(max_length=20)] | None = None


class ReadForm(Form, frozen=True, kw_only=True):
    """A note that was read."""

    handover: int


def routes(acts: Answering) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @post("/desk/{ref:str}/open", opt={"permission": "desks.work"}, status_code=200)
    async def press_open(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Begin to work here."""
        form = await read_form(request, OpenForm)
        act = OpenDesk(ref, take_over=form.take_over == "yes")
        site, _ = await acts.run(request, ref, desks.open_desk, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/resume", opt={"permission": "desks.work"}, status_code=200)
    async def press_resume(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The break is over."""
        form = await read_form(request, Form)
        act = DeskMove(ref)
        site, _ = await acts.run(request, ref, desks.resume_desk, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/leave", opt={"permission": "desks.work"}, status_code=200)
    async def press_leave(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Take a break or close."""
        form = await read_form(request, LeaveForm)
        act = Leave(
            ref,
            form.how,
            form.own or form.reason,
            form.person,
            form.seen,
            form.outcome,
            form.parked,
            form.line,
        )
        site, _ = await acts.run(request, ref, leave, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/hand-over", opt={"permission": "desks.work"}, status_code=200)
    async def press_hand_over(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Leave a word for the next agent."""
        form = await read_form(request, HandOverForm)
        act = HandedOver(ref, form.text, form.person, form.seen, form.outcome)
        site, _ = await acts.run(request, ref, hand_on, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/read", opt={"permission": "desks.work"}, status_code=200)
    async def press_read(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The note was read."""
        form = await read_form(request, ReadForm)
        act = HandoverNamed(form.handover)
        site, _ = await acts.run(request, ref, hand_over.read, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    return [press_open, press_resume, press_leave, press_hand_over, press_read]
