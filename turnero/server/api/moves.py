"""`POST /api/v1/tickets/{id}/…`: everything that can be done with one ticket.

Which move is legal when is the line's business; a refusal changes nothing and says why.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import post

from turnero.queue import reads, refusals
from turnero.queue.commands import calls, finishing, moves, paths, ratings, steps
from turnero.queue.commands import undo as undoing
from turnero.queue.requests import (
    AddStep,
    CallChosen,
    Finish,
    Rate,
    SkipStep,
    TicketMove,
    Transfer,
)
from turnero.server.api.acting import key_of, language, own_desk, site_of_desk, site_of_ticket
from turnero.server.api.answers import RatingAnswer, Ticket, ticket_of
from turnero.server.api.bodies import (
    AddBody,
    CallBody,
    FinishBody,
    NoBody,
    RatingBody,
    SkipBody,
    TransferBody,
    read_body,
)
from turnero.server.api.describing import TicketInPath, described
from turnero.store.tx import Tx
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest, Role

_TAG = "Tickets"
_MOVE = "tickets.move"


_Asked = TicketMove | Finish | Transfer | SkipStep | AddStep


async def _move(
    request: PageRequest, ticket: str, command: Callable[[Tx, Any], Any], asked: _Asked | CallChosen
) -> Ticket:
    """Run a command about a ticket and answer the ticket as it is then."""
    site = await site_of_ticket(request, ticket)
    if not isinstance(asked, CallChosen):
        asked = msgspec.structs.replace(asked, at=own_desk(request, site))

    def view(tx: Tx, _: object) -> Ticket:
        found = reads.ticket(tx, ticket, tx.line_ms)
        if found is None:
            raise refusals.unknown("ticket-unknown")
        return ticket_of(found, spoken)

    spoken = language(request, site)
    return await web_of(request).ledger.run(
        command, asked, site=site, actor=request.user.actor, key=key_of(request), view=view
    )


async def _plain(request: PageRequest, ticket: str, command: Callable[[Tx, Any], Any]) -> Ticket:
    """A move that needs to know nothing but the ticket."""
    await read_body(request, NoBody)
    return await _move(request, ticket, command, TicketMove(ticket))


def _about(summary: str, description: str, *, permission: str = _MOVE) -> dict[str, Any]:
    """How a plain move describes itself."""
    return described(
        summary, description, permission=permission, tag=_TAG, takes=NoBody, refuses=(404,)
    )


@post(
    "/tickets/{ticket:str}/recall",
    status_code=200,
    **_about(
        "Call again", "Board and voice repeat the call. It counts towards a no-show if late enough."
    ),
)
async def recall(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Call again."""
    return await _plain(request, ticket, calls.recall)


