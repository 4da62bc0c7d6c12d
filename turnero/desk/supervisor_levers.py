"""The supervisor moves lines and desks, and shows messages. Rules are the commands'."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk import reads
from turnero.desk.panels import naming
from turnero.desk.scope import reader_language
from turnero.desk.supervisor_acts import Clock, Done, Key, Levers, TextsForm, wall_clock
from turnero.desk.supervisor_now import SiteRead
from turnero.queue.commands import desk_services, lines, messages
from turnero.queue.requests import EndMessage, MoveLine, ServeServices, ShowMessage
from turnero.queue.views import ServiceNow
from turnero.web.forms import Form, read_form
from turnero.web.principal import PageRequest

Tier = Literal["primary", "overflow", "none"]


class LineForm(Form, frozen=True, kw_only=True):
    """From one service to another."""

    origin: Key
    service: Key


class MessageForm(TextsForm, frozen=True, kw_only=True):
    """A broadcast or an emergency message."""

    sort: Literal["broadcast", "emergency"]
    zone: list[Key] = msgspec.field(default_factory=list)
    until: Clock = ""


class EndForm(Form, frozen=True, kw_only=True):
    """A message that is shown."""

    message: int


class ServesForm(Form, frozen=True, kw_only=True):
    """What a desk calls: every service with its tier."""

    desk: Annotated[str, Meta(max_length=160)]
    service: list[Key] = msgspec.field(default_factory=list)
    tier: list[Tier] = msgspec.field(default_factory=list)
    keep: Literal["", "yes"] = ""


def _message(read: SiteRead, number: int) -> Done:
    return Done("shown" if any(one.id == number for one in read.messages) else "ended")


def services_of(read: SiteRead) -> dict[str, ServiceNow]:
    """The services by key."""
    return {one.service: one for one in read.view.services}


def moves(levers: Levers) -> list[HTTPRouteHandler]:
    """The routes that move a line or a desk."""

    @post("/supervisor/{site:int}/move-line", opt={"permission": "supervisor.act"}, status_code=200)
    async def move_line(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """Everybody of a line to another service."""
        form = await read_form(request, LineForm)
        levers.known(request, site)
        act = MoveLine(form.origin, form.service)
        moved = await levers.run(request, site, lines.move_line, act, form)

        def say(read: SiteRead) -> Done:
            here, there = (services_of(read)[key] for key in (form.origin, form.service))
            return Done(
                "line",
                names=here.names,
                to_names=there.names,
                n=moved.moved,
                left=moved.left,
                here=here.waiting,
                there=there.waiting,
            )

        return await levers.answer(request, site, say)

    @post("/supervisor/{site:int}/move-desk", opt={"permission": "supervisor.act"}, status_code=200)
    async def move_desk(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """A desk calls other services."""
        form = await read_form(request, ServesForm)
        web = levers.known(request, site)
        chosen = list(zip(form.service, form.tier, strict=False))
        act = ServeServices(
            form.desk,
            tuple(key for key, tier in chosen if tier == "primary"),
            tuple(key for key, tier in chosen if tier == "overflow"),
            line="keep" if form.keep else None,
        )
        await levers.run(request, site, desk_services.serve, act, form)
        serves = await web.ledger.read(reads.serves, form.desk)
        named = naming(reader_language(request, site))

        def say(read: SiteRead) -> Done:
            by_key = services_of(read)
            told = [named(by_key[key].names) for key in serves if key in by_key]
            names = {one.id: one.name for one in read.view.desks}
            return Done("desk", name=names.get(form.desk, ""), services=", ".join(told))

        return await levers.answer(request, site, say)

    return [move_line, move_desk]


def sayings(levers: Levers) -> list[HTTPRouteHandler]:
    """The routes of messages."""

    @post(
        "/supervisor/{site:int}/show-message", opt={"permission": "supervisor.act"}, status_code=200
    )
    async def show_message(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """A broadcast or an emergency message."""
        form = await read_form(request, MessageForm)
        web = levers.known(request, site)
        act = ShowMessage(
            form.sort,
            form.texts(),
            zones=tuple(form.zone),
            until_ms=wall_clock(web, site, form.until) if form.sort == "broadcast" else None,
        )
        shown = await levers.run(request, site, messages.show, act, form)
        return await levers.answer(request, site, lambda read: _message(read, shown.message))

    @post(
        "/supervisor/{site:int}/end-message", opt={"permission": "supervisor.act"}, status_code=200
    )
    async def end_message(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """No more."""
        form = await read_form(request, EndForm)
        levers.known(request, site)
        await levers.run(request, site, messages.end, EndMessage(form.message), form)
        return await levers.answer(request, site, lambda read: _message(read, form.message))

    return [show_message, end_message]
