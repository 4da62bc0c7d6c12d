"""The other moves of one ticket: start, return, park, transfer, cancel.

Number and series never change. A transfer and a park keep the place of first arrival; a
no-show comes back once, for a while, just after the second in its line.
"""

from sqlalchemy import bindparam, select

from turnero.queue import callback_rows, refusals, rows
from turnero.queue.callbacks import Stage
from turnero.queue.commands.paths import in_line_ms, left_now, over, renewed
from turnero.queue.facts import (
    ServiceStarted,
    TicketCancelled,
    TicketParked,
    TicketReturned,
    TicketTransferred,
)
from turnero.queue.paths import elsewhere
from turnero.queue.places import allow_there, desk_id, service_row
from turnero.queue.presses import Press
from turnero.queue.ranks import CALLBACK, Rank, rank_back
from turnero.queue.requests import Moved, TicketMove, Transfer
from turnero.queue.rows import Ticket
from turnero.queue.seats import held_at
from turnero.queue.service_time import span
from turnero.queue.settings import settings_of
from turnero.queue.states import AT_DESK, Move, State, after
from turnero.queue.tables import WAITING, ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: of those whose time has come: an appointment of the afternoon is not "the second in line"
_FIRST_THREE = Statement(
    select(ticket.c.rank_ms, ticket.c.rank_seq)
    .where(
        ticket.c.line == bindparam("line"),
        ticket.c.state == WAITING,
        ticket.c.rank_ms <= bindparam("now"),
    )
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
    .limit(3)
)


def start(tx: Tx, request: TicketMove) -> Moved:
    """The person is at the desk: service counts from now. With who waits on the line it begins once
    the desk's telephone is picked up: started before, they would be hung up on.
    """
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.START, held.state, held.number)
    found = callback_rows.of_ticket(tx, held.id) if held.origin == CALLBACK else None
    if found and found.how in callback_rows.ON_THE_LINE and found.stage != Stage.JOINING:
        raise refusals.refused("callback-by-phone", number=held.number)
    press = Press(tx, Move.START, held.desk)
    press.append(
        ServiceStarted(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            desk=held.desk_ref or "",
        )
    )
    press.save(held, held._replace(state=state, started_ms=tx.line_ms))
    press.close()
    return Moved(held.id, state)


def return_ticket(tx: Tx, request: TicketMove) -> Moved:
    """Back in line: one who stepped out or was parked to their own place, a no-show once and in time."""
    held = rows.load(tx, request.ticket, request.at)
    state = after(Move.RETURN, held.state, held.number)
    new = held.uncalled()._replace(state=state)
    if held.state not in (State.AWAY, State.RETRY):
        # Who stepped out or was not reached never left the line: their wait goes on.
        new = new._replace(entered_ms=tx.line_ms)
    if held.state == State.NO_SHOW:
        new = new._replace(returned=1)
        rank = _place_of_no_show(tx, held)
        new = new._replace(rank_ms=rank.ms, rank_seq=rank.seq)
    press = Press(tx, Move.RETURN, held.desk)
    press.append(
        TicketReturned(ticket=held.id, number=held.number, service=held.service_key, was=held.state)
    )
    press.save(held, new)
    press.close()
    return Moved(held.id, state)


def park(tx: Tx, request: TicketMove) -> Moved:
    """Set aside: in no line, seen at all desks of its service, its place kept."""
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.PARK, held.state, held.number)
    service_here = span(held, tx.line_ms)
    press = Press(tx, Move.PARK, held.desk)
    press.append(
        TicketParked(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            desk=held.desk_ref or "",
            started_ms=service_here.started_ms,
            ended_ms=service_here.ended_ms,
        )
    )
    new = held.uncalled()._replace(state=state, desk=held.desk, entered_ms=tx.line_ms)
    press.save(held, new)
    press.close()
    return Moved(held.id, state)


def transfer(tx: Tx, request: Transfer) -> Moved:
    """To another service's line, or to the line of one desk; first arrival is kept."""
    if (request.service is None) == (request.desk is None):
        raise refusals.invalid("transfer-target")
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.TRANSFER, held.state, held.number)
    to_service, to_key, to_desk = held.service, held.service_key, 0
    goal = None
    if request.desk is not None:
        to_desk = desk_id(tx, request.desk)
    elif request.service is not None:
        goal = service_row(tx, request.service)
        to_service, to_key = goal.id, request.service
    allow_there(tx, held.id, held.service, to_service, to_key, to_desk)
    line = rows.line_of(tx, to_service, held.attention, to_desk, held.origin)
    if held.state == State.WAITING and line == held.line:
        raise refusals.refused("transfer-same", number=held.number)
    at_desk = held.state in AT_DESK
    service_here = span(held, tx.line_ms) if at_desk else None
    press = Press(tx, Move.TRANSFER, held.desk)
    seq = press.append(
        TicketTransferred(
            ticket=held.id,
            number=held.number,
            origin=held.service_key,
            service=to_key,
            desk=held.desk_ref if at_desk else None,
            to_desk=request.desk,
            started_ms=service_here.started_ms if service_here else None,
            ended_ms=service_here.ended_ms if service_here else None,
            waited_ms=in_line_ms(held, tx.line_ms),
        )
    )
    new = left_now(held, tx.line_ms, service_here)
    new = over(tx, new, "sent") if at_desk else new
    new = new.uncalled()._replace(state=state, service=to_service, line=line, entered_ms=tx.line_ms)
    if goal is not None and goal.id != held.service:
        new = new._replace(path=elsewhere(held.path, to_key, goal.path))
        new = renewed(tx, new, seq) if goal.anew else new
    press.save(held, new)
    press.close()
    return Moved(held.id, state)


def cancel(tx: Tx, request: TicketMove) -> Moved:
    """The person leaves before being served."""
    return give_up(tx, rows.load(tx, request.ticket, request.at))


def give_up(tx: Tx, held: Ticket, reason: str | None = None) -> Moved:
    """The ticket ends before it was served; `reason` as in `TicketCancelled`."""
    state = after(Move.CANCEL, held.state, held.number)
    press = Press(tx, Move.CANCEL, held.desk)
    press.append(
        TicketCancelled(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            was=held.state,
            desk=held.desk_ref if held.state in AT_DESK else None,
            reason=reason,
        )
    )
    press.save(held, held._replace(state=state, session=None, ended_ms=tx.line_ms))
    press.close()
    return Moved(held.id, state)


def _place_of_no_show(tx: Tx, held: Ticket) -> Rank:
    if held.returned:
        raise refusals.refused("return-used", number=held.number)
    minutes = settings_of(held.settings).return_minutes
    gone_ms = held.ended_ms or 0
    closed = not held.all_day and held.closed_ms > gone_ms
    if closed or tx.line_ms - gone_ms > minutes * 60_000:
        raise refusals.refused("return-too-late", number=held.number, minutes=minutes)
    first = [Rank(*row) for row in tx.rows(_FIRST_THREE, line=held.line, now=tx.line_ms)]
    return rank_back(held.rank, first)
