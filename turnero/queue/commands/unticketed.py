"""Serve somebody who has no ticket: one is made at the desk, called there and started at once.

Nobody is called out loud: its call has no number for boards and voices. One press with the end
of the service before it; undone, the ticket that was made is cancelled.
"""

import msgspec

from turnero.queue import rows
from turnero.queue.commands import lines
from turnero.queue.commands.finishing import end_service
from turnero.queue.commands.issue import issue_at_desk
from turnero.queue.facts import HeadSeen, ServiceStarted, TicketCalled, Why
from turnero.queue.presses import Press
from turnero.queue.requests import Called, Issue, ServeUnticketed
from turnero.queue.seats import working
from turnero.queue.states import MOVES, Move, State
from turnero.store.tx import Tx

#: the rule of such a call, by which boards and voices know it
RULE = "unticketed"


def serve(tx: Tx, request: ServeUnticketed) -> Called:
    """Finish the one in service, if any, and serve somebody without a ticket."""
    at, session = working(tx, request.desk)
    if at.since_ms is None:
        lines.served_again(tx, at.desk)  # serving itself opened the desk
    press = Press(tx, Move.UNTICKETED, at.desk)
    finished = None
    if at.ticket is not None:
        finished = end_service(tx, rows.load(tx, at.ticket), request.outcome, press).id
    made = issue_at_desk(tx, Issue(service=request.service, channel="desk", people=request.people))
    held = rows.load(tx, made.ticket)
    head = HeadSeen(held.id, held.number, held.service_key, held.attention_key, 0, 0)
    reasons = Why(RULE, (head,))
    press.append(
        TicketCalled(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            attention=held.attention_key,
            desk=at.ref,
            session=session,
            waited_ms=0,
            why=reasons,
        )
    )
    press.append(
        ServiceStarted(ticket=held.id, number=held.number, service=held.service_key, desk=at.ref)
    )
    new = held._replace(
        state=MOVES[Move.UNTICKETED][None],
        desk=at.desk,
        session=session,
        called_ms=tx.line_ms,
        last_call_ms=tx.line_ms,
        counted_ms=tx.line_ms,
        started_ms=tx.line_ms,
        why=msgspec.json.encode(reasons).decode(),
    )
    undone = held._replace(state=State.CANCELLED, ended_ms=tx.line_ms)
    press.save(held, new, undone=undone)
    press.close()
    return Called(held.id, finished)
