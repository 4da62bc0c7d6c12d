"""`/api/v1/callbacks`: ask to be called back, see who is to be called, change and cancel.

A number goes in and never comes out again: answers have its last digits.
"""

import re
from typing import Annotated, Any, Final, Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, PathParameter
from msgspec import Meta, Struct

from turnero.queue import callback_rows, refusals
from turnero.queue.call_requests import AskCallback, Asked, ChangeCallback
from turnero.queue.commands import callbacks as commands
from turnero.queue.numbers import minutes
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.patients_calls import number_policy
from turnero.queue.requests import TicketMove
from turnero.queue.telephones import Telephones
from turnero.queue.text import MAX_REASON
from turnero.server.api.acting import key_of, site_number
from turnero.server.api.answers import Id, Moment, moment, moment_of
from turnero.server.api.bodies import SERVICE, SITE, Body, NoBody, read_body
from turnero.server.api.describing import described
from turnero.store.errors import Invalid
from turnero.store.sql import Query
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_TAG: Final = "Callbacks"
_HEX: Final = re.compile(r"[0-9a-f]{32}")
_MOST: Final = 200
_HOUR: Final = Meta(description="HH:MM at the site", examples=["14:00"], max_length=5)
_Hour = Annotated[str, _HOUR]
_DAY: Final = 24 * 60
CallbackInPath = Annotated[str, PathParameter(description="Id of the callback")]


class AskBody(Body, frozen=True):
    """Somebody is to be called instead of waiting."""

    site: Annotated[str, SITE]
    number: Annotated[
        str,
        Meta(
            max_length=40,
            description="As it is dialled in the site's country, or with its country: +51…",
            examples=["987 654 482"],
        ),
    ]
    service: Annotated[
        Annotated[str, SERVICE] | None,
        Meta(description="Left out where `ticket` says who waits already"),
    ] = None
    ticket: Annotated[
        Annotated[str, Meta(max_length=40)] | None,
        Meta(description="Id of the ticket of who waits here and would rather be called"),
    ] = None
    attention: Annotated[str, Meta(max_length=64)] | None = None
    language: Annotated[str, Meta(max_length=40)] | None = None
    relation: Annotated[
        Literal["self", "mother", "father", "child", "partner", "carer", "other"],
        Meta(description="Whose telephone it is, as seen from the patient"),
    ] = "self"
    may_tell: Annotated[bool, Meta(description="Whoever answers may be told what it is about")] = (
        False
    )
    name: Annotated[
        Annotated[str, Meta(max_length=80)] | None, Meta(description="Whom to ask for")
    ] = None
    reason: Annotated[str, Meta(max_length=MAX_REASON)] | None = None
    from_time: Annotated[_Hour | None, Meta(description="Not before that hour")] = None
    to_time: Annotated[_Hour | None, Meta(description="Not after that hour")] = None


class ChangeBody(Body, frozen=True):
    """Other hours, or what becomes of it if today's do not suffice."""

    hours: Annotated[
        bool, Meta(description="true sets both hours; one that is left out is any")
    ] = False
    from_time: _Hour | None = None
    to_time: _Hour | None = None
    left_over: Annotated[
        Literal["tomorrow", "drop"] | None, Meta(description="As it is, if left out")
    ] = None


class CallbackAsked(Struct, frozen=True):
    """The callback, and the ticket that is its place in line."""

    id: Id
    ticket: Id
    number: str
    #: this number has a callback for the service already: nothing was asked anew
    already: bool


class Callback(Struct, frozen=True):
    """A callback that is not over. Staff only."""

    id: Id
    ticket: Id
    number: str
    service: str
    stage: str
    #: the last digits of the telephone number
    tail: str
    attempts: int
    asked_at: Moment
    due_at: Moment | None
    #: kiosk, web, phone, desk, api or campaign
    how: str
    desk: str | None


class Callbacks(Struct, frozen=True):
    """The oldest first."""

    callbacks: list[Callback]


