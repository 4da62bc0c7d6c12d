"""`POST /api/v1/tickets` and `GET /api/v1/tickets/{id}`.

Taking a ticket is the path that must be fastest: one command, and its answer is read in the
same transaction, so that nothing is read twice and nobody waits for a second connection.
"""

from typing import Final

from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from turnero.queue import reads, refusals
from turnero.queue.commands import issue as issuing
from turnero.queue.ranks import WALK_IN
from turnero.queue.requests import Channel, Issue
from turnero.queue.requests import Issued as Taken
from turnero.queue.states import State
from turnero.server.api.acting import key_of, language, site_number, site_of_ticket
from turnero.server.api.answers import Issued, Ticket, ticket_of, unknown_of, wait_of
from turnero.server.api.bodies import IssueBody, read_body
from turnero.server.api.describing import TicketInPath, described
from turnero.store.errors import Refused
from turnero.store.tx import Tx
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest, Principal, Role

#: how somebody came, if the caller does not say
_CHANNELS: Final[dict[Role, Channel]] = {
    Role.KIOSK: "kiosk",
    Role.DESK: "desk",
    Role.AGENT: "desk",
    Role.GREETER: "greeter",
}
#: who may not give a clinical class: the public at a kiosk, and who only receives people
_NO_TRIAGE: Final = frozenset({Role.KIOSK, Role.GREETER})


def issuing_at(address: str) -> HTTPRouteHandler:
    """The route that takes a ticket. `address`: where phones reach this server, "" when they do not."""

    @post(
        "/tickets",
        **described(
            "Take a ticket",
            "Answered once it is kept. The number is never given again on the same day.",
            permission="tickets.issue",
            tag="Tickets",
            takes=IssueBody,
            example={"site": "demo", "service": "cash", "language": "es"},
            refuses=(404,),
        ),
    )
    async def issue(request: PageRequest) -> Issued:
        """Take a ticket."""
        body = await read_body(request, IssueBody)
        principal = request.user
        return await web_of(request).ledger.run(
            issuing.issue,
            Issue(
                service=body.service,
                attention=body.attention,
                language=body.language,
                channel=_channel(principal, body.channel),
                place=principal.place if principal.role is Role.KIOSK else None,
                aids=body.aids,
                people=body.people,
                origin=_origin(principal, body.origin),
                due_ms=None if body.due_at is None else round(body.due_at.timestamp() * 1000),
            ),
            site=site_number(request, body.site),
            actor=principal.actor,
            key=key_of(request),
            view=lambda tx, taken: _issued(tx, taken, address),
        )

    return issue


def _channel(principal: Principal, asked: Channel | None) -> Channel:
    if asked == "triage" and principal.role in _NO_TRIAGE:
        raise Refused("not-allowed", 403)
    if principal.role is Role.KIOSK and asked not in {None, "kiosk"}:
        # Whatever it says: who stands there chooses for themselves.
        raise Refused("not-allowed", 403)
    if asked is not None:
        return asked
    return _CHANNELS.get(principal.role, "api") if principal.role is not None else "api"


def _origin(principal: Principal, asked: str) -> str:
    if principal.role is Role.KIOSK and asked != WALK_IN:
        # Whoever stands there has come now: another place in line is not theirs to give.
        raise Refused("not-allowed", 403)
    return asked


def _issued(tx: Tx, taken: Taken, address: str) -> Issued:
    """The answer, read in the command's own transaction (also when it is a repeat)."""
    view = reads.taken(tx, taken.ticket, tx.line_ms)
    if view is None:
        raise refusals.unknown("ticket-unknown")
    return Issued(
        id=view.id,
        number=view.number,
        state=State(view.state),
        service=view.service,
        ahead=view.ahead,
        wait=wait_of(view.wait),
        public_url=f"{address}/t/{view.code}" if address else None,
        wait_unknown=(
            unknown_of(view.wait, no_desk=view.no_desk) if view.state == State.WAITING else None
        ),
    )


@get(
    "/tickets/{ticket:str}",
    **described(
        "A ticket",
        "Its state, who waits before it, and at which desk it is.",
        permission="tickets.read",
        tag="Tickets",
        refuses=(404,),
    ),
)
async def show(request: PageRequest, ticket: TicketInPath) -> Ticket:
    """A ticket."""
    web = web_of(request)
    site = await site_of_ticket(request, ticket)
    view = await web.ledger.read(reads.ticket, ticket, web.clock.line_ms())
    if view is None or view.site != web.looks.look(site).key:
        raise refusals.unknown("ticket-unknown")
    return ticket_of(view, language(request, site))
