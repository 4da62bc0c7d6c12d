"""`/api/v1/people`: what is kept of a number, and its erasing, for whoever has it.

A number goes in and never comes out again: answers have its last digits. That what is kept was
told is on the record.
"""

from typing import Annotated, Final

from litestar import post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from turnero.queue.commands.erasing import (
    EraseNumber,
    LookUp,
    OfIndex,
    look_up,
    opt_out_number,
)
from turnero.queue.reads.patients_calls import number_policy
from turnero.queue.reads.people import KeptOf, kept_of
from turnero.queue.telephones import Telephones
from turnero.server.api.acting import key_of, site_number
from turnero.server.api.answers import Id, Moment, moment, moment_of
from turnero.server.api.bodies import REASON, SITE, Body, read_body
from turnero.server.api.describing import described
from turnero.store.sql import Query
from turnero.telephony.campaigns.forgetting import erase_number, lists_of
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_TAG: Final = "People"
_EXAMPLE: Final = {"site": "demo", "number": "987 654 482"}
#: callbacks that one number may have open, one for each service
_MOST: Final = 100


class NumberBody(Body, frozen=True):
    """A number."""

    site: Annotated[str, SITE]
    number: Annotated[
        str,
        Meta(
            max_length=40,
            description="As it is dialled in the site's country, or with its country: +51…",
            examples=["987 654 482"],
        ),
    ]


class LookUpBody(NumberBody, frozen=True):
    """Whose, and on what request."""

    reason: Annotated[str, REASON]


class EraseBody(NumberBody, frozen=True):
    """Whose, and which calls are cancelled with it."""

    cancels: Annotated[
        tuple[Annotated[str, Meta(max_length=40)], ...],
        Meta(max_length=_MOST, description="Ids of its callbacks that are not over: all of them"),
    ] = ()


class CallKept(Struct, frozen=True):
    """A callback of the number."""

    id: Id
    #: its ticket's
    number: str
    service: str
    stage: str
    asked_at: Moment
    #: how it ended; null where it is not over
    end: str | None
    ended_at: Moment | None
    #: whom to ask for is kept
    named: bool
    #: what it is about is kept
    words: bool


class Kept(Struct, frozen=True):
    """What is kept of a number. Staff only."""

    #: its last three digits; empty where the number itself is not kept
    tail: str
    since_at: Moment | None
    last_used_at: Moment | None
    #: wants no messages and no surveys: a mark without digits
    opted_out: bool
    callbacks: list[CallKept]
    #: names of follow-up campaigns
    lists: list[str]
    #: not sent yet
    messages: int


class Gone(Struct, frozen=True):
    """What was erased; all 0 where nothing was kept."""

    numbers: int
    callbacks: int
    messages: int


class Declined(Struct, frozen=True):
    """They want none."""

    opted_out: bool


def _answer(found: KeptOf, lists: list[str]) -> Kept:
    return Kept(
        tail=found.tail,
        since_at=moment(found.since_ms),
        last_used_at=moment(found.used_ms),
        opted_out=found.opted_out,
        callbacks=[
            CallKept(
                id=one.id,
                number=one.number,
                service=one.service,
                stage=one.stage,
                asked_at=moment_of(one.asked_ms),
                end=one.end,
                ended_at=moment(one.ended_ms),
                named=one.named,
                words=one.words,
            )
            for one in found.calls
        ],
        lists=lists,
        messages=found.messages,
    )


def routes(telephones: Telephones) -> list[HTTPRouteHandler]:
    """The routes. `telephones`: reads numbers."""

    async def index_of(request: PageRequest, site: int, number: str) -> str:
        profile, regions = await web_of(request).ledger.read(number_policy, site)
        return telephones.seal(number, profile, regions).index

    @post(
        "/people/look-up",
        status_code=200,
        **described(
            "What is kept of a number",
            "That it was told, to whom and why is written down.",
            permission="supervisor.act",
            tag=_TAG,
            takes=LookUpBody,
            example={**_EXAMPLE, "reason": "Carta 118"},
            refuses=(404,),
        ),
    )
    async def show(request: PageRequest) -> Kept:
        """What is kept of a number."""
        body = await read_body(request, LookUpBody)
        web = web_of(request)
        site = site_number(request, body.site)
        index = await index_of(request, site, body.number)
        await web.ledger.run(
            look_up,
            LookUp(index, body.reason),
            site=site,
            actor=request.user.actor,
            key=key_of(request),
        )

        def read(q: Query) -> Kept:
            found = kept_of(q, site, index, web.clock.line_ms())
            return _answer(found, lists_of(q, site, index))

        return await web.ledger.read(read)

    @post(
        "/people/erase",
        status_code=200,
        **described(
            "Erase what is kept of a number",
            "Refused while it is called or spoken with. Who wants no messages stays known by a mark "
            "without digits.",
            permission="supervisor.act",
            tag=_TAG,
            takes=EraseBody,
            example=_EXAMPLE,
            refuses=(404,),
        ),
    )
    async def erase(request: PageRequest) -> Gone:
        """Erase what is kept of a number."""
        body = await read_body(request, EraseBody)
        site = site_number(request, body.site)
        gone = await web_of(request).ledger.run(
            erase_number,
            EraseNumber(await index_of(request, site, body.number), body.cancels),
            site=site,
            actor=request.user.actor,
            key=key_of(request),
        )
        return Gone(gone.numbers, gone.callbacks, gone.messages)

    @post(
        "/people/opt-out",
        status_code=200,
        **described(
            "No messages and no surveys for a number",
            "A call that they ask for themselves is still made. Refused for a number that is not "
            "kept here.",
            permission="supervisor.act",
            tag=_TAG,
            takes=NumberBody,
            example=_EXAMPLE,
            refuses=(404,),
        ),
    )
    async def opt_out(request: PageRequest) -> Declined:
        """No messages and no surveys."""
        body = await read_body(request, NumberBody)
        site = site_number(request, body.site)
        await web_of(request).ledger.run(
            opt_out_number,
            OfIndex(await index_of(request, site, body.number)),
            site=site,
            actor=request.user.actor,
            key=key_of(request),
        )
        return Declined(opted_out=True)

    return [show, erase, opt_out]