def _minute(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        found = minutes(text)
    except ValueError:
        raise Invalid("callback-hours") from None
    if not 0 <= found <= _DAY:
        raise Invalid("callback-hours")
    return found


async def _place(request: PageRequest, callback: str) -> tuple[int, str, str]:
    """Site, ticket and its number of a callback. Another site's is as unknown as one that never was."""

    def read(q: Query) -> tuple[int, str, str] | None:
        found = callback_rows.by_id(q, callback)
        return None if found is None else (found.site, found.ticket, found.number)

    found = await web_of(request).ledger.read(read) if _HEX.fullmatch(callback) else None
    if found is None or request.user.site not in (None, found[0]):
        raise refusals.unknown("callback-unknown")
    return found


def _answer(asked: Asked) -> CallbackAsked:
    return CallbackAsked(asked.callback, asked.ticket, asked.number, asked.already)


def asking_with(telephones: Telephones) -> HTTPRouteHandler:
    """The route that asks. `telephones`: reads and seals numbers."""

    @post(
        "/callbacks",
        **described(
            "Ask to be called back",
            "The place in line is the moment of asking, or that of the ticket. A number has one "
            "callback for a service.",
            permission="callbacks.ask",
            tag=_TAG,
            takes=AskBody,
            example={"site": "demo", "service": "cash", "number": "987 654 482"},
            refuses=(404,),
        ),
    )
    async def ask(request: PageRequest) -> CallbackAsked:
        """Ask to be called back."""
        body = await read_body(request, AskBody)
        web = web_of(request)
        site = site_number(request, body.site)
        profile, regions = await web.ledger.read(number_policy, site)
        name = (body.name or "").strip()
        asked: Any = await web.ledger.run(
            commands.ask,
            AskCallback(
                phone=telephones.seal(body.number, profile, regions),
                service=body.service or "",
                ticket=body.ticket,
                attention=body.attention,
                language=body.language,
                channel="api",
                source=f"api:{request.user.actor}",
                relation=body.relation,
                may_tell=body.may_tell,
                name=telephones.seal_name(name) if name else None,
                reason=(body.reason or "").strip() or None,
                from_minute=_minute(body.from_time),
                to_minute=_minute(body.to_time),
            ),
            site=site,
            actor=request.user.actor,
            key=key_of(request),
        )
        return _answer(asked)

    return ask


@get(
    "/callbacks",
    **described(
        "Who is to be called",
        "Callbacks that are not over, the oldest first; numbers are masked.",
        permission="callbacks.read",
        tag=_TAG,
        refuses=(404, 422),
    ),
)
async def show(request: PageRequest, site: FromQuery[str]) -> Callbacks:
    """Callbacks that are not over."""
    number = site_number(request, site)
    found = await web_of(request).ledger.read(reads.open_of_site, number, _MOST)
    return Callbacks(
        [
            Callback(
                id=one.id,
                ticket=one.ticket,
                number=one.number,
                service=one.service,
                stage=one.stage,
                tail=one.tail,
                attempts=one.attempts,
                asked_at=moment_of(one.asked_ms),
                due_at=moment(one.due_ms),
                how=one.how,
                desk=one.desk,
            )
            for one in found
        ]
    )


@post(
    "/callbacks/{callback:str}/change",
    status_code=200,
    **described(
        "Change when somebody is called",
        permission="callbacks.change",
        tag=_TAG,
        takes=ChangeBody,
        example={"hours": True, "from_time": "14:00"},
        refuses=(404,),
    ),
)
async def change(request: PageRequest, callback: CallbackInPath) -> CallbackAsked:
    """Other hours."""
    body = await read_body(request, ChangeBody)
    site, *_ = await _place(request, callback)
    asked = await web_of(request).ledger.run(
        commands.change,
        ChangeCallback(
            callback, body.hours, _minute(body.from_time), _minute(body.to_time), body.left_over
        ),
        site=site,
        actor=request.user.actor,
        key=key_of(request),
    )
    return _answer(asked)


@post(
    "/callbacks/{callback:str}/cancel",
    status_code=200,
    **described(
        "Call nobody any more",
        "Its ticket is cancelled with it.",
        permission="callbacks.change",
        tag=_TAG,
        takes=NoBody,
        example={},
        refuses=(404,),
    ),
)
async def cancel(request: PageRequest, callback: CallbackInPath) -> CallbackAsked:
    """They need no call any more."""
    await read_body(request, NoBody)
    site, ticket, number = await _place(request, callback)
    await web_of(request).ledger.run(
        commands.cancel,
        TicketMove(ticket),
        site=site,
        actor=request.user.actor,
        key=key_of(request),
    )
    return CallbackAsked(callback, ticket, number, already=False)
