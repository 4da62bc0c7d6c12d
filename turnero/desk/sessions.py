"""What an agent does with the desk itself: open it, take a break, come back, close it."""

from typing import Annotated, Literal

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk.answering import Answering
from turnero.desk.commands import Leave, leave
from turnero.queue.commands import desks
from turnero.queue.requests import DeskMove, OpenDesk
from turnero.queue.text import MAX_REASON
from turnero.web.forms import Form, read_form
from turnero.web.principal import PageRequest

Reason = Annotated[str, Meta(max_length=MAX_REASON)]


class OpenForm(Form, frozen=True, kw_only=True):
    """Sit down."""

    take_over: Literal["", "yes"] = ""


class LeaveForm(Form, frozen=True, kw_only=True):
    """A break or the end, and what becomes of the person who is there."""

    how: Literal["break", "close"]
    person: Literal["", "finish", "park"] = ""
    outcome: Annotated[str, Meta(max_length=20)] | None = None
    reason: Reason = ""
    #: a reason in one's own words, before any that was offered
    own: Reason = ""


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
        act = Leave(ref, form.how, form.own or form.reason, form.person, form.outcome)
        site, _ = await acts.run(request, ref, leave, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    return [press_open, press_resume, press_leave]