@post(
    "/tickets/{ticket:str}/start",
    status_code=200,
    **_about(
        "Begin the service", "The person is at the desk. Without it service counts from the call."
    ),
)
async def start(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Begin the service."""
    return await _plain(request, ticket, moves.start)


@post(
    "/tickets/{ticket:str}/no-show",
    status_code=200,
    **_about("The person did not come", "Legal after the site's number of counted recalls."),
)
async def no_show(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """The person did not come."""
    return await _plain(request, ticket, calls.no_show)


@post(
    "/tickets/{ticket:str}/return",
    status_code=200,
    **_about(
        "Back in line", "A parked ticket, one that stepped out, or a no-show once and not too late."
    ),
)
async def return_(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Back in line."""
    return await _plain(request, ticket, moves.return_ticket)


@post(
    "/tickets/{ticket:str}/step-out",
    status_code=200,
    **_about(
        "Step out for a while",
        "The person keeps their place and is skipped; back in line with `return`. Who is not back "
        "in time counts as a no-show.",
    ),
)
async def step_out(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Step out for a while."""
    return await _plain(request, ticket, steps.step_out)


@post(
    "/tickets/{ticket:str}/park",
    status_code=200,
    **_about("Set aside", "In no line, seen at all desks of its service; its place is kept."),
)
async def park(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Set aside."""
    return await _plain(request, ticket, moves.park)


@post(
    "/tickets/{ticket:str}/cancel",
    status_code=200,
    **_about("The person leaves", "Before being served.", permission="tickets.cancel"),
)
async def cancel(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """The person leaves."""
    return await _plain(request, ticket, moves.cancel)


@post(
    "/tickets/{ticket:str}/undo",
    status_code=200,
    **_about("Take the last press back", "Whole, within ten seconds, if nothing touched it since."),
)
async def undo(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Take the last press back."""
    return await _plain(request, ticket, undoing.undo)


@post(
    "/tickets/{ticket:str}/call",
    status_code=200,
    **described(
        "Call this ticket out of turn",
        "Finishes whoever is in service at the desk. The reason stays with the ticket.",
        permission=_MOVE,
        tag=_TAG,
        takes=CallBody,
        example={"desk": "demo.1", "reason": "Vuelve con sus análisis"},
        refuses=(404,),
    ),
)
async def call(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Call this ticket out of turn."""
    body = await read_body(request, CallBody)
    site_of_desk(request, body.desk)
    asked = CallChosen(ticket, body.desk, body.reason, body.outcome)
    return await _move(request, ticket, calls.call_chosen, asked)


@post(
    "/tickets/{ticket:str}/finish",
    status_code=200,
    **described(
        "End the service",
        "With an outcome where the service asks for one. A ticket with a path goes on to its next "
        "step; where nobody attends that now, `onward` says what is to become of it.",
        permission=_MOVE,
        tag=_TAG,
        takes=FinishBody,
        example={"outcome": "attended"},
        refuses=(404,),
    ),
)
async def finish(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """End the service."""
    body = await read_body(request, FinishBody)
    return await _move(
        request, ticket, finishing.finish, Finish(ticket, body.outcome, onward=body.onward)
    )


@post(
    "/tickets/{ticket:str}/transfer",
    status_code=200,
    **described(
        "Send to another service, or to one desk",
        "The number and the time of first arrival are kept.",
        permission=_MOVE,
        tag=_TAG,
        takes=TransferBody,
        example={"service": "laboratory"},
        refuses=(404,),
    ),
)
async def transfer(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Send to another service, or to one desk."""
    body = await read_body(request, TransferBody)
    asked = Transfer(ticket, service=body.service, desk=body.desk)
    return await _move(request, ticket, moves.transfer, asked)


@post(
    "/tickets/{ticket:str}/path/skip",
    status_code=200,
    **described(
        "Leave a step out",
        "One that is to come; or the present one, and the ticket goes on unserved.",
        permission=_MOVE,
        tag=_TAG,
        takes=SkipBody,
        example={"service": "cash"},
        refuses=(404,),
    ),
)
async def skip(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """Leave a step out."""
    body = await read_body(request, SkipBody)
    return await _move(request, ticket, paths.skip, SkipStep(ticket, body.service))


@post(
    "/tickets/{ticket:str}/path/add",
    status_code=200,
    **described(
        "A step more, or the present one again",
        "Under the same number; next, or after all others.",
        permission=_MOVE,
        tag=_TAG,
        takes=AddBody,
        example={"service": "laboratory"},
        refuses=(404,),
    ),
)
async def add(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """A step more."""
    body = await read_body(request, AddBody)
    return await _move(request, ticket, paths.add, AddStep(ticket, body.service, body.last))


@post(
    "/tickets/{ticket:str}/rating",
    status_code=200,
    **described(
        "Say how it went",
        "Once for each question. The comment is kept apart from the journal.",
        permission="tickets.rate",
        tag=_TAG,
        takes=RatingBody,
        example={"question": "overall", "version": 1, "answer": 5, "reasons": ["respect"]},
        refuses=(404,),
    ),
)
async def rating(request: PageRequest, ticket: TicketInPath) -> RatingAnswer:
    """Say how it went."""
    body = await read_body(request, RatingBody)
    principal = request.user
    await web_of(request).ledger.run(
        ratings.rate,
        Rate(
            ticket=ticket,
            question=body.question,
            version=body.version,
            answer=body.answer,
            reasons=body.reasons,
            comment=body.comment,
            place=principal.place if principal.role is Role.KIOSK else None,
        ),
        site=await site_of_ticket(request, ticket),
        actor=principal.actor,
        key=key_of(request),
    )
    return RatingAnswer(ticket, body.question, body.version)
